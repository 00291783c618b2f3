"""Splits text into terminal cells."""

import unicodedata
from functools import lru_cache
from itertools import chain

from rich.cells import cell_len, get_character_cell_size

from wallboard.domain.foreign_text import CONTROLS, STEERED

CONTINUATION = ""
"""The text of the right half of a wide character."""

UNSHOWABLE = "?"
"""Shown for a character that the terminal cannot show."""

_JOINER = "\N{ZERO WIDTH JOINER}"
_EMOJI_SELECTOR = "\N{VARIATION SELECTOR-16}"
_LONGEST_CLUSTER = 8

# Latin, Greek, Cyrillic; common punctuation; arrows; box drawing, blocks, shapes; braille.
_PREDICTABLE_RANGES = (
    range(0x20, 0x7F),
    range(0xA0, 0xAD),
    range(0xAE, 0x250),
    range(0x386, 0x483),
    range(0x2010, 0x2028),
    range(0x2190, 0x2200),
    range(0x2500, 0x2600),
    range(0x2713, 0x2714),
    range(0x2717, 0x2718),
    range(0x2800, 0x2900),
)
# Some terminals draw these as emoji, two cells wide.
_SOMETIMES_EMOJI = frozenset(
    chr(code)
    for code in chain(
        (0xA9, 0xAE),
        range(0x2194, 0x219A),
        range(0x21A9, 0x21AB),
        (0x25AA, 0x25AB, 0x25B6, 0x25C0),
        range(0x25FB, 0x25FF),
    )
)

_ALIKE = {
    " ": "\u2007\u2008\u2009\u200a\u202f\u2800",
    '"': "“”„«»",
    "'": "‘’‚‹›",
    "-": "‐‑–—−─━═╌",
    "|": "│┃║▎▌▐",
    "+": "┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬",
    "#": "█▇▆▅▓▒■",
    "_": "▁▂▃▄",
    ".": "·•…░␉␊␍",
    ">": "→▶►▸⏎",
    "<": "←◀◄◂",
    "^": "↑▲▴",
    "v": "↓▼▾",
    "x": "×✗✕",
    "o": "○●ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "s": "ß",
}
_PLAIN = {char: plain for plain, chars in _ALIKE.items() for char in chars}

PREDICTABLE = frozenset(
    character
    for character in map(chr, chain.from_iterable(_PREDICTABLE_RANGES))
    if character not in _SOMETIMES_EMOJI
    and unicodedata.category(character) not in ("Cf", "Cn")
    and get_character_cell_size(character) == 1
)
"""Characters every terminal draws in exactly one cell."""

is_predictable = PREDICTABLE.issuperset


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[str, ...]:
    """Text as cells: one string a cell, ``CONTINUATION`` for the right half of a wide character.

    Combining characters stay with their base; those without one are dropped, as are invisible
    format characters (they could reorder a whole line). Characters that steer a terminal become
    ``STEERED``.
    """
    if is_predictable(text):
        return tuple(text)
    cells: list[str] = []
    for cluster in _clusters(text):
        cells.append(cluster)
        if cell_len(cluster) > 1:
            cells.append(CONTINUATION)
    return tuple(cells)


def _clusters(text: str) -> list[str]:
    clusters: list[str] = []
    joined = False
    for character in text:
        category = unicodedata.category(character)
        if category in CONTROLS:
            clusters.append(STEERED)
            joined = False
        elif character == _JOINER or joined or _is_zero_width(character):
            invisible = category == "Cf" and character != _JOINER
            if clusters and not invisible and clusters[-1] != STEERED:
                clusters[-1] = (clusters[-1] + character)[:_LONGEST_CLUSTER]
            joined = character == _JOINER
        elif category != "Cf":
            clusters.append(character)
    return clusters


def _is_zero_width(character: str) -> bool:
    return character == _EMOJI_SELECTOR or get_character_cell_size(character) == 0


@lru_cache(maxsize=4096)
def transliterated(text: str, beyond_ascii: frozenset[str]) -> tuple[str, ...]:
    """Text as cells for a terminal that shows only ASCII and ``beyond_ascii``.

    Other characters become the nearest one: a letter without accents, a dash for a line; or ``?``.
    """
    cells: list[str] = []
    for cell in split(text):
        if cell == CONTINUATION and cells[-1].isascii():
            cells.append(UNSHOWABLE)
        elif cell.isascii() or cell in beyond_ascii:
            cells.append(cell)
        else:
            cells.append(_nearest(cell))
    return tuple(cells)


def _nearest(cell: str) -> str:
    plain = _PLAIN.get(cell) or unicodedata.normalize("NFKD", cell)[:1]
    return plain if plain.isascii() and plain.isprintable() else UNSHOWABLE


def widest(cell: str) -> int:
    """The most cells in which any terminal draws this one."""
    if cell == CONTINUATION:
        return 0
    return 1 if cell in PREDICTABLE else max(2, 2 * sum(map(bool, map(cell_len, cell))))


def encoded_length(text: str) -> int:
    """How many bytes ``text`` takes on the wire."""
    return len(text) if text.isascii() else len(text.encode())
