"""A folder that does not answer, as on a file server that is away."""

import os
from contextlib import suppress


class SilentFolder:
    """A folder on which every call waits while it is away, in a real pipe that nobody writes to."""

    def __init__(self, path, monkeypatch) -> None:
        self.path = path / "away"
        self.path.mkdir()
        self._pipe = path / "pipe"
        self._writer = None
        self._away = False
        os.mkfifo(self._pipe)
        self._open = os.open
        for name in ("stat", "lstat", "open", "access", "scandir", "listdir", "mkdir"):
            monkeypatch.setattr(os, name, self._waiting(getattr(os, name)))

    def leave(self):
        self._away = True

    def come_back(self):
        self._away = False
        with suppress(OSError):  # nobody waits
            self._writer = self._open(self._pipe, os.O_WRONLY | os.O_NONBLOCK)

    def _waiting(self, call):
        def waiting(path, *args: object, **options):
            if self._away and str(path).startswith(str(self.path)):
                self._open(self._pipe, os.O_RDONLY)
            return call(path, *args, **options)

        return waiting
