"""The doctor's look at the recording: whether the board can be recorded.

The file is never opened while it is written: in the process that records into it, closing any
other handle of it would lose its locks.
"""

import os
import shutil
from pathlib import Path

from wallboard.domain.doctor import Finding, Step
from wallboard.domain.policy import Level
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.file.opening import demand_recording
from wallboard.recorder.lock import LockError, holder
from wallboard.recorder.paths import OWN_MODE, RecordingFile

LEAST_FREE_BYTES = 50_000_000
"""With less than this a disk counts as nearly full: other programs write, too."""

_MEGABYTE = 1_000_000


def recording_finding(place: RecordingFile | None) -> Finding:
    """The finding about a recording, without touching its content; it may block for a while.

    ``None`` stands for a board that is not recorded.
    """
    if place is None:
        return Finding(Step.RECORDING, Level.OK, "Nothing is recorded: `record` is off.")
    path = place.path
    folder = _nearest(path.parent)
    try:
        free = shutil.disk_usage(folder).free
        size = _size(path)
    except OSError as error:
        return Finding(
            Step.RECORDING,
            Level.WARNING,
            f"{path}: {error.strerror or error}. Choose another place with `record`.",
        )
    who = _writer(path)
    facts = {"path": str(path), "bytes": size, "free_bytes": free, "written_by": who}
    room = f"{_megabytes(free)} free"
    if words := _foreign(path):
        return Finding(Step.RECORDING, Level.WARNING, words, facts=facts)
    if fault := _fault(place, folder):
        words = f"{fault} ({path}; {room}). Change its permissions, or choose another `record`."
        return Finding(Step.RECORDING, Level.WARNING, words, facts=facts)
    if free < LEAST_FREE_BYTES:
        words = f"The disk is nearly full: {room} at {folder}. Make room, or lower"
        return Finding(Step.RECORDING, Level.WARNING, f"{words} `record_megabytes`.", facts=facts)
    has = f"{path} holds {_megabytes(size)}" if size is not None else f"{path} is not begun yet"
    words = f"{has}; {who or 'nobody'} records; {room}."
    return Finding(Step.RECORDING, Level.OK, words, facts=facts)


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest parent that exists."""
    for one in (folder, *folder.parents):
        if os.path.exists(one):  # noqa: PTH110 - unlike pathlib it never raises
            return one
    return folder


def _fault(place: RecordingFile, folder: Path) -> str | None:
    path = place.path
    if folder != path.parent and place.mode != OWN_MODE:
        return f"There is no folder {path.parent}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"This user may not write to {folder}"
    if path.is_dir():
        return "The recording is a folder"
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return "This user may not write to the recording"
    return None


def _foreign(path: Path) -> str | None:
    """Why the file in this place is no recording, if it is none."""
    try:
        if path.exists():
            demand_recording(path)
    except RecordingError as error:
        return f"{path}: {error}. Choose another place with `record`."
    return None


def _size(path: Path) -> int | None:
    """Bytes of the recording and of its write-ahead log, or ``None`` where there is none."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    try:
        return size + path.with_name(f"{path.name}-wal").stat().st_size
    except FileNotFoundError:
        return size


def _writer(path: Path) -> str | None:
    """Who holds the lock, if anybody does."""
    try:
        found = holder(path)
    except LockError:
        return "nobody can see who"
    return str(found) if found else None


def _megabytes(count: int) -> str:
    return f"{count / _MEGABYTE:,.1f} MB"
