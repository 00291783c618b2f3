"""Bodies as lines of the wall: laid out to be read, or as they came, and always safe to show."""

import re
from collections.abc import Iterator

from wallboard.domain.foreign_text import spelled_out
from wallboard.report.words.body_layout import laid_out
from wallboard.ui.look.text import is_safe, safe, wrapped

_RAW_LINE = re.compile(r"[^\n]*+\n|[^\n]++")
_TAB = 4
_CONTROL_PICTURES = {code: 0x2400 + code for code in range(32)} | {127: 0x2421}


def pretty(body: bytes, width: int) -> Iterator[str]:
    """The lines of a body, indented by its structure; each is at most ``width`` cells."""
    for line in laid_out(body, width):
        yield from wrapped(safe(line.expandtabs(_TAB)), width)


def raw(body: bytes, width: int) -> Iterator[str]:
    r"""Every byte of a body, and nothing that is not in it but the ends of lines.

    Control characters show as pictures, others that cannot be shown as ``\uNNNN``, what is not
    UTF-8 as ``\xNN``. A line feed shows as ``␊`` and also ends the line.
    """
    text = body.decode("utf-8", "backslashreplace")
    for match in _RAW_LINE.finditer(text):
        line = match.group().translate(_CONTROL_PICTURES)
        if not line.isascii():
            line = "".join(char if is_safe(char) else spelled_out(char) for char in line)
        yield from wrapped(line, width)
