"""Files that others see whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, which takes the place of ``path`` at the end, and only if that is good.

    Only its owner may read it. Where ``path`` is a link, what it leads to is replaced.
    Raises ``OSError``.
    """
    from tempfile import mkstemp

    # pathlib raises an error of its own where links go in a circle.
    place = Path(os.path.realpath(path))
    handle, name = mkstemp(dir=place.parent, prefix=f".{place.stem}-")
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor has no path
            yield file
        Path(name).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
