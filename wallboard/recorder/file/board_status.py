"""The status of a board, in one row of its recording, for a prompt that cannot wait.

Whoever records writes it again and again. Loading this loads next to nothing, and reading it
neither a schema nor any other row.
"""

import os
import sqlite3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

APPLICATION_ID = 0x57424452
"""Says in a file's header that it is a recording."""

NAME = "standing"
"""Of the row in ``about``."""

NAMES = (
    "at",
    "newest_at",
    "late",
    "blind_since",
    "entry_points",
    "open",
    "ok",
    "warning",
    "unknown",
    "critical",
    "unacknowledged",
    "returned",
    "acknowledged",
    "shelved",
    "suppressed",
)
"""Times in Unix time in seconds, then how many entry points and alarms there are of each kind.

``late`` is 1 once nothing was polled for too long. What is not known is left out.
"""

MOST_CHARACTERS = 2_000
_BUSY_SECONDS = 0.1
_MOST_STEPS = 100_000
"""Of SQLite; reading one row takes some ten."""


class NoBoardStatusError(Exception):
    """The file has no status of a board; the text says why."""


def status_text(values: "Mapping[str, float]") -> str:
    """The values as they are written: ``at=1790000000.0 open=57``."""
    return " ".join(f"{name}={values[name]!r}" for name in NAMES if name in values)


def status_values(text: object) -> dict[str, float]:
    """The values in a text; names that are not known are passed over. Raises ``ValueError``."""
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
        raise ValueError("no text of this kind")
    values = {}
    for word in text.split():
        name, _, value = word.partition("=")
        if name in NAMES:
            values[name] = number = float(value)
            if not -1e12 < number < 1e12:
                raise ValueError(word)
    return values


def read_board_status(path: str) -> dict[str, float]:
    """The status of a board as last written to its recording. Raises ``NoBoardStatusError``."""
    if not os.path.isfile(path):  # noqa: PTH113 - pathlib is slow to load
        raise NoBoardStatusError("no recording yet")
    mode = "ro" if os.path.exists(f"{path}-wal") else "ro&immutable=1"  # noqa: PTH110 - likewise
    for sign in "%?#":
        path = path.replace(sign, f"%{ord(sign):02x}")
    try:
        database = sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=_BUSY_SECONDS)
        try:
            return status_values(_row(database))
        finally:
            database.close()
    except (sqlite3.Error, ValueError, OSError) as error:
        raise NoBoardStatusError(str(error)) from None


def _row(database: sqlite3.Connection) -> object:
    """The text in a file that may come from anybody."""
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000_000)
    database.set_progress_handler(lambda: 1, _MOST_STEPS)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        database.execute(f"PRAGMA {pragma}")
    kinds = database.execute("SELECT type FROM sqlite_schema WHERE name = 'about'").fetchall()
    (owner,) = database.execute("PRAGMA application_id").fetchone()
    if owner != APPLICATION_ID or kinds != [("table",)]:
        raise ValueError("no recording")
    row = database.execute("SELECT value FROM about WHERE name = ?", (NAME,)).fetchone()
    if row is None:
        raise ValueError("nothing recorded yet")
    text: object = row[0]
    return text
