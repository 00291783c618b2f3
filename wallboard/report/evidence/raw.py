"""An answer to be read: byte for byte for programs, as harmless text or laid out for people."""

import json
import re
from collections.abc import Iterator

from wallboard.domain.foreign_text import escaped_lines
from wallboard.domain.observation import Response
from wallboard.ece.answer.encoding import exact_text_of, head_lines


def raw_bytes(response: Response, *, head: bool) -> bytes:
    """The body and nothing else; with ``head`` the status line and the headers before it.

    The body is the one that was meant: what was packed for the way (gzip) is unpacked.
    """
    if not head:
        return response.body
    lines = [line for line in response.head.split(b"\r\n") if line]
    return b"\r\n".join((_status_line(response).encode(), *lines, b"", response.body))


def raw_text(response: Response, *, head: bool, pretty: bool, width: int) -> str:
    """The same as lines in which nothing acts on a terminal, the last with its line break.

    ``pretty`` lays the body out for a width in characters.
    """
    lines = []
    if head:
        lines.append(escaped_lines(_status_line(response)))
        lines += map(escaped_lines, head_lines(response.head))
        lines.append("")
    if pretty:
        lines += map(escaped_lines, laid_out(response.body, width))
    elif response.body:
        lines.append(visible(response.body).removesuffix("\n"))
    return "".join(f"{line}\n" for line in lines)


def _status_line(response: Response) -> str:
    return f"HTTP {response.status} {response.reason}".rstrip()


_BETWEEN_ATTRIBUTES = re.compile(r"""(?<!\s)\s++(?=[^\s=<>"'/?]++\s*+=)""")
_ELEMENT_NAME = re.compile(r"<\s*+([\w:.-]++)")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"})
"""The elements of HTML that have no end."""
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\],:]|[^\s"{}\[\],:]++', re.DOTALL)
_DEEPEST = 24


def laid_out(body: bytes, width: int) -> Iterator[str]:
    """The lines of a body, indented by its structure, which may hold anything but line breaks.

    A tag that would be longer than ``width`` characters has a line for each attribute.
    """
    text = exact_text_of(body)
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped[:1] in {"{", "["} and _is_json(stripped):
        return _pretty_json(stripped)
    if stripped[:1] == "<":
        return _pretty_markup(stripped, width)
    return iter(text.removeprefix("\ufeff").splitlines())


def tokens(text: str) -> Iterator[str]:
    """The tags, comments, sections and texts of markup, which put together are that markup."""
    marks = _Marks(text)
    place = 0
    while place < len(text):
        stop = _end_of_token(text, place, marks)
        yield text[place:stop]
        place = stop


class _Marks:
    """Finds marks in a text for places that only go forward, without looking anywhere twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[str, int] = {}

    def next(self, mark: str, place: int) -> int:
        """Where the mark comes next, at ``place`` or after; the end of the text if it does not."""
        found = self._found.get(mark, -1)
        if found < place:
            found = self._text.find(mark, place)
            found = self._found[mark] = len(self._text) if found < 0 else found
        return found


def _end_of_token(text: str, place: int, marks: _Marks) -> int:
    end = len(text)
    if text[place] != "<":
        return marks.next("<", place)
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>")):
        if text.startswith(opening, place):
            close = marks.next(closing, place + len(opening))
            if close < end:
                return close + len(closing)
    close, following = marks.next(">", place), marks.next("<", place + 1)
    if close < following:
        return close + 1
    return following


def _pretty_markup(text: str, width: int) -> Iterator[str]:
    is_html = text[:14].lower().startswith(("<html", "<!doctype html"))
    depth = 0
    opened = ""
    for token in tokens(text):
        content = token.strip()
        indent = _indent(depth)
        if not content:
            continue
        if content.startswith("</"):
            depth = max(0, depth - 1)
            yield _indent(depth) + opened + _on_one_line(content)
            opened = ""
            continue
        is_text = not (content.startswith("<") and content.endswith(">"))
        fits = len(indent) + len(opened) + len(content) < width
        if opened and is_text and fits:
            opened += _on_one_line(content)
            continue
        if opened:
            yield _indent(depth - 1) + opened
            opened = ""
        if is_text:
            yield from (indent + line.strip() for line in content.splitlines())
        elif not _opens(content, is_html=is_html):
            yield from _tag(content, indent, width)
        elif fits:
            opened = _on_one_line(content)
            depth += 1
        else:
            yield from _tag(content, indent, width)
            depth += 1
    if opened:
        yield _indent(depth - 1) + opened


def _opens(tag: str, *, is_html: bool) -> bool:
    """Whether what follows is inside the element of this tag."""
    if tag.endswith("/>") or tag[1:2] in {"?", "!"}:
        return False
    name = _ELEMENT_NAME.match(tag)
    return not (is_html and name and name[1].lower() in _VOID)


def _tag(tag: str, indent: str, width: int) -> Iterator[str]:
    if len(indent) + len(tag) <= width:
        yield indent + _on_one_line(tag)
    elif tag.startswith("<!"):
        yield from (indent + line.strip() for line in tag.splitlines())
    else:
        first, *attributes = map(_on_one_line, _BETWEEN_ATTRIBUTES.split(tag))
        yield indent + first
        yield from (f"{indent}    {attribute}" for attribute in attributes)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _pretty_json(text: str) -> Iterator[str]:
    depth = 0
    line: list[str] = []
    for part in (match.group() for match in _JSON_TOKEN.finditer(text)):
        if line and line[-1] in {"{", "["} and part not in {"}", "]"}:
            yield _indent(depth) + "".join(line)
            depth, line = depth + 1, [part]
        elif part in {"}", "]"}:
            if line and line[-1] not in {"{", "["}:
                yield _indent(depth) + "".join(line)
                line = []
            depth -= not line
            line.append(part)
        elif part == ",":
            yield _indent(depth) + "".join(line) + part
            line = []
        else:
            line.append(": " if part == ":" else part)
    yield _indent(depth) + "".join(line)


def _indent(depth: int) -> str:
    return "  " * min(max(0, depth), _DEEPEST)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def visible(body: bytes) -> str:
    r"""A body as text with its lines and tabs.

    Control and formatting characters show as ``\xNN`` or ``\uNNNN``, and what is no
    character of the body's encoding as ``\xNN``.
    """
    return escaped_lines(exact_text_of(body))
