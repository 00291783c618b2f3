"""What single keys and whole sequences of a terminal mean to Textual.

Textual 8.2 takes some of them wrongly: it raises at what the kitty protocol adds to a key, makes
keys of answers and of numbers it does not know, and moves the mouse by where the cursor is said to
be. So only what is certain is handed to it, in its simplest form.
"""

import re

from rich.color_triplet import ColorTriplet
from textual import events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from wallboard.ui.terminal.palette import lab

ENDS_EARLY = frozenset(
    sequence for sequence in ANSI_SEQUENCES_KEYS if sequence[:2] == "\x1b[" and sequence[-1] == "$"
)
"""Keys of rxvt whose last character does not end other sequences."""

_KEY = re.compile(
    r"\x1b\[(?P<code>\d*)(?::(?P<shifted>\d*))?(?::\d*)?"
    r"(?:;(?P<modifiers>\d*)(?::(?P<kind>\d*))?)?(?:;(?P<text>[\d:]*))?(?P<final>[u~A-FHPQS])"
)
_MOUSE = re.compile(r"\x1b\[<(\d{1,3});([1-9]\d{0,3});([1-9]\d{0,3})([Mm])")
_SYNCHRONIZED = re.compile(r"\x1b\[\?2026;[123]\$y")
_CURSOR_POSITION = re.compile(r"\x1b\[\d+;\d+R")

_BACKGROUND = re.compile(
    r"\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})(?:/[0-9a-fA-F]{1,4})?"
)

_FOCUS = {"\x1b[I": events.AppFocus, "\x1b[O": events.AppBlur}

_PRESSED = ("", "1", "2")
"""The kinds of a key event that are not its release; the last is a repetition."""

_SHIFT, _CAPS_LOCK, _NUM_LOCK = 1, 64, 128
_MOST_MODIFIERS = 256
_OTHER_BUTTONS = 128
"""Buttons beyond the wheel, which Textual would take for the first three."""


class TerminalBackground(Message):
    """The terminal said whether its background is dark."""

    def __init__(self, *, dark: bool) -> None:
        super().__init__()
        self.dark = dark


class Sequences:
    """Translates sequences; remembers the mouse position."""

    def __init__(self) -> None:
        self._parser = XTermParser()

    def typed(self, character: str, *, alt: bool = False) -> list[Message]:
        """The key of a character; none if no key sends it."""
        if character > "\x7f" and not character.isprintable():
            return []
        if alt and "\x1b" + character in ANSI_SEQUENCES_KEYS:
            return self._named("\x1b" + character)
        if character == "\x1b":
            return [events.Key(Keys.Escape.value, character)]
        return list(self._parser._sequence_to_key_events(character, alt=alt))

    def whole(self, sequence: str) -> list[Message]:
        """The messages of a complete sequence; mostly none."""
        if key := _KEY.fullmatch(sequence):
            return self._key(key)
        if mouse := _MOUSE.fullmatch(sequence):
            return self._mouse(mouse)
        if sequence in _FOCUS:
            return [_FOCUS[sequence]()]
        if _SYNCHRONIZED.fullmatch(sequence):
            return [messages.TerminalSupportsSynchronizedOutput()]
        # Where the cursor is looks like F3 with Shift or Control; it was not asked for.
        return [] if _CURSOR_POSITION.fullmatch(sequence) else self._named(sequence)

    def answer(self, text: str) -> list[Message]:
        """What an answer that is text says, without its ESC and its end; mostly nothing."""
        background = _BACKGROUND.fullmatch(text)
        if background is None:
            return []
        # A channel has one to four digits, which are a part of as many "f".
        parts = (int(digits, 16) / (16 ** len(digits) - 1) for digits in background.groups())
        lightness, _, _ = lab(ColorTriplet(*(round(255 * part) for part in parts)))
        return [TerminalBackground(dark=lightness < 50)]

    def _named(self, sequence: str) -> list[Message]:
        """The key of a sequence that Textual has in its table."""
        keys = ANSI_SEQUENCES_KEYS.get(sequence, ())
        if isinstance(keys, str):
            return self.typed(keys)
        if not isinstance(keys, tuple):
            return []  # to be ignored
        if len(keys) > 1 and keys[0] == Keys.Escape:
            # The table's way to say Alt; but nobody pressed Escape.
            return [events.Key(f"alt+{key.value}", None) for key in keys[1:]]
        return [events.Key(key.value, None) for key in keys]

    def _key(self, match: re.Match[str]) -> list[Message]:
        """A key as the kitty protocol reports it, or as terminals before it do."""
        code, modifiers, kind, text, final = match.group(
            "code", "modifiers", "kind", "text", "final"
        )
        if (kind or "") not in _PRESSED:
            return []
        if (code, final) == ("27", "~") and text:
            # The older protocol for keys with modifiers: the key comes last.
            code, text, final = text, "", "u"
        number, held = int(code or 1), int(modifiers or 1) or 1
        known = f"{number}{final}" in FUNCTIONAL_KEYS
        typed = [int(part) for part in (text or "").split(":") if _is_printable(part)]
        if not known and (final != "u" or not (_is_printable(code) or (number == 0 and typed))):
            return self._named(match.group())
        if held > _MOST_MODIFIERS:
            return []
        if not typed and not known:
            typed = _typed(number, match.group("shifted") or "", held - 1)
        plain = "" if held == 1 else str(held)
        characters = ":".join(map(str, typed))
        keys = self._parser._parse_extended_key(f"\x1b[{number};{plain};{characters}{final}")
        return [key.copy() for key in keys or ()]

    def _mouse(self, match: re.Match[str]) -> list[Message]:
        if int(match[1]) >= _OTHER_BUTTONS:
            return []
        event = self._parser.parse_mouse_code(match.group())
        return [] if event is None else [event]


def _is_printable(code: str) -> bool:
    return code.isdecimal() and int(code) <= 0x10FFFF and chr(int(code)).isprintable()


def _typed(code: int, shifted: str, modifiers: int) -> list[int]:
    """The character of a key, for a terminal that does not report it."""
    if modifiers & ~(_SHIFT | _CAPS_LOCK | _NUM_LOCK):
        return []
    if modifiers & _SHIFT and _is_printable(shifted):
        return [int(shifted)]
    character = chr(code)
    upper = character.upper()
    if len(upper) > 1 or upper == character:
        return [] if modifiers & _SHIFT and code != ord(" ") else [code]
    return [ord(upper) if bool(modifiers & _SHIFT) != bool(modifiers & _CAPS_LOCK) else code]
