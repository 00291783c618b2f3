"""Text from outside: which characters must not reach a terminal, and what replaces them.

This is the only place that says so; whoever shows or refuses foreign text asks here.
"""

import unicodedata

CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of Unicode that move the cursor, end the line or are half a character."""

_UNSEEN = frozenset({"Cf", "Co", "Cn"})
"""Categories that are invisible, reorder a line, or look different on each machine."""

_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_JOINERS = frozenset("\u200c\u200d")
"""Needed in some scripts and emoji, and harmless: they join or separate their neighbours."""

STEERED = "\N{REPLACEMENT CHARACTER}"
"""Replaces a character that could steer the terminal."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
CUT = "…"
RAW_LIMIT = 200
"""Characters kept of a value that could not be used."""


def steers(char: str) -> bool:
    """Whether a character could steer a terminal, reorder its line or hide in it."""
    category = unicodedata.category(char)
    return category in CONTROLS or (category in _UNSEEN and char not in _JOINERS)


def has_controls(text: str) -> bool:
    """Whether a text holds control characters, or characters that change its direction."""
    return not text.isprintable() and any(
        unicodedata.category(char) in CONTROLS or unicodedata.bidirectional(char) in _TURNING
        for char in text
    )


def is_whole(text: str) -> bool:
    """Whether a text can be written as UTF-8; what the system gives may hold half characters."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def safe(text: str) -> str:
    """The text on one line, with ``�`` for each character that steers."""
    if text.isprintable():
        return text
    return "".join(STEERED if steers(char) else char for char in text)


def brief(text: str, limit: int = RAW_LIMIT) -> str:
    """The same with at most ``limit`` characters; runs of line breaks and blanks are one space."""
    line = text[: limit + 1].strip()
    if not line.isprintable():
        line = safe(" ".join(line.split()))
    return line if len(text.strip()) <= limit else line[: limit - 1] + CUT


def escaped(text: object) -> str:
    r"""The text on one line with all that cannot be seen spelled out: ``\n``, ``\x1b``, ``\u00a0``.

    That is what steers, and what could be taken for something else: joiners and odd blanks.
    """
    return "".join(char if char.isprintable() else spelled_out(char) for char in str(text))


def escaped_lines(text: str) -> str:
    """The text with its lines and tabs, with each other character that steers spelled out."""
    text = text.replace("\r\n", "\n")
    if text.isprintable():
        return text
    return "".join(
        spelled_out(char) if steers(char) and char not in "\n\t" else char for char in text
    )


def spelled_out(char: str) -> str:
    r"""A character as an escape. ``\xNN`` is one that is also the byte NN in UTF-8."""
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
