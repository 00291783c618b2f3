"""Where the recording of a board is, and who may read it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wallboard.config.state import board_name, state_folder

OWN_MODE = 0o600
SHARED_MODE = 0o666


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording is; ``mode`` is what its files are made with, less the umask."""

    path: Path
    mode: int = OWN_MODE


def recording_path(board: str, record: bool | str, environ: Mapping[str, str]) -> Path | None:
    """The file of a recording, or ``None`` where nothing is recorded.

    ``board`` tells one board from all others and ``record`` is the setting of that name, a path
    being whole or counting from the working folder. Raises ``OSError`` where there is no folder to
    keep it in.
    """
    if isinstance(record, str):
        return real_path(Path(record))
    if not record:
        return None
    return state_folder(environ).absolute() / "recordings" / f"{board_name(board)}.db"


def real_path(path: Path) -> Path:
    """The file that a path leads to, for its log and its lock are beside that and not the link.

    A link to nothing is left as it is: nothing shall be made where it leads.
    """
    return Path(os.path.realpath(path)) if os.path.exists(path) else path.absolute()  # noqa: PTH110  never raises


def mode_of(record: bool | str) -> int:
    """What the files of a recording are made with, less the umask.

    Only its owner may read one in the state folder; whoever names a path decides by the umask, for
    the folder of a group serves several users.
    """
    return SHARED_MODE if isinstance(record, str) else OWN_MODE


def place_of(board: str, record: bool | str, environ: Mapping[str, str]) -> Place | None:
    """Where a board is recorded, or ``None`` where it is not. Raises ``OSError`` as above."""
    path = recording_path(board, record, environ)
    return Place(path, mode_of(record)) if path else None
