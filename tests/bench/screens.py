"""Pictures out of a byte stream, and the bytes that the cells that differ are worth."""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable

from emulator import Emulator  # type: ignore[import-not-found]
from minimal import Terminal as Pen  # type: ignore[import-not-found]
from minimal import minimal_bytes

from tests.bench.terminal import HEIGHT, WIDTH, Terminal

_NOT_DRAWING = re.compile(r"\x1b\[\?\d+\$p|\x1b\[[<>=]\d*u|\x1b\[\?\d+[hl]|\x1b\[\d* ?q")
FRAME_END = b"\x1b[?2026l"
QUIET_SECONDS = 0.08
"""Bytes that come closer together than this belong to one frame."""


class Screens:
    """An emulator that is fed frame by frame and adds up what each difference is worth."""

    def __init__(self) -> None:
        self.emulator = Emulator(WIDTH, HEIGHT)
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._pen = Pen()
        self._look = self.emulator.look()

    def feed(self, data: bytes) -> None:
        self.emulator.feed(_NOT_DRAWING.sub("", self._decoder.decode(data)))

    def worth(self) -> int:
        """The least bytes from the picture at the last call to this one."""
        before, self._look = self._look, self.emulator.look()
        return int(minimal_bytes(before, self._look, self._pen))


class Watch:
    """Says when a terminal showed what was waited for; emulates after the event, so as not to add.

    Only whole frames count: a paint ends where its synchronized update does, or in silence.
    """

    def __init__(self, terminal: Terminal) -> None:
        self.screens = Screens()
        self._terminal = terminal
        self._fed = 0
        self._tail = b""

    def catch_up(self) -> str:
        """All that the terminal shows now."""
        self.when(lambda _: False)
        return str(self.screens.emulator.text)

    def when(self, holds: Callable[[str], bool]) -> float | None:
        """When the end of a frame first brought a picture that holds, of what came since."""
        found = None
        chunks = self._terminal.chunks[self._fed :]
        followers = [at for at, _ in chunks[1:]] + [float("inf")]
        for (at, data), next_at in zip(chunks, followers, strict=False):
            # Bytes come in pieces that may end within a sign, which an emulator would take amiss.
            whole, end, self._tail = (self._tail + data).rpartition(FRAME_END)
            if next_at - at > QUIET_SECONDS:
                whole, end, self._tail = whole + end + self._tail, b"", b""
            elif not end:
                continue
            self.screens.feed(whole + end)
            if found is None and holds(self.screens.emulator.text):
                found = at
        self._fed = len(self._terminal.chunks)
        return found


def frames(chunks: list[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
    """Chunks joined to frames, each with when it began."""
    joined: list[tuple[float, bytes]] = []
    last = float("-inf")
    for at, data in chunks:
        if at - last < QUIET_SECONDS:
            joined[-1] = (joined[-1][0], joined[-1][1] + data)
        else:
            joined.append((at, data))
        last = at
    return joined
