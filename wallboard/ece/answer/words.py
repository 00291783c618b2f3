"""Text from outside, made safe to show."""

RAW_LIMIT = 200
"""Characters kept of a value that could not be used."""

CUT = "…"
_STRANGE = "\ufffd"


def shown(text: str, limit: int = RAW_LIMIT) -> str:
    """The text on one line, at most ``limit`` characters, control characters replaced by U+FFFD.

    Direction marks and lone surrogates count as control characters: neither may reach a terminal.
    """
    line = text[: limit + 1].strip()
    if not line.isprintable():
        line = " ".join(line.split())
        line = "".join(char if char.isprintable() else _STRANGE for char in line)
    return line if len(text.strip()) <= limit else line[: limit - 1] + CUT
