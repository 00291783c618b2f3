"""Copies kept as files: what was sent to a clipboard can be found again, whatever became of it."""

import contextlib
import os
import re
import time
from pathlib import Path

from wallboard.config.state_folder import state_folder
from wallboard.files import replaced

MOST_FILES = 200
"""Older copies go when there are more."""

_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}-.+")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_PART = 60
_SAME_SECOND = 1000


def copies_folder() -> Path:
    """Where copies are kept: in the user's state folder. Raises ``OSError`` without one."""
    return state_folder(os.environ) / "copies"


def keep_copy(data: bytes, what: tuple[str, ...], ending: str, at: float, folder: Path) -> Path:
    """Write a new file, readable only by this user, and return its path.

    ``what`` are the parts of its name, ``at`` is Unix time in seconds. Only the newest
    ``MOST_FILES`` copies are kept; other files in the folder are left alone. Raises ``OSError``.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    when = time.strftime("%Y-%m-%dT%H%M%S", time.localtime(at))
    stem = "-".join([when, *(_safe_part(part) for part in what)])
    path = _written(data, folder, stem, ending)
    _forget_oldest(folder, path)
    return path


def _written(data: bytes, folder: Path, stem: str, ending: str) -> Path:
    for number in range(1, _SAME_SECOND):
        path = folder / (f"{stem}.{ending}" if number == 1 else f"{stem}-{number}.{ending}")
        with contextlib.suppress(FileExistsError):
            with replaced(path, new=True) as file:
                file.write(data)
            return path
    raise FileExistsError(f"too many copies within a second in {folder}")


def _safe_part(part: str) -> str:
    return _UNSAFE.sub("_", part).strip("._-")[:_LONGEST_PART] or "_"


def _forget_oldest(folder: Path, newest: Path) -> None:
    # The copy is safe by now; that an old one cannot be removed is no reason to say otherwise.
    with contextlib.suppress(OSError):
        paths = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
        for path in paths[:-MOST_FILES]:
            # A clock that was put back makes the newest name the oldest one.
            if path != newest:
                path.unlink()
