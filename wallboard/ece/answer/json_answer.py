"""JSON answers: cloud v3, and 11.x servers that prefer it."""

import json
import re
from collections.abc import Iterator

from wallboard.ece.answer.mentions import MOST_MENTIONS, disputed, joined

_ESCAPED = re.compile(r"(?<!\\)\\++u([0-9A-Fa-f]{4})")

_Members = list[tuple[str, object]]


class _Object(dict[str, list[object]]):
    """A JSON object that remembers every value of a name given twice."""

    def __init__(self, members: _Members) -> None:
        super().__init__()
        for name, value in members:
            self.setdefault(name.rpartition(":")[2].lstrip("@"), []).append(value)


class JsonAnswer:
    """An answer in JSON; attributes and children are both plain members.

    Every member with the name of a fact counts, at any depth: values that disagree are joined, and
    fit no fact.
    """

    __slots__ = ("_document", "_members", "_root", "_text")

    lenient = False

    def __init__(self, members: _Object, document: _Object, text: str, root: str = "") -> None:
        self._members = members
        self._document = document
        self._text = text
        self._root = root

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members."""
        return tuple(self._members)

    def only(self, root: str) -> "JsonAnswer | None":
        """The answer wrapped under the name of its root, if it is."""
        match self._members.get(root):
            case [_Object() as inner]:
                return JsonAnswer(inner, self._document, self._text, root)
            case _:
                return None

    def attribute(self, name: str) -> str | None:
        """A member as text; ``null`` counts as missing."""
        if all(value is None for value in self._members.get(name, [])):
            return None
        return joined(map(_text, _anywhere(self._document, name)))

    child = attribute

    def contested(self, name: str, value: str) -> bool:
        """Whether anything else in the document, or in a text in it, may give another value."""
        text = self._text
        if text.count("\\u") > MOST_MENTIONS:
            return True
        if "\\" in text:
            text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
        read = sum(1 for _ in _anywhere(self._document, name))
        return disputed(text, name, value, read, self._root)


def parse(text: str) -> JsonAnswer | None:
    """The object, or ``None`` if the text is no JSON object.

    Numbers stay text, so that one place judges those that are too long or not finite.
    """
    try:
        document = json.loads(
            text, object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=str
        )
    except (ValueError, RecursionError):
        return None
    return JsonAnswer(document, document, text) if isinstance(document, _Object) else None


def _anywhere(document: _Object, name: str) -> Iterator[object]:
    """The values of a name, at any depth."""
    waiting: list[object] = [document]
    for value in waiting:
        if isinstance(value, _Object):
            yield from value.get(name, ())
            waiting += (inner for values in value.values() for inner in values)
        elif isinstance(value, list):
            waiting += value


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return value if isinstance(value, str) else "{…}" if isinstance(value, dict) else "[…]"
