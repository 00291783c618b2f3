"""Terminal multiplexers, and how a sequence gets past one to the terminal."""

from collections.abc import Iterator, Mapping

_SCREEN_CHUNK = 756
"""GNU screen takes at most 768 bytes a sequence, including the frame."""


def multiplexer(environ: Mapping[str, str]) -> str:
    """The terminal multiplexer, also seen through SSH.

    If there may be two, ``screen``: tmux drops sequences for screen, screen would print those for
    tmux.
    """
    term = environ.get("TERM", "")
    if term.startswith("tmux"):
        return "tmux"
    if environ.get("STY"):
        return "screen"
    if environ.get("TMUX"):
        return "tmux"
    return "screen" if term.startswith("screen") else ""


def through(sequence: str, environ: Mapping[str, str]) -> str:
    """The sequence as the multiplexer hands it on, if it is set to; unchanged without one.

    tmux does so with ``allow-passthrough on``, and drops it otherwise.
    """
    match multiplexer(environ):
        case "tmux":
            return _through_tmux(sequence)
        case "screen":
            return "".join(_through_screen(sequence))
        case _:
            return sequence


def _through_tmux(sequence: str) -> str:
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def _through_screen(sequence: str) -> Iterator[str]:
    for start in range(0, len(sequence), _SCREEN_CHUNK):
        yield f"\x1bP{sequence[start : start + _SCREEN_CHUNK]}\x1b\\"
