"""Foreign text made visible: every byte can be seen, and none of them does anything."""

import re

from wallboard.domain.foreign_text import escaped_lines
from wallboard.ece.answer.encoding import exact_text_of

_BACKTICKS = re.compile(r"`+")
_MARKDOWN = re.compile(r"[\\`*<\[|&]")


def visible(body: bytes) -> str:
    r"""A body as text with its lines and tabs.

    Control and formatting characters show as ``\xNN`` or ``\uNNNN``, and what is no
    character of the body's encoding as ``\xNN``.
    """
    return escaped_lines(exact_text_of(body))


def fenced(text: str, language: str = "") -> str:
    """A code block of Markdown that its content cannot end."""
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def prose(text: str) -> str:
    """Foreign text on one line of Markdown, where it is nothing but text."""
    return _MARKDOWN.sub(r"\\\g<0>", escaped_lines(" ".join(text.split())))
