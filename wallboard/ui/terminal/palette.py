"""The 256 colours that every terminal has in common, and which of them a colour looks most like."""

from functools import lru_cache
from math import dist

from rich.color import Color
from rich.color_triplet import ColorTriplet

_CUBE = (0, 95, 135, 175, 215, 255)
_FIRST_GREY = 232

Lab = tuple[float, float, float]
"""A colour in CIE L*a*b*, in which distances are those that are seen."""


@lru_cache(maxsize=4096)
def in_256_colours(triplet: ColorTriplet) -> Color:
    """The fixed colour that looks most like this one.

    The first sixteen are left out, for their owner chooses what they look like. The nearest in red,
    green and blue would be a navy for a dark grey, and an orange for a red. Lightness counts
    double, since text is read by it.
    """
    wanted = _weighted(lab(triplet))
    number = min(_FIXED, key=lambda number: dist(wanted, _FIXED[number]))
    return Color.from_ansi(number)


def lab(triplet: ColorTriplet) -> Lab:
    """A colour as it is seen in daylight."""
    red, green, blue = map(_linear, triplet)
    x = _root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047)
    y = _root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = _root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _linear(channel: int) -> float:
    part = channel / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _root(part: float) -> float:
    return float(part ** (1 / 3)) if part > 0.008856 else 7.787 * part + 16 / 116


def _weighted(colour: Lab) -> Lab:
    lightness, green_red, blue_yellow = colour
    return 2 * lightness, green_red, blue_yellow


def _fixed() -> dict[int, Lab]:
    cube = (ColorTriplet(red, green, blue) for red in _CUBE for green in _CUBE for blue in _CUBE)
    greys = (ColorTriplet(*(3 * (8 + 10 * step,))) for step in range(24))
    found = {16 + place: _weighted(lab(triplet)) for place, triplet in enumerate(cube)}
    grey = {_FIRST_GREY + step: _weighted(lab(triplet)) for step, triplet in enumerate(greys)}
    return found | grey


_FIXED = _fixed()
