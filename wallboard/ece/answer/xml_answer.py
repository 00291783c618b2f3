"""XML answers: well-formed ones, and those that are not, such as the samples of the vendor."""

import re
from collections.abc import Iterator
from functools import cache
from html import unescape

from lxml import etree

from wallboard.ece.answer.mentions import (
    disputed,
    joined,
    of_another_namespace,
    plain,
)

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)
_SPACE = b" \t\r\n"
_LONGEST_MARKUP = 4096
"""Bytes of a document in which an element that is no plain text is shown as it was sent."""


class XmlAnswer:
    """A well-formed answer, seen by local names.

    Every attribute and element with the name of a fact counts, at any depth: values that disagree
    are joined, and fit no fact. Nothing is listed by its full name, since a namespace may be as
    long as the document.
    """

    __slots__ = ("_body", "_element")

    lenient = False

    def __init__(self, element: etree._Element, body: bytes) -> None:
        self._element = element
        self._body = body

    @property
    def root(self) -> str:
        """The local name of the root element."""
        return etree.QName(self._element).localname

    @property
    def has_dtd(self) -> bool:
        """Whether there is a document type declaration, also in an encoding that hid it."""
        return self._element.getroottree().docinfo.internalDTD is not None

    def attribute(self, name: str) -> str | None:
        """The text of an attribute without a namespace, or in that of the root."""
        value = self._element.get(name)
        if value is not None and self._mentions(name) == 1:
            return value
        namespace = etree.QName(self._element).namespace
        if value is None and namespace:
            value = self._element.get(f"{{{namespace}}}{name}")
        if value is None:
            return of_another_namespace(joined(_attributes(name)(self._element)))
        return joined([value, *self._all(name)])

    def child(self, name: str) -> str | None:
        """The text of a direct child, in any namespace."""
        child = next(self._element.iterchildren("{*}" + name), None)
        if child is None:
            return None
        return self._text(child) if self._mentions(name) == 2 else joined(self._all(name))

    def contested(self, name: str, value: str) -> bool:
        """Whether anything else in the document may give another value to the name."""
        seen, wanted, root = self._body.lower(), name.lower().encode(), self.root.lower().encode()
        is_child = next(self._element.iterchildren("{*}" + name), None) is not None
        roots = root.count(wanted) * (1 if seen.endswith(b"/>") else 2)
        if seen.count(wanted) <= 1 + is_child + roots and b"&" not in seen and seen.isascii():
            return False
        read = len(_attributes(name)(self._element))
        read += sum(1 for _ in self._element.iter("{*}" + name))
        text = etree.tostring(self._element, encoding="unicode", with_tail=False)
        return disputed(unescape(_END_TAG.sub(" ", text)), name, value, read, self.root)

    def _mentions(self, name: str) -> int:
        """How often the name stands in the document; usually as often as the fact needs."""
        return self._body.count(name.encode())

    def _all(self, name: str) -> Iterator[str]:
        yield from _attributes(name)(self._element)
        for found in self._element.iter("{*}" + name):
            yield self._text(found)

    def _text(self, element: etree._Element) -> str:
        """The text of a leaf; an element with children is given as markup, which fits no fact."""
        if not len(element):
            return element.text or ""
        if len(self._body) <= _LONGEST_MARKUP:
            return etree.tostring(element, encoding="unicode", with_tail=False)
        return "<…>"


def parse(body: bytes) -> XmlAnswer | None:
    """The document, or ``None`` if it is not well formed."""
    try:
        element = etree.fromstring(body, _PARSER)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    return XmlAnswer(element, body)


@cache
def _attributes(name: str) -> etree.XPath:
    return etree.XPath(f"//@*[local-name()='{name}']", smart_strings=False)


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
_END_TAG = re.compile(r"</\s*+(?:[^\s<>/:]{1,100}:)?\s*+([^\s<>/:]{1,200})\s*+>")
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

    def contested(self, name: str, value: str) -> bool:
        """Whether the name stands anywhere but where it was read, comments included."""
        text = plain(unescape(self._text))
        found = text.count(name.lower())
        if root := self.root.lower().count(name.lower()):
            found -= root + root * _END_TAG.findall(text).count(self.root.lower())
        read = sum(1 for _ in self._attributes_called(name))
        read += 2 * sum(1 for _ in self._children_called(name))
        return found > read

    def _all(self, name: str) -> Iterator[str]:
        """The values of all attributes and elements with the name."""
        yield from (value for _, value in self._attributes_called(name))
        yield from self._children_called(name)

    def _attributes_called(self, name: str) -> Iterator[tuple[str, str]]:
        """The prefix and the value of each."""
        for match in _ATTRIBUTE.finditer(self._attributes):
            prefix, _, local = match[1].rpartition(":")
            if local == name:
                yield prefix, next(value for value in match.groups()[1:] if value is not None)

    def _children_called(self, name: str) -> Iterator[str]:
        for match in _CHILD.finditer(self._content):
            if match[2] == name and match[4] == name:
                yield match[3]


def parse_leniently(text: str) -> LenientAnswer | None:
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
