"""Copies text to the operator's clipboard with OSC 52, also over SSH.

A terminal does not confirm it, so the board never claims that a text was copied.
"""

from collections.abc import Mapping

from wallboard.ui.look.multiplexer import multiplexer, through

MOST_BYTES = 74_994
"""Bytes of text; terminals drop sequences of more than 100,000 bytes."""

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
            return sequence + through(sequence, environ)
        case _:
            return through(sequence, environ)
