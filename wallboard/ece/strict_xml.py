"""Well-formed XML, read by lxml with everything off that reaches out or blows up."""

from lxml import etree

from wallboard.ece.text import joined

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)


class XmlAnswer:
    """A well-formed answer, seen by local names."""

    __slots__ = ("_element",)

    lenient = False

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    @property
    def root(self) -> str:
        """The local name of the root element."""
        return _local_name(self._element.tag)

    @property
    def has_dtd(self) -> bool:
        """Whether there is a document type declaration, in whatever encoding it was hidden."""
        return self._element.getroottree().docinfo.internalDTD is not None

    def attribute(self, name: str) -> str | None:
        """The text of an attribute, with or without a prefix."""
        return joined(
            value for key, value in self._element.attrib.items() if _local_name(key) == name
        )

    def child(self, name: str) -> str | None:
        """The text of a direct child."""
        return joined(map(_text, self._element.iterchildren("{*}" + name)))


def parse(body: bytes) -> XmlAnswer | None:
    """The document, or ``None`` if it is not well formed."""
    try:
        return XmlAnswer(etree.fromstring(body, _PARSER))
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None


def _local_name(name: object) -> str:
    return str(name).rpartition("}")[2]


def _text(element: etree._Element) -> str:
    """The text of a leaf; anything deeper is given as markup, which fits no fact."""
    if len(element):
        return etree.tostring(element, encoding="unicode", with_tail=False)
    return element.text or ""
