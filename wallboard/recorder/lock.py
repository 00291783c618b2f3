"""The lock of a recording: the one process that polls for it holds it until it ends.

The lock is on the file ``NAME.lock``, which stays when it is released and names its last holder.
The kernel releases it when the process ends, however suddenly.
"""

import fcntl
import json
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from wallboard.files import exists, is_folder
from wallboard.frozen import frozen
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.file.opening import demand_recording
from wallboard.recorder.paths import OWN_MODE, RecordingFile
from wallboard.recorder.user import user_name

LARGEST = 4096
"""Bytes of a lock file that are read."""

LONGEST_NAME = 64

# A pipe in its place must not block, nor a link lead to another file.
_CAREFULLY = os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class LockError(RecordingError):
    """The lock cannot be taken, for another reason than a holder; the text says which."""


@frozen
class Holder:
    """A process that polls for a recording; ``since`` is Unix time in seconds.

    Anybody who may write the file may have written these: they are only for display.
    """

    user: str = ""
    host: str = ""
    pid: int = 0
    since: float = 0.0

    def __str__(self) -> str:
        if not self.pid:
            return "another process"
        return f"{self.user}@{self.host.partition('.')[0]} pid {self.pid}"


class Lock:
    """The lock of a recording, until it is released or the process ends."""

    def __init__(self, fileno: int, path: Path) -> None:
        """``fileno`` is the open file at ``path``, from now on ours to close."""
        self._fileno = fileno
        self._path = path
        self._lost = False

    def try_to(self, operation: int) -> bool:
        """Lock the file with an operation of ``flock``; false if somebody else has it."""
        try:
            fcntl.flock(self._fileno, operation | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def stands(self) -> bool:
        """Whether others still see it: a lock on a file that was removed keeps nobody out.

        Once false it stays false, for somebody else may hold a new one. Any thread may call it.
        """
        try:
            # Called before every poll: this is the quick way.
            ours, theirs = os.fstat(self._fileno), os.stat(self._path)  # noqa: PTH116
        except OSError:
            self._lost = True
        else:
            self._lost = self._lost or not os.path.samestat(ours, theirs)
        return not self._lost

    def sign(self, now: float) -> None:
        """Write the name of its holder into it."""
        data = json.dumps(
            asdict(Holder(user_name(), os.uname().nodename, os.getpid(), now))
        ).encode()
        # On a full disk the lock holds all the same, without a name.
        with suppress(OSError):
            os.ftruncate(self._fileno, 0)
            os.pwrite(self._fileno, data, 0)

    def signature(self) -> Holder:
        """Its holder, as far as that can be read."""
        try:
            table = json.loads(os.pread(self._fileno, LARGEST, 0))
            user, host = (str(table[name])[:LONGEST_NAME] for name in ("user", "host"))
            return Holder(user, host, int(table["pid"]), float(table["since"]))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return Holder()

    def release(self) -> None:
        """Release it; calling it again does nothing."""
        if self._fileno >= 0:
            os.close(self._fileno)
            self._fileno = -1


def take(place: RecordingFile, *, clock: Callable[[], float] = time.time) -> Lock | None:
    """The lock of a recording, or ``None`` while somebody else holds it.

    ``clock`` is Unix time in seconds. Raises ``LockError`` where this process may not write the
    recording.
    """
    path = lock_path(place.path)
    with _in_words():
        _demand_writable(place)
        while True:
            lock = Lock(_made(path, place.mode), path)
            try:
                free = lock.try_to(fcntl.LOCK_EX)
                if free and lock.stands():
                    lock.sign(clock())
                    return lock
            except BaseException:
                lock.release()
                raise
            lock.release()
            if not free:
                return None  # else somebody removed it in this very moment


def holder(path: Path) -> Holder | None:
    """Who holds the lock of the recording at ``path``, or ``None`` if nobody does.

    Raises ``LockError`` where this process may not read it.
    """
    with _in_words():
        try:
            lock = Lock(_opened(lock_path(path), os.O_RDONLY), path)
        except FileNotFoundError:
            return None
        try:
            return None if lock.try_to(fcntl.LOCK_SH) else lock.signature()
        finally:
            lock.release()


def lock_path(path: Path) -> Path:
    """The file that is locked for a recording."""
    return path.with_name(path.name + ".lock")


def _made(path: Path, mode: int) -> int:
    # Some systems refuse to "create" a file of another user, even one that is there.
    try:
        return _opened(path, os.O_RDWR)
    except FileNotFoundError:
        return _opened(path, os.O_RDWR | os.O_CREAT, mode)


def _opened(path: Path, flags: int, mode: int = OWN_MODE) -> int:
    fileno = os.open(path, flags | _CAREFULLY, mode)
    if stat.S_ISREG(os.fstat(fileno).st_mode):
        return fileno
    os.close(fileno)
    raise LockError("its lock is not a file")


def _demand_writable(place: RecordingFile) -> None:
    """Raise where a recording could be locked but not written."""
    path, folder = place.path, place.path.parent
    if place.mode == OWN_MODE:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_folder(folder):
        raise LockError(f"no such directory: {folder}")
    if exists(path):
        _demand_recording(path)
        if not os.access(path, os.W_OK):
            raise LockError("no write permission")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise LockError(f"no write permission for the directory {folder}")


def _demand_recording(path: Path) -> None:
    """Raise for a file that never was a recording: no lock is created beside it."""
    try:
        demand_recording(path)
    except RecordingError as error:
        raise LockError(str(error)) from None


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        file = f"{error.filename}: " if error.filename else ""
        raise LockError(f"{file}{error.strerror or error}") from None
