"""XML that is not well formed, such as the samples in the vendor's own document.

A general repairing parser either drops the broken attribute or invents structure, so this reads
just what an answer needs: a closed start tag of the root, its attributes, and closed elements
within. What was cut off before it was closed does not count.
"""

import re
from collections.abc import Iterator
from html import unescape

from wallboard.ece.answer.charset import joined, mentions, of_another_namespace, without_comments

_BEFORE_ROOT = re.compile(r"\s+|<\?[^>]*>|<!--.*?-->", re.DOTALL)
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_NAME = r"[^\s<>/=:?!\"'“”]{1,200}"
_PREFIX = r"(?:([^\s<>/=:]{1,100}):)?"
_ROOT = re.compile(rf"<{_PREFIX}({_NAME})(?=[\s/>])([^<>]*)>")
_TAG_NAME = re.compile(rf"<{_PREFIX}({_NAME})(?=[\s/>])")
_ATTRIBUTE = re.compile(
    r"""(?<![^\s"'“”/])([^\s=<>"'/“”]++)\s*+=\s*+"""
    r"""(?:"([^"]*)"|'([^']*)'|[“”]([^“”]*)[“”]|([^\s"'“”<>][^\s<>]*))"""
)
_CHILD = re.compile(
    rf"<{_PREFIX}([^\s<>/=:]{{1,100}})(?:\s[^<>]*+)?>([^<>]*+)"
    r"</\s*+(?:[^\s<>/=:]{1,100}:)?\s*+([^\s<>/=:]{1,100})\s*+>"
)


class LenientAnswer:
    """An answer that is not well formed, seen by local names."""

    __slots__ = ("_attributes", "_content", "_prefix", "_text", "root")

    lenient = True

    def __init__(self, text: str, root: re.Match[str]) -> None:
        prefix, name, attributes = root.groups()
        self.root: str = name
        self._text = text
        self._prefix = {"", prefix or ""}
        closed_at_once = attributes.endswith("/")
        self._attributes: str = attributes[:-1] if closed_at_once else attributes
        self._content = "" if closed_at_once else _HIDDEN.sub(" ", text[root.end() :])

    def attribute(self, name: str) -> str | None:
        """The text of an attribute without a prefix or with the root's, however it is quoted."""
        values = joined(self._all(name))
        if any(prefix in self._prefix for prefix, _ in self._attributes_called(name)):
            return values
        return of_another_namespace(joined(value for _, value in self._attributes_called(name)))

    def child(self, name: str) -> str | None:
        """The text between a start tag and its end tag."""
        return joined(self._all(name)) if any(True for _ in self._children_called(name)) else None

    def contested(self, name: str) -> bool:
        """Whether the name stands anywhere but where it was read; comments do not count."""
        read = sum(1 for _ in self._attributes_called(name))
        read += 2 * sum(1 for _ in self._children_called(name))
        return mentions(unescape(without_comments(self._text)), name) > read

    def _all(self, name: str) -> Iterator[str]:
        """Whatever bears the name of a fact speaks of that fact."""
        yield from (value for _, value in self._attributes_called(name))
        yield from self._children_called(name)

    def _attributes_called(self, name: str) -> Iterator[tuple[str, str]]:
        """Prefix and value of each."""
        for match in _ATTRIBUTE.finditer(self._attributes):
            prefix, _, local = match[1].rpartition(":")
            if local == name:
                yield prefix, next(value for value in match.groups()[1:] if value is not None)

    def _children_called(self, name: str) -> Iterator[str]:
        for match in _CHILD.finditer(self._content):
            if match[2] == name and match[4] == name:
                yield match[3]


def parse(text: str) -> LenientAnswer | None:
    """The answer, or ``None`` if the text does not begin with an element's whole start tag."""
    match = _ROOT.match(text, start_of_root(text))
    return LenientAnswer(text, match) if match else None


def first_name(text: str) -> str | None:
    """The local name of the first tag, if that name is whole."""
    match = _TAG_NAME.match(text, start_of_root(text))
    return match[2] if match else None


def start_of_root(text: str) -> int:
    """Where the first tag should be: behind white space, processing instructions and comments."""
    position = 0
    while match := _BEFORE_ROOT.match(text, position):
        position = match.end()
    return position
