"""Notices when the file of the theme in use is edited."""

from pathlib import Path

from wallboard.ui.look.theme import BoardTheme, load, own_folder, shipped_folder
from wallboard.ui.look.theme_file import ThemeError

_Stamp = tuple[tuple[int, int, int] | None, ...]


class ThemeWatch:
    """Asked at every tick, it answers once for every edit.

    It looks at the time and size of the two files the theme can be in, which costs microseconds,
    and reads them only when those have stood still for a tick: an editor may be half through.
    """

    def __init__(self, name: str) -> None:
        """Watch this theme from now on, as it is at this moment."""
        self._folders = [folder for folder in (own_folder(), shipped_folder()) if folder]
        self.name = name
        self._read = self._last = self._stamp()

    def poll(self) -> BoardTheme | ThemeError | None:
        """The theme as it was edited, or what is wrong with it; ``None`` while nothing changed."""
        stamp, before = self._stamp(), self._last
        self._last = stamp
        if stamp == self._read or stamp != before:
            return None
        self._read = stamp
        try:
            return load(self.name)
        except ThemeError as error:
            return error

    def _stamp(self) -> _Stamp:
        return tuple(_stamp_of(folder / f"{self.name}.toml") for folder in self._folders)


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
