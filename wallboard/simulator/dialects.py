"""How different servers write the same answer: declarations, order, spacing and content type."""

from dataclasses import dataclass
from html import escape

from wallboard.simulator.contents import Content, Pairs

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


@dataclass(frozen=True, slots=True)
class Dialect:
    """One server's hand. ``gap`` is what it puts between the parts of a body."""

    name: str
    namespaces: str
    attributes_first: bool
    gap: str
    content_type: str

    def write(self, content: Content) -> bytes:
        """A body: root without a namespace, children prefixed."""
        head = self.open(content)
        if not content.children:
            return f"{DECLARATION}{self.gap}<{head}/>".encode()
        inset = f"{self.gap}    " if self.gap else ""
        children = "".join(
            f"{inset}<ns2:{name}>{escape(text)}</ns2:{name}>" for name, text in content.children
        )
        return f"{DECLARATION}{self.gap}<{head}>{children}{self.gap}</{content.root}>".encode()

    def open(self, content: Content) -> str:
        """The root's name with its attributes and namespace declarations."""
        attributes = _written(content.attributes)
        if self.attributes_first:
            return f"{content.root}{attributes} {self.namespaces}"
        return f"{content.root} {self.namespaces}{attributes}"


def _written(attributes: Pairs) -> str:
    return "".join(f' {name}="{escape(text)}"' for name, text in attributes)


DIALECTS = (
    Dialect(
        "lab",
        'xmlns:ns5="http://jabber.org/protocol/httpbind" xmlns:ns2="http://bindings.egain.com/chat"'
        ' xmlns:ns4="jabber:client" xmlns:ns3="urn:ietf:params:xml:ns:xmpp-stanzas"',
        attributes_first=True,
        gap="",
        content_type="application/xml",
    ),
    Dialect(
        "document",
        'xmlns:ns2="http://bindings.egain.com/chat" xmlns:ns4="urn:ietf:params:xml:ns:xmpp-stanzas"'
        ' xmlns:ns3="jabber:client" xmlns:ns5="http://jabber.org/protocol/httpbind"',
        attributes_first=False,
        gap="\n",
        content_type="text/xml;charset=UTF-8",
    ),
    Dialect(
        "bosh",
        'xmlns:ns2="com/egain/live/framework/bosh/gen" xmlns:ns3="http://bindings.egain.com/chat"'
        ' xmlns:ns4="urn:ietf:params:xml:ns:xmpp-stanzas" xmlns:ns5="jabber:client"',
        attributes_first=False,
        gap="",
        content_type="application/xml;charset=UTF-8",
    ),
)
"""A simulator picks one by its seed, so that a board of several servers meets several."""
