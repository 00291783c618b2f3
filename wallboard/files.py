"""Files that are read whole or not at all, and that others see whole or not at all."""

import errno
import os
import select
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TypeVar

T = TypeVar("T")

ANSWER_SECONDS = 5.0
"""A pipe, and a folder on another machine, may never answer."""

_LONGEST_STEM = 40
_PIECE = 1024 * 1024
_MOST_HANGING = 4
_hanging: list[threading.Thread] = []


def exists(path: Path | str) -> bool:
    """Whether something is there, as far as may be seen. Unlike pathlib it never raises."""
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: Path | str) -> bool:
    """Whether a file is there; else like ``exists``."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path | str) -> bool:
    """Whether a folder is there; else like ``exists``."""
    return os.path.isdir(path)  # noqa: PTH112


def within(call: Callable[[], T], seconds: float = ANSWER_SECONDS) -> T:
    """What ``call`` returns or raises, or ``OSError`` if it takes longer than so many seconds.

    One that hangs cannot be called off, only left; a few at most are left like that.
    """
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(call())
        except BaseException as error:  # noqa: BLE001  it is raised again below
            failure.append(error)

    _hanging[:] = [thread for thread in _hanging if thread.is_alive()]
    if len(_hanging) < _MOST_HANGING:
        # A daemon, for the end of the program must not wait for it.
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(seconds)
        if outcome:
            return outcome[0]
        if failure:
            raise failure[0]
        _hanging.append(thread)
    raise OSError(errno.ETIMEDOUT, f"no answer within {seconds:g} s")


def read_file(path: Path, most: int, *, streams: bool = False) -> bytes:
    """The bytes of a file, or the first ``most`` and one more where it holds more.

    With ``streams`` a pipe that somebody writes into will do, and a device. Raises ``OSError``
    with words for people, also where nothing comes within ``ANSWER_SECONDS``.
    """
    return within(lambda: _read(path, most, streams=streams))


def _read(path: Path, most: int, *, streams: bool) -> bytes:
    # Not waiting for a writer, and not taking a terminal for our own.
    fileno = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        mode = os.fstat(fileno).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        stream = (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)) and not os.isatty(fileno)
        if not (stat.S_ISREG(mode) or (streams and stream)):
            raise OSError(errno.EINVAL, "not a file")
        data = b"".join(_pieces(fileno, most + 1))
    finally:
        os.close(fileno)
    if stat.S_ISFIFO(mode) and not data:
        raise OSError(errno.EPIPE, "a pipe without a writer")
    return data


def _pieces(fileno: int, wanted: int) -> Iterator[bytes]:
    more = select.poll()
    more.register(fileno, select.POLLIN)
    while wanted > 0:
        try:
            piece = os.read(fileno, min(wanted, _PIECE))
        except BlockingIOError:
            if not more.poll(ANSWER_SECONDS * 1000):
                raise OSError(errno.ETIMEDOUT, "its writer sends nothing") from None
            continue
        if not piece:
            return
        wanted -= len(piece)
        yield piece


@contextmanager
def replaced(
    path: Path, *, mode: int = 0o600, new: bool = False, synced: bool = True
) -> Iterator[IO[bytes]]:
    """A file to write, which takes the place of ``path`` at the end, and only if that is good.

    Where ``path`` is a link, what it leads to is replaced; with ``new`` nothing is, but
    ``FileExistsError`` is raised. ``synced`` has it on the disk before it is seen. Raises
    ``OSError``, and then nothing is left of it.
    """
    from tempfile import mkstemp

    # pathlib raises an error of its own where links go in a circle.
    place = Path(os.path.realpath(path))
    handle, name = mkstemp(dir=place.parent, prefix=f".{place.stem[:_LONGEST_STEM]}-")
    made = Path(name)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor has no path
            os.fchmod(handle, mode)
            yield file
            if synced:
                file.flush()
                os.fsync(handle)
        if new:
            put_new(made, path)
        else:
            made.replace(place)
    except BaseException:
        with suppress(OSError):
            made.unlink()
        raise


def put_new(made: Path, path: Path) -> None:
    """Give a file its name unless there is one of that name. Raises ``OSError``."""
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:
        # Not every file system knows links.
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        made.rename(path)
    else:
        made.unlink()
