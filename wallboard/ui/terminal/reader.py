"""Parses terminal input into keys, sequences and pastes, in bounded time and size."""

import math
import re
from codecs import getincrementaldecoder
from collections.abc import Callable

from textual import events
from textual.constants import ESCAPE_DELAY
from textual.message import Message

from wallboard.ui.terminal.key_sequences import ENDS_EARLY, Sequences

PAUSE_SECONDS = 1.0
"""How long an unfinished sequence or paste may pause before it is dropped."""

FLOWING_BYTES = 64
"""Each so many bytes allow another pause; nobody types as fast."""

MOST_OF_SEQUENCE = 256
MOST_OF_PASTE = 65_536
"""Characters kept; the rest is dropped."""

RESUME_SECONDS = 60.0
"""How long after an interrupted paste its rest is recognised."""

_ESCAPE = "\x1b"
_PASTE_START, _PASTE_END = "\x1b[200~", "\x1b[201~"
_STRINGS = "P]X^_"
_CONTROLS = "[O"
_STRING_ENDS = "\x07\x18\x1a\x9c\udc9c"
_EIGHT_BIT = {
    form: _ESCAPE + chr(code - 0x40)
    for code in (0x8F, 0x90, 0x98, 0x9B, 0x9D, 0x9E, 0x9F)
    for form in (chr(code), chr(0xDC00 + code))
}
"""8-bit controls, as decoded inside and outside of UTF-8."""

_LATE_REST = re.compile(r"\[[0-?]+[ -/]*[@-~]|\[[0-?]{2}|\][0-9lL]|P[0-9>!]|_G")
"""The rest of a terminal report whose ESC came earlier."""


class InputReader:
    """Turns bytes of a terminal into Textual's messages; only keys become keys.

    Each call gives the seconds without input before it, so that only pauses of the terminal count.
    """

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8")("surrogateescape").decode
        self._sequences = Sequences()
        self._step: Callable[[str], None] = self._ground
        self._held: list[str] = []
        self._last = ""
        self._broken = False
        self._messages: list[Message] = []
        self._patience = math.inf
        self._flowed = 0
        self._late_rest = 0.0
        self._late_paste = 0.0

    @property
    def patience(self) -> float:
        """Seconds without input after which ``pause`` drops what is unfinished."""
        return max(0.0, self._patience)

    def feed(self, data: bytes, waited: float = 0.0) -> list[Message]:
        """The messages in ``data``, which came ``waited`` seconds after the last call."""
        self._pass(waited)
        self._flowed += len(data)
        if self._flowed >= FLOWING_BYTES:
            self._flowed = 0
            self._patience = max(self._patience, PAUSE_SECONDS)
        if self._patience <= 0 and self._step != self._after_escape:
            self._give_up()
        text = self._decode(data)
        if self._step == self._ground:
            text = self._with_lost_start(text)
        self._late_rest = 0.0
        for character in text:
            self._step(character)
        return self._taken()

    def pause(self, waited: float) -> list[Message]:
        """The messages that are complete after ``waited`` seconds without input."""
        self._pass(waited)
        if self._patience <= 0:
            self._give_up()
        return self._taken()

    def _pass(self, seconds: float) -> None:
        self._patience -= seconds
        self._late_rest -= seconds
        self._late_paste -= seconds

    def _taken(self) -> list[Message]:
        taken, self._messages = self._messages, []
        return taken

    def _with_lost_start(self, text: str) -> str:
        if self._late_rest > 0 and _LATE_REST.match(text):
            return _ESCAPE + text
        if self._late_paste > 0 and (_PASTE_END in text or len(text) > FLOWING_BYTES):
            return _PASTE_START + text
        return text

    def _begin(self, step: Callable[[str], None], seconds: float = PAUSE_SECONDS) -> None:
        self._step, self._patience, self._flowed = step, seconds, 0

    def _end(self) -> None:
        self._held.clear()
        self._step, self._patience = self._ground, math.inf

    def _give_up(self) -> None:
        if self._step == self._after_escape:
            self._messages += self._sequences.typed(_ESCAPE)
            self._late_rest = PAUSE_SECONDS
        elif self._step == self._paste:
            self._end_paste()
            self._late_paste = RESUME_SECONDS
        self._end()

    def _ground(self, character: str) -> None:
        # Past a byte that is no text another one is the rest of a broken character.
        broken, self._broken = self._broken, "\udc80" <= character <= "\udcff"
        opened = character if broken else _EIGHT_BIT.get(character, character)
        if opened[0] == _ESCAPE:
            self._begin(self._after_escape, ESCAPE_DELAY)
            for following in opened[1:]:
                self._step(following)
        else:
            self._messages += self._sequences.typed(character)

    def _restart(self, character: str) -> None:
        self._end()
        self._ground(character)

    def _after_escape(self, character: str) -> None:
        if character in _CONTROLS:
            self._held = [_ESCAPE, character]
            self._begin(self._control)
        elif character in _STRINGS:
            self._held = [character]
            self._begin(self._string)
        elif character == _ESCAPE:
            self._messages += self._sequences.typed(_ESCAPE)
            self._restart(character)
        else:
            self._end()
            if character != "\\":  # the end of a string that is no longer read
                self._messages += self._sequences.typed(character, alt=True)

    def _control(self, character: str) -> None:
        """A control sequence, or a shifted function key, up to its last character."""
        if not " " <= character <= "~":
            self._restart(character)
            return
        if len(self._held) < MOST_OF_SEQUENCE:
            self._held.append(character)
        sequence = "".join(self._held)
        if sequence == "\x1b[M":
            self._begin(self._old_mouse)
        elif sequence == _PASTE_START:
            self._held.clear()
            self._last = ""
            self._begin(self._paste)
        elif sequence in ENDS_EARLY or ("@" <= character <= "~" and sequence != "\x1b[["):
            self._end()
            self._messages += self._sequences.whole(sequence)

    def _old_mouse(self, character: str) -> None:
        """A report in three bytes, by a terminal that knows no other; not understood."""
        if character < " ":
            self._restart(character)
            return
        self._held += character.encode("utf-8", "surrogateescape").decode("latin-1")
        if len(self._held) >= len("\x1b[M") + 3:
            self._end()

    def _string(self, character: str) -> None:
        """An answer that is text up to its terminator."""
        if character in _STRING_ENDS:
            self._end_string()
        elif character == _ESCAPE:
            self._step = self._string_escape
        elif len(self._held) < MOST_OF_SEQUENCE:
            self._held.append(character)

    def _string_escape(self, character: str) -> None:
        if character == "\\":
            self._end_string()
        elif character in _STRINGS + _CONTROLS:
            self._after_escape(character)
        elif character != _ESCAPE:
            self._step = self._string

    def _end_string(self) -> None:
        text = "".join(self._held)
        self._end()
        self._messages += self._sequences.answer(text)

    def _paste(self, character: str) -> None:
        if len(self._held) < MOST_OF_PASTE:
            self._held.append(character)
        self._last = (self._last + character)[-len(_PASTE_END) :]
        if self._last == _PASTE_END:
            self._end_paste()
            self._late_paste = 0.0
            self._end()

    def _end_paste(self) -> None:
        text = "".join(self._held)
        for length in range(len(_PASTE_END), 0, -1):
            if text.endswith(_PASTE_END[:length]):
                text = text[:-length]
                break
        text = text.replace("\0", "").encode("utf-8", "ignore").decode()
        if text:
            self._messages.append(events.Paste(text))
