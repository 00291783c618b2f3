"""Foreign text made visible: every byte can be seen, and none of them does anything."""

import re
import unicodedata

from wallboard.report.words.body_layout import decoded

_LAID_OUT = "\t\n"
_STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BACKTICKS = re.compile(r"`+")
_MARKDOWN = re.compile(r"[\\`*<\[|&]")


def visible(body: bytes) -> str:
    r"""A body as text with its lines and tabs.

    Control and formatting characters show as ``\xNN`` or ``\uNNNN``, what is not UTF-8 as ``\xNN``.
    """
    return visible_text(decoded(body))


def visible_text(text: str) -> str:
    """The same for what is text already."""
    text = _CONTROL.sub(_escape, text.replace("\r\n", "\n"))
    if text.isascii():
        return text
    return "".join(_escape_char(char) if _steers(char) else char for char in text)


def fenced(text: str, language: str = "") -> str:
    """A code block of Markdown that its content cannot end."""
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def prose(text: str) -> str:
    """Foreign text on one line of Markdown, where it is nothing but text."""
    return _MARKDOWN.sub(r"\\\g<0>", visible_text(" ".join(text.split())))


def _steers(char: str) -> bool:
    return (
        unicodedata.category(char) in _STEERING and char not in _LAID_OUT and char not in _JOINERS
    )


def _escape(match: re.Match[str]) -> str:
    return _escape_char(match.group())


def _escape_char(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
