"""What is wrong and for how long, in letters as big as there is room for."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.wall.big_letters import big, big_height, big_width

MOST_SCALE = 100
_BETWEEN = 2
"""Pixels between words and what stands at the end of their line."""


class Headline(NamedTuple):
    """Lines of letters at a scale, each with what stands at its left and at its right end."""

    lines: tuple[tuple[str, str], ...]
    scale: int

    @property
    def width(self) -> int:
        """In cells, at least."""
        return max(_width(line, self.scale) for line in self.lines)

    @property
    def between(self) -> int:
        """The blank rows between two lines; the smallest letters end with half a one."""
        return self.scale // 2

    @property
    def height(self) -> int:
        """In rows."""
        return len(self.lines) * (big_height(self.scale) + self.between) - self.between

    @property
    def tells_age(self) -> bool:
        """Whether the right ends say for how long."""
        return any(right for _, right in self.lines)

    def drawn(self, width: int, glyphs: Glyphs) -> list[str]:
        """Its rows of cells in this width."""
        rows: list[str] = []
        for left, right in self.lines:
            if rows:
                rows += [" " * width] * self.between
            start = big(left, glyphs, self.scale) if left else [""] * big_height(self.scale)
            end = big(right, glyphs, self.scale) if right else [""] * big_height(self.scale)
            rows += [a + b.rjust(width - len(a)) for a, b in zip(start, end, strict=True)]
        return rows


@lru_cache(maxsize=1024)
def biggest(
    forms: tuple[str, ...], age: str, width: int, heights: tuple[int, ...], most: int = MOST_SCALE
) -> Headline | None:
    """The biggest headline that fits up to a scale, with the age if that is possible at all.

    The forms are the words and what may stand for them where they are too long, the heights the
    room there is, in the order of preference.
    """
    for wanted in (age, "") if age else ("",):
        for height in heights:
            for words in forms:
                for scale in range(min(most, 2 * height // 5) or 1, 0, -1):
                    for lines in _lines(words, wanted):
                        headline = Headline(lines, scale)
                        if headline.width <= width and headline.height <= height:
                            return headline
    return None


def _lines(words: str, age: str) -> Iterator[tuple[tuple[str, str], ...]]:
    """The ways to break words and age into lines."""
    first, _, rest = words.partition(" ")
    yield ((words, age),)
    if age:
        yield ((words, ""), ("", age))
    if rest:
        yield ((first, age), (rest, ""))
        yield ((first, ""), (rest, age))


def _width(line: tuple[str, str], scale: int) -> int:
    left, right = line
    between = scale * _BETWEEN if left and right else 0
    return sum(big_width(text, scale) for text in line if text) + between
