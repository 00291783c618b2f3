"""Well-formed XML, read by lxml with everything off that reaches out or blows up."""

from collections.abc import Iterator
from functools import cache
from html import unescape

from lxml import etree

from wallboard.ece.answer.charset import MOST_MENTIONS, given, joined, of_another_namespace

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

    Whatever bears the name of a fact, anywhere in the document, speaks of that fact: what disagrees
    is joined, so fits no fact. Nothing is listed by its full name, since a namespace may be as long
    as the document.
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
        """Whether there is a document type declaration, in whatever encoding it was hidden."""
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
        """The text of a direct child, in whatever namespace."""
        child = next(self._element.iterchildren("{*}" + name), None)
        if child is None:
            return None
        return self._text(child) if self._mentions(name) == 2 else joined(self._all(name))

    def contested(self, name: str) -> bool:
        """Whether anything else in the document gives a value to the name, in whatever case."""
        seen, wanted, root = self._body.lower(), name.lower().encode(), self.root.lower().encode()
        found = seen.count(wanted) - (seen.count(root) if wanted in root else 0)
        is_child = next(self._element.iterchildren("{*}" + name), None) is not None
        if found <= 1 + is_child and b"&" not in seen:
            return False
        if found > MOST_MENTIONS:
            return True
        read = len(_attributes(name)(self._element))
        read += sum(1 for _ in self._element.iter("{*}" + name))
        text = etree.tostring(self._element, encoding="unicode", with_tail=False)
        return given(unescape(text), name) > read

    def _mentions(self, name: str) -> int:
        """How often the name stands in the document: an honest one has no more than it needs."""
        return self._body.count(name.encode())

    def _all(self, name: str) -> Iterator[str]:
        yield from _attributes(name)(self._element)
        for found in self._element.iter("{*}" + name):
            yield self._text(found)

    def _text(self, element: etree._Element) -> str:
        """The text of a leaf; anything deeper is given as markup, which fits no fact."""
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
