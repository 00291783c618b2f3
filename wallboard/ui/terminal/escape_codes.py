"""The shortest escape sequences that move the cursor and change colours and attributes."""

from functools import lru_cache

from rich.color import Color, ColorSystem
from rich.style import Style

from wallboard.ui.terminal.palette import in_256_colours


def _csi(count: int, final: str) -> str:
    return f"\x1b[{count if count > 1 else ''}{final}"


def address(row: int, column: int) -> str:
    """The absolute move to ``row``, ``column`` (both from 0)."""
    if column:
        return f"\x1b[{row + 1};{column + 1}H"
    return _csi(row + 1, "H")


@lru_cache(maxsize=16384)
def move(held: tuple[int, int | None] | None, row: int, column: int) -> str:
    """The shortest move from ``held`` to ``row``, ``column``.

    ``held`` is ``None`` if nothing is known of the cursor; its column is ``None`` if only the row
    is. A line feed is used only after a carriage return, since the line discipline may add one.
    """
    ways = [address(row, column)]
    if held is not None:
        held_row, held_column = held
        down = row - held_row
        across = _across(held_column, column)
        ways.append((_csi(abs(down), "B" if down > 0 else "A") if down else "") + across)
        if down >= 0:
            forward = _csi(column, "C") if column else ""
            ways.append("\r" + "\n" * down + forward)
    return min(ways, key=len)


def _across(held: int | None, column: int) -> str:
    ways = ["\r"] if column == 0 else [_csi(column + 1, "G")]
    if held is not None:
        by = column - held
        if by == 0:
            return ""
        ways.append(_csi(by, "C") if by > 0 else _csi(-by, "D"))
        if -4 < by < 0:
            ways.append("\b" * -by)
    return min(ways, key=len)


_DEFAULT_FOREGROUND = "39"
_DEFAULT_BACKGROUND = "49"
_CACHE_LIMIT = 8192

# Attribute, the code that turns it on, the code that turns it off. Double underline is drawn
# single: code 21 means "not bold" to some terminals.
_ATTRIBUTES = (
    ("bold", "1", "22"),
    ("dim", "2", "22"),
    ("italic", "3", "23"),
    ("underline", "4", "24"),
    ("underline2", "4", "24"),
    ("blink", "5", "25"),
    ("blink2", "5", "25"),
    ("reverse", "7", "27"),
    ("conceal", "8", "28"),
    ("strike", "9", "29"),
    ("frame", "51", "54"),
    ("encircle", "52", "54"),
    ("overline", "53", "55"),
)
_OFF = {on: off for _, on, off in _ATTRIBUTES}
# With these a blank cell shows more than its background.
_SEEN_ON_BLANKS = frozenset(("4", "7", "9", "51", "52", "53"))


class Pen:
    """One combination of colours and attributes, as select-graphic-rendition codes.

    Pens of one ``PenCache`` are interned: equal pens are the same object. ``blank`` is the plainest
    pen that draws a space alike, so that spaces that look the same compare as the same.
    """

    __slots__ = ("attributes", "background", "blank", "foreground")

    def __init__(self, attributes: frozenset[str], foreground: str, background: str) -> None:
        self.attributes = attributes
        self.foreground = foreground
        self.background = background
        self.blank: Pen = self

    def __repr__(self) -> str:
        return f"Pen({sorted(self.attributes)}, {self.foreground}, {self.background})"


class PenCache:
    """All pens in use, by style, and the sequences from one pen to another."""

    def __init__(self, colors: ColorSystem = ColorSystem.TRUECOLOR) -> None:
        self._colors = colors
        self._pens: dict[tuple[frozenset[str], str, str], Pen] = {}
        self._by_style: dict[Style, Pen] = {}
        self._changes: dict[tuple[Pen, Pen], str] = {}
        self.plain = self.pen(frozenset(), _DEFAULT_FOREGROUND, _DEFAULT_BACKGROUND)

    def pen(self, attributes: frozenset[str], foreground: str, background: str) -> Pen:
        """The one pen with these codes."""
        key = (attributes, foreground, background)
        pen = self._pens.get(key)
        if pen is None:
            if len(self._pens) >= _CACHE_LIMIT:
                # A twin of a forgotten pen costs a cell sent twice, nothing more.
                self._pens.clear()
                self._pens[_key(self.plain)] = self.plain
            pen = self._pens[key] = Pen(attributes, foreground, background)
            if attributes.isdisjoint(_SEEN_ON_BLANKS) and (
                attributes or foreground != _DEFAULT_FOREGROUND
            ):
                pen.blank = self.pen(frozenset(), _DEFAULT_FOREGROUND, background)
        return pen

    def for_style(self, style: Style | None) -> Pen:
        """The pen of ``style``, without link and meta."""
        if style is None:
            return self.plain
        pen = self._by_style.get(style)
        if pen is None:
            if len(self._by_style) >= _CACHE_LIMIT:
                self._by_style.clear()
            attributes = frozenset(on for name, on, _ in _ATTRIBUTES if getattr(style, name))
            pen = self._by_style[style] = self.pen(
                attributes,
                self._codes(style.color, _DEFAULT_FOREGROUND, foreground=True),
                self._codes(style.bgcolor, _DEFAULT_BACKGROUND, foreground=False),
            )
        return pen

    def for_blank(self, held: Pen, blank: Pen) -> Pen:
        """The pen nearest to ``held`` in which a space looks as in ``blank``."""
        if blank.attributes:
            return blank
        return self.pen(held.attributes - _SEEN_ON_BLANKS, held.foreground, blank.background)

    def change(self, held: Pen, wanted: Pen) -> str:
        """The shortest sequence that changes the pen from ``held`` to ``wanted``."""
        if held is wanted:
            return ""
        key = (held, wanted)
        sequence = self._changes.get(key)
        if sequence is None:
            if len(self._changes) >= _CACHE_LIMIT:
                self._changes.clear()
            step, afresh = _step(held, wanted), self._afresh(wanted)
            sequence = self._changes[key] = step if len(step) <= len(afresh) else afresh
        return sequence

    def _afresh(self, wanted: Pen) -> str:
        if wanted is self.plain:
            return "\x1b[m"
        return _sgr(["0", *_differing(self.plain, wanted)])

    def _codes(self, color: Color | None, default: str, *, foreground: bool) -> str:
        if color is None or color.is_default:
            return default
        if self._colors is ColorSystem.EIGHT_BIT and color.triplet:
            color = in_256_colours(color.triplet)
        return ";".join(color.downgrade(self._colors).get_ansi_codes(foreground))


def _key(pen: Pen) -> tuple[frozenset[str], str, str]:
    return (pen.attributes, pen.foreground, pen.background)


def _step(held: Pen, wanted: Pen) -> str:
    codes = _differing(held, wanted)
    # A sequence without codes would reset everything.
    return _sgr(codes) if codes else ""


def _differing(held: Pen, wanted: Pen) -> list[str]:
    off = sorted({_OFF[code] for code in held.attributes - wanted.attributes})
    # One "off" code may end two attributes; the one still wanted is turned on again.
    kept = {code for code in held.attributes if _OFF[code] not in off}
    codes = off + sorted(wanted.attributes - kept)
    if held.foreground != wanted.foreground:
        codes.append(wanted.foreground)
    if held.background != wanted.background:
        codes.append(wanted.background)
    return codes


def _sgr(codes: list[str]) -> str:
    return f"\x1b[{';'.join(codes)}m"
