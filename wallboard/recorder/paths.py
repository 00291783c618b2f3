"""Where the recording of a board and its ledger are, and who may read them."""

import os
from collections.abc import Mapping
from pathlib import Path

from wallboard.config.state_folder import BoardId, state_folder
from wallboard.frozen import frozen

OWN_MODE = 0o600
SHARED_MODE = 0o666


@frozen
class RecordingFile:
    """The path of a recording, and the mode in which its files are created (less the umask)."""

    path: Path
    mode: int = OWN_MODE


def recording_path(board: BoardId, record: bool | str, environ: Mapping[str, str]) -> Path | None:
    """The file of a recording, or ``None`` where nothing is recorded.

    ``record`` is the setting of that name, a path being whole or counting from the working folder.
    Raises ``OSError`` where there is no folder to keep it in.
    """
    if isinstance(record, str):
        return real_path(Path(record))
    if not record:
        return None
    return state_folder(environ).absolute() / "recordings" / f"{board.file_name}.db"


def real_path(path: Path) -> Path:
    """The file that a link leads to: its log and its lock are beside the file, not the link.

    A link to nothing is returned as it is, so that no file is created where it leads.
    """
    return Path(os.path.realpath(path)) if os.path.exists(path) else path.absolute()  # noqa: PTH110  never raises


def file_mode(record: bool | str) -> int:
    """The mode in which the files of a recording are created, less the umask.

    In the state folder only the owner may read it; at a path of the operator's choice the umask
    decides, so that the folder of a group can serve several users.
    """
    return SHARED_MODE if isinstance(record, str) else OWN_MODE


def recording_file(
    board: BoardId, record: bool | str, environ: Mapping[str, str]
) -> RecordingFile | None:
    """The recording of a board, or ``None`` where it has none. Raises ``OSError`` as above."""
    path = recording_path(board, record, environ)
    return RecordingFile(path, file_mode(record)) if path else None


_SUFFIX = ".ledger"


def ledger_path(recording: Path) -> Path:
    """The ledger beside a recording: ``prod.ledger`` for ``prod.db``."""
    name = recording.name.removesuffix(".db") or recording.name
    return recording.with_name(f"{name}{_SUFFIX}")


def ledger_file(recording: RecordingFile) -> RecordingFile:
    """The same, created in the mode of the recording."""
    return RecordingFile(ledger_path(recording.path), recording.mode)
