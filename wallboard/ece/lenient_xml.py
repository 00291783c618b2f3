"""XML that is not well formed, such as the samples in the vendor's own document.

A general repairing parser either drops the broken attribute or invents structure, so this reads
just what an answer needs: a closed start tag of the root, its attributes, and closed elements
within. What was cut off before it was closed does not count.
"""

import re
from collections.abc import Iterator

from wallboard.ece.text import joined

_BEFORE_ROOT = re.compile(r"\s+|<\?[^>]*>|<!--.*?-->", re.DOTALL)
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_NAME = r"[^\s<>/=:?!\"'“”]{1,200}"
_ROOT = re.compile(rf"<(?:[^\s<>/=:]{{1,100}}:)?({_NAME})(?=[\s/>])([^<>]*)>")
_TAG_NAME = re.compile(rf"<(?:[^\s<>/=:]{{1,100}}:)?({_NAME})(?=[\s/>])")
_ATTRIBUTE = re.compile(
    r"""(?<![^\s"'“”/])([^\s=<>/"'“”]+)\s*=\s*"""
    r"""(?:"([^"]*)"|'([^']*)'|[“”]([^“”]*)[“”]|([^\s"'“”<>][^\s<>]*))"""
)
_CHILD = re.compile(
    r"<(?:[^\s<>/=:]{1,100}:)?([^\s<>/=:]{1,100})(?:\s[^<>]*)?>([^<>]*)"
    r"</\s*(?:[^\s<>/=:]{1,100}:)?\s*([^\s<>/=:]{1,100})\s*>"
)


class LenientAnswer:
    """An answer that is not well formed, seen by local names."""

    __slots__ = ("_attributes", "_content", "root")

    lenient = True

    def __init__(self, root: str, attributes: str, content: str) -> None:
        self.root = root
        self._attributes = attributes
        self._content = content

    def attribute(self, name: str) -> str | None:
        """The text of an attribute of the root, however it is quoted."""
        return joined(value for key, value in self._pairs() if key.rpartition(":")[2] == name)

    def child(self, name: str) -> str | None:
        """The text between a start tag and its end tag."""
        return joined(
            match[2]
            for match in _CHILD.finditer(self._content)
            if match[1] == name and match[3] == name
        )

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for match in _ATTRIBUTE.finditer(self._attributes):
            yield match[1], next(value for value in match.groups()[1:] if value is not None)


def parse(text: str) -> LenientAnswer | None:
    """The answer, or ``None`` if the text does not begin with an element's whole start tag."""
    start = start_of_root(text)
    match = _ROOT.match(text, start)
    if not match:
        return None
    attributes = match[2]
    closed_at_once = attributes.endswith("/")
    content = "" if closed_at_once else _HIDDEN.sub(" ", text[match.end() :])
    return LenientAnswer(match[1], attributes[:-1] if closed_at_once else attributes, content)


def first_name(text: str) -> str | None:
    """The local name of the first tag, if that name is whole."""
    match = _TAG_NAME.match(text, start_of_root(text))
    return match[1] if match else None


def start_of_root(text: str) -> int:
    """Where the first tag should be: behind white space, processing instructions and comments."""
    position = 0
    while match := _BEFORE_ROOT.match(text, position):
        position = match.end()
    return position
