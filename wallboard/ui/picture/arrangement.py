"""How the operator has arranged the board, kept from one run to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

Density = Literal["auto", "compact", "normal", "large"]
Sort = Literal["worst", "name", "id", "wait", "queue", "changed"]
Grouping = Literal["none", "group", "server"]

DENSITIES: tuple[Density, ...] = get_args(Density)
SORTS: tuple[Sort, ...] = get_args(Sort)
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)

LONGEST_TEXT = 1000
"""Characters of a filter or a name that are kept."""

MOST_FOLDED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """One arrangement of the board.

    ``filter`` is the text of a query, ``theme`` the theme picked on the board, ``None`` while that
    is left to the config. ``folded`` are the names of the sections that are folded.
    """

    density: Density = "auto"
    sort: Sort = "worst"
    descending: bool = False
    grouping: Grouping = "none"
    filter: str = ""
    faults_only: bool = False
    theme: str | None = None
    folded: frozenset[str] = frozenset()

    def to_table(self) -> dict[str, Any]:
        """The arrangement as a TOML table, without defaults."""
        table: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                table[field.name] = sorted(value) if isinstance(value, frozenset) else value
        return table

    @classmethod
    def from_table(cls, table: Mapping[str, object]) -> "Arrangement":
        """The arrangement in a table, with defaults for unusable values."""
        found: dict[str, Any] = {
            name: value for name, value in table.items() if _usable(name, value)
        }
        return cls(**{**found, "folded": frozenset(found.get("folded", ()))})


_CHOICES: dict[str, tuple[str, ...]] = {
    "density": DENSITIES,
    "sort": SORTS,
    "grouping": GROUPINGS,
}


def _usable(name: str, value: object) -> bool:
    match name:
        case "density" | "sort" | "grouping":
            return isinstance(value, str) and value in _CHOICES[name]
        case "descending" | "faults_only":
            return isinstance(value, bool)
        case "filter" | "theme":
            return _is_text(value)
        case "folded":
            return (
                isinstance(value, list) and len(value) <= MOST_FOLDED and all(map(_is_text, value))
            )
        case _:
            return False


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT
