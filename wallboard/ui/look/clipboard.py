"""The way to the clipboard of the person at the keyboard: a sequence that terminals understand.

OSC 52 carries a text, in base64, to whichever terminal reads it, however many machines lie between.
Whether that terminal takes it cannot be known here, so nothing is ever said to be copied.
"""

from collections.abc import Iterator, Mapping

MOST_BYTES = 74_994
"""Of text: its base64 and the frame around make 100,000 bytes, more than which terminals drop."""

_SCREEN_CHUNK = 756
"""GNU screen prints what goes beyond 768 bytes of one sequence; this leaves room for its frame."""

_WITHOUT_CLIPBOARD = frozenset({"dumb", "linux"})


def clipboard_sequence(text: str, environ: Mapping[str, str]) -> str | None:
    """What to send so that the terminal takes the text; ``None`` if it has no clipboard.

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
    """Which multiplexer reads us, also from the far side of an SSH session.

    Of two, one in the other, nobody says which is the inner one. Then it is screen: tmux drops what
    is meant for screen, and screen prints what is meant for tmux.
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
