"""Copies text to the operator's clipboard with OSC 52, also over SSH.

A terminal does not confirm it, so the board never claims that a text was copied.
"""

from collections.abc import Iterator, Mapping

MOST_BYTES = 74_994
"""Bytes of text; terminals drop sequences of more than 100,000 bytes."""

_SCREEN_CHUNK = 756
"""GNU screen takes at most 768 bytes a sequence, including the frame."""

_WITHOUT_CLIPBOARD = frozenset({"dumb", "linux"})


def clipboard_sequence(text: str, environ: Mapping[str, str]) -> str | None:
    """The sequence that copies the text; ``None`` if the terminal has no clipboard.

    Raises:
        ValueError: The text is longer than terminals take.

    """
    import base64

    data = text.encode("utf-8", "backslashreplace")
    if len(data) > MOST_BYTES:
        raise ValueError(f"{len(data)} bytes are more than {MOST_BYTES}")
    if environ.get("TERM", "").lower() in _WITHOUT_CLIPBOARD:
        return None
    sequence = f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\x07"
    match multiplexer(environ):
        case "tmux":
            # With `set-clipboard on` tmux takes the first itself; with `allow-passthrough on` it
            # hands the second to the terminal. It drops the one it is not set to take.
            return sequence + _through_tmux(sequence)
        case "screen":
            return "".join(_through_screen(sequence))
        case _:
            return sequence


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


def _through_tmux(sequence: str) -> str:
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def _through_screen(sequence: str) -> Iterator[str]:
    for start in range(0, len(sequence), _SCREEN_CHUNK):
        yield f"\x1bP{sequence[start : start + _SCREEN_CHUNK]}\x1b\\"
