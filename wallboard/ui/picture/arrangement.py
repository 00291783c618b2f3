"""How the operator has arranged the board, kept from one run to the next."""

import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from wallboard.config.state_folder import BoardId, state_folder
from wallboard.files import read_file, replaced
from wallboard.frozen import frozen

Density = Literal["auto", "compact", "normal", "large"]
Sort = Literal["worst", "name", "id", "wait", "queue", "changed"]
Grouping = Literal["none", "group", "server"]

DENSITIES: tuple[Density, ...] = get_args(Density)
SORTS: tuple[Sort, ...] = get_args(Sort)
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)

LONGEST_TEXT = 1000
"""Characters of a filter or a name that are kept."""

MOST_FOLDED = 1000


@frozen(kw_only=True)
class Arrangement:
    """One arrangement of the board.

    ``filter`` is the text of a query, ``theme`` the theme picked on the board, ``None`` while that
    is left to the config. ``handled_hidden`` leaves out whose alarm somebody has in hand.
    ``folded`` are the names of the sections that are folded.
    """

    density: Density = "auto"
    sort: Sort = "worst"
    descending: bool = False
    grouping: Grouping = "none"
    filter: str = ""
    faults_only: bool = False
    handled_hidden: bool = False
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
        case "descending" | "faults_only" | "handled_hidden":
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


SAVE_SECONDS = 2.0
"""Least time between two writes."""

LARGEST_FILE = 256 * 1024

log = logging.getLogger(__name__)


class ArrangementStore:
    """Keeps the arrangement of a board in a file, shared by all boards of the same config."""

    def __init__(self, board: BoardId, folder: Path, *, themed: bool = False) -> None:
        """Touch no file yet.

        ``themed`` is true if the theme of this run came from the command line; the one picked
        earlier is then kept for the next run.
        """
        self.path = folder / f"{board.file_name}.toml"
        self._board = board
        self._themed = themed
        self._picked: str | None = None
        self._saved = Arrangement()
        self._saved_at: float | None = None
        self._error_logged = False
        self._saving = threading.Lock()

    def load(self) -> tuple[Arrangement, str | None]:
        """The last arrangement, and a problem to report if the file cannot be used.

        A damaged file is overwritten by the next save.
        """
        try:
            data = read_file(self.path, LARGEST_FILE)
        except FileNotFoundError:
            return self._saved, None
        except OSError as error:
            return self._saved, f"{_LOST} {self.path} cannot be read: {error.strerror or error}"
        try:
            import tomllib

            table = tomllib.loads(data.decode())
        except (ValueError, RecursionError):
            return self._saved, f"{_LOST} {self.path} is damaged"
        self._saved = Arrangement.from_table(table)
        if self._themed:
            self._picked = self._saved.theme
            return replace(self._saved, theme=None), None
        return self._saved, None

    def is_due(self, state: Arrangement, now: float) -> bool:
        """Whether to save: it changed, and that was not done in the last two seconds.

        ``now`` is seconds on any clock, even one that is put back.
        """
        if self._whole(state) == self._saved:
            return False
        if self._saved_at is not None and 0 <= now - self._saved_at < SAVE_SECONDS:
            return False
        self._saved_at = now
        return True

    def save(self, state: Arrangement) -> None:
        """Write the arrangement if it changed; it may block. An error is logged once."""
        state = self._whole(state)
        with self._saving:
            if state == self._saved:
                return
            try:
                _write(self.path, _text(str(self._board), state))
            except OSError as error:
                if not self._error_logged:
                    why = error.strerror or error
                    log.warning("The arrangement cannot be kept in %s: %s", self.path.parent, why)
                self._error_logged = True
            else:
                self._saved = state

    def _whole(self, state: Arrangement) -> Arrangement:
        if self._picked is None or state.theme is not None:
            return state
        return replace(state, theme=self._picked)


_LOST = "Using the default layout of the wall:"


def arrangements_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where arrangements are kept. Raises ``OSError`` where there is no state folder."""
    return state_folder(environ) / "views"


def stored_arrangement(
    board: BoardId | None, *, themed: bool
) -> tuple[ArrangementStore | None, Arrangement, str | None]:
    """The store of a board's arrangement, the last arrangement, and a problem to report.

    ``themed`` is true if the theme was chosen on the command line. Without a board nothing is kept.
    """
    if board is None:
        return None, Arrangement(), None
    try:
        store = ArrangementStore(board, arrangements_folder(), themed=themed)
    except OSError as error:
        return None, Arrangement(), f"The layout of the wall will not be saved: {error.strerror}"
    return store, *store.load()


def _text(board: str, state: Arrangement) -> bytes:
    import tomli_w

    # TOML has no notation for lone surrogates, which a file name may hold.
    table = {"board": board, **state.to_table()}
    return tomli_w.dumps(table).encode("utf-8", "replace")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Not synced: that could block, and a file lost in a crash costs only the arrangement.
    with replaced(path, synced=False) as file:
        file.write(data)
