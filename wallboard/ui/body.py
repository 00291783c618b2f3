"""Bodies as text: laid out to be read, or as they came, and always safe to show.

The layout works on the text itself and not on a parsed tree: what is shown is what was sent, with
its prefixes, quotes and attribute order, and a body that no parser takes can be read as well.
"""

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

from wallboard.ui.text import safe

_TOKEN = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^<>]*>|[^<]+|<", re.DOTALL)
_BETWEEN_ATTRIBUTES = re.compile(r"""\s+(?=[^\s=<>"'/?]+\s*=)""")
_DEEPEST = 24
_CONTROL_PICTURES = {code: 0x2400 + code for code in range(32)} | {127: 0x2421}


def pretty(body: bytes, width: int) -> Iterator[str]:
    """The lines of a body, indented by its structure; each is at most about ``width`` cells."""
    text = decoded(body)
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped[:1] in {"{", "["}:
        lines = _pretty_json(stripped)
    elif stripped[:1] == "<":
        lines = _pretty_xml(stripped, width)
    else:
        lines = iter(text.splitlines())
    for line in lines:
        yield from wrapped(safe(line), width)


def raw(body: bytes, width: int) -> Iterator[str]:
    r"""Every byte of a body: control characters as pictures, what is not UTF-8 as ``\xNN``.

    A line feed shows as ``␊`` and also ends the line, so that nothing of the layout is lost.
    """
    text = body.decode("utf-8", "backslashreplace")
    for line in text.splitlines(keepends=True) or [""]:
        yield from wrapped(safe(line.translate(_CONTROL_PICTURES)), width)


def decoded(body: bytes) -> str:
    """The body as text, by its byte order mark or as UTF-8."""
    encoding = "utf-16" if body[:2] in {BOM_UTF16_LE, BOM_UTF16_BE} else "utf-8"
    return body.decode(encoding, "backslashreplace")


def wrapped(line: str, width: int) -> Iterator[str]:
    """A long line in pieces of ``width`` characters."""
    if len(line) <= width:
        yield line
        return
    for start in range(0, len(line), max(1, width)):
        yield line[start : start + width]


def _pretty_json(text: str) -> Iterator[str]:
    try:
        laid_out = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        laid_out = text
    return iter(laid_out.splitlines())


def _pretty_xml(text: str, width: int) -> Iterator[str]:
    depth = 0
    opened = ""
    for token in (match.group() for match in _TOKEN.finditer(text)):
        content = token.strip()
        if not content:
            continue
        indent = "  " * min(depth, _DEEPEST)
        if not content.startswith("<"):
            if opened and len(indent) + len(opened) + len(content) < width:
                opened += " ".join(content.split())
                continue
            yield from _flushed(opened, indent[2:])
            opened = ""
            yield from (indent + line.strip() for line in content.splitlines())
        elif content.startswith("</"):
            depth = max(0, depth - 1)
            outer = "  " * min(depth, _DEEPEST)
            yield outer + opened + content
            opened = ""
        else:
            yield from _flushed(opened, indent[2:])
            opened = ""
            if content.endswith("/>") or content[1:2] in {"?", "!"} or content == "<":
                yield from _tag(content, indent, width)
            elif len(indent) + len(content) < width:
                opened = content
                depth += 1
            else:
                yield from _tag(content, indent, width)
                depth += 1
    yield from _flushed(opened, "  " * min(max(0, depth - 1), _DEEPEST))


def _flushed(opened: str, indent: str) -> Iterator[str]:
    if opened:
        yield indent + opened


def _tag(tag: str, indent: str, width: int) -> Iterator[str]:
    if len(indent) + len(tag) <= width:
        yield indent + " ".join(tag.split())
        return
    first, *attributes = _BETWEEN_ATTRIBUTES.split(tag)
    yield indent + first
    yield from (f"{indent}    {attribute}" for attribute in attributes)
