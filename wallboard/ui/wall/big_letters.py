"""Letters and digits of blocks, to be read from across the room."""

from functools import lru_cache

from wallboard.ui.look.glyphs import Glyphs

_FONT = {
    "A": (".#.", "#.#", "###", "#.#", "#.#"),
    "B": ("##.", "#.#", "##.", "#.#", "##."),
    "C": ("###", "#..", "#..", "#..", "###"),
    "D": ("##.", "#.#", "#.#", "#.#", "##."),
    "E": ("###", "#..", "##.", "#..", "###"),
    "F": ("###", "#..", "##.", "#..", "#.."),
    "G": ("###", "#..", "#.#", "#.#", "###"),
    "H": ("#.#", "#.#", "###", "#.#", "#.#"),
    "I": ("#", "#", "#", "#", "#"),
    "J": ("..#", "..#", "..#", "#.#", "###"),
    "K": ("#.#", "#.#", "##.", "#.#", "#.#"),
    "L": ("#..", "#..", "#..", "#..", "###"),
    "M": ("#...#", "##.##", "#.#.#", "#...#", "#...#"),
    "N": ("#..#", "##.#", "#.##", "#..#", "#..#"),
    "O": ("###", "#.#", "#.#", "#.#", "###"),
    "P": ("###", "#.#", "###", "#..", "#.."),
    "Q": ("###.", "#.#.", "#.#.", "###.", "..##"),
    "R": ("###", "#.#", "##.", "#.#", "#.#"),
    "S": ("###", "#..", "###", "..#", "###"),
    "T": ("###", ".#.", ".#.", ".#.", ".#."),
    "U": ("#.#", "#.#", "#.#", "#.#", "###"),
    "V": ("#.#", "#.#", "#.#", "#.#", ".#."),
    "W": ("#...#", "#...#", "#.#.#", "##.##", "#...#"),
    "X": ("#.#", "#.#", ".#.", "#.#", "#.#"),
    "Y": ("#.#", "#.#", ".#.", ".#.", ".#."),
    "Z": ("###", "..#", ".#.", "#..", "###"),
    "0": ("###", "#.#", "#.#", "#.#", "###"),
    "1": (".#", "##", ".#", ".#", ".#"),
    "2": ("###", "..#", "###", "#..", "###"),
    "3": ("###", "..#", "###", "..#", "###"),
    "4": ("#.#", "#.#", "###", "..#", "..#"),
    "5": ("###", "#..", "###", "..#", "###"),
    "6": ("###", "#..", "###", "#.#", "###"),
    "7": ("###", "..#", "..#", "..#", "..#"),
    "8": ("###", "#.#", "###", "#.#", "###"),
    "9": ("###", "#.#", "###", "..#", "###"),
    "d": ("..#", "..#", "###", "#.#", "###"),
    "h": ("#..", "#..", "###", "#.#", "#.#"),
    "k": ("#..", "#.#", "##.", "#.#", "#.#"),
    "m": (".....", ".....", "#####", "#.#.#", "#.#.#"),
    "s": ("...", "...", ".##", ".#.", "##."),
    ":": (".", "#", ".", "#", "."),
    "-": ("...", "...", "###", "...", "..."),
    "–": ("...", "...", "###", "...", "..."),
    ".": (".", ".", ".", ".", "#"),
    "/": ("..#", "..#", ".#.", "#..", "#.."),
    "&": (".#..", "#.#.", ".#..", "#.#.", ".#.#"),
    "_": ("...", "...", "...", "...", "###"),
    "(": (".#", "#.", "#.", "#.", ".#"),
    ")": ("#.", ".#", ".#", ".#", "#."),
    "!": ("#", "#", "#", ".", "#"),
    "?": ("###", "..#", ".##", "...", ".#."),
    ">": ("#..", ".#.", "..#", ".#.", "#.."),
    "≥": ("#..", ".#.", "..#", ".#.", "#.."),
    " ": ("..", "..", "..", "..", ".."),
}
"""Each sign as five rows of pixels."""

_PIXELS_HIGH = 5


def big(text: str, glyphs: Glyphs, scale: int = 1) -> tuple[str, ...]:
    """The text in big letters, in lines of equal width; a sign that is not in the font is ``?``.

    A pixel is ``scale`` cells wide and half as many high, since a cell is twice as high as wide.
    """
    return _drawn(text, scale, " " + glyphs.halves + glyphs.block)


def can_be_big(text: str) -> bool:
    """Whether the font has every sign of the text."""
    return all(char in _FONT for char in text)


def big_width(text: str, scale: int = 1) -> int:
    """The cells that a line of the text takes in big letters."""
    return scale * (sum(len(_FONT.get(char, _FONT["?"])[0]) + 1 for char in text) - 1)


def big_height(scale: int = 1) -> int:
    """The lines that big letters take."""
    return -(-_PIXELS_HIGH * scale // 2)


@lru_cache(maxsize=512)
def _drawn(text: str, scale: int, cells: str) -> tuple[str, ...]:
    """``cells`` are those with no half filled, the upper, the lower, and both."""
    signs = [_FONT.get(char, _FONT["?"]) for char in text]
    rows = [
        "".join(pixel * scale for pixel in ".".join(sign[row] for sign in signs))
        for row in range(_PIXELS_HIGH)
        for _ in range(scale)
    ]
    if len(rows) % 2:
        rows.append("." * len(rows[0]))
    return tuple(
        "".join(
            cells[(upper == "#") + 2 * (lower == "#")]
            for upper, lower in zip(above, below, strict=True)
        )
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    )
