"""JSON answers: cloud v3, and 11.x servers that prefer it."""

import json
from collections.abc import Mapping

from wallboard.ece.text import joined

_Members = list[tuple[str, object]]


class _Object(dict[str, list[object]]):
    """A JSON object that remembers every value of a name given twice."""

    def __init__(self, members: _Members) -> None:
        super().__init__()
        for name, value in members:
            self.setdefault(name.rpartition(":")[2].lstrip("@"), []).append(value)


class JsonAnswer:
    """An answer in JSON; attributes and children are both plain members."""

    __slots__ = ("_members",)

    lenient = False

    def __init__(self, members: Mapping[str, list[object]]) -> None:
        self._members = members

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members."""
        return tuple(self._members)

    def only(self, root: str) -> "JsonAnswer | None":
        """The answer wrapped under the name of its root, if it is."""
        match self._members.get(root):
            case [_Object() as inner]:
                return JsonAnswer(inner)
            case _:
                return None

    def attribute(self, name: str) -> str | None:
        """A member as text; ``null`` counts as missing."""
        values = self._members.get(name, [])
        return joined(_text(value) for value in values if value is not None)

    child = attribute


def parse(text: str) -> JsonAnswer | None:
    """The object, or ``None`` if the text is no JSON object.

    Numbers stay text, so that what is too long or not finite is judged in one place.
    """
    try:
        document = json.loads(
            text, object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=str
        )
    except (ValueError, RecursionError):
        return None
    return JsonAnswer(document) if isinstance(document, _Object) else None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else "{…}" if isinstance(value, dict) else "[…]"
