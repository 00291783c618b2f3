"""Where the settings of a board come from, and reading them anew when the file was edited."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from stat import S_ISREG
from typing import NamedTuple

from wallboard.config.problem import ConfigError, Problem
from wallboard.config.state_folder import BoardId
from wallboard.domain.endpoint import EntryPointKey
from wallboard.frozen import frozen
from wallboard.inheritance import entry_points_of
from wallboard.settings import Settings
from wallboard.threads import start_in_thread

LOOK_SECONDS = 1.0
"""Between two looks at a file."""


class Stamp(NamedTuple):
    """What changes when a file is written or replaced."""

    modified_ns: int
    size: int
    inode: int


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file, or ``None`` where there is none to be read."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    if not S_ISREG(found.st_mode):
        # The times of a pipe change whenever it is used.
        return Stamp(0, 0, found.st_ino)
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino)


@frozen
class ConfigSource:
    """Where a board's settings come from.

    ``read`` gives the settings anew or raises ``ConfigError``; it may take a while. ``path`` is the
    file they are in, if there is one, and ``stamp`` its stamp when it was first read. Where
    entry points of a config were selected, ``whole`` gives all of it as it was last read.
    """

    board: BoardId
    read: Callable[[], Settings]
    path: Path | None = None
    stamp: Stamp | None = None
    whole: Callable[[], Settings] | None = None


class Watch:
    """Notices when a file was changed and is no longer being written."""

    def __init__(self, path: Path, stamp: Stamp | None) -> None:
        """``stamp`` is that of the file as it was last read."""
        self._path = path
        self._known = stamp
        self._seen = stamp
        self._looked_at: float | None = None

    def due(self, now: float) -> bool:
        """Whether it is time to look at the file; on a network drive that may never return."""
        return self._looked_at is None or not 0 <= now - self._looked_at < LOOK_SECONDS

    def changed(self, now: float) -> bool:
        """Whether the file has changed, and then was the same at two looks; call it at every tick.

        An editor may write a file in several steps, and half a config can be a valid one.
        ``now`` is seconds on any clock, even one that is put back.
        """
        if not self.due(now):
            return False
        self._looked_at = now
        before, self._seen = self._seen, stamp_of(self._path)
        if self._seen == self._known or self._seen != before:
            return False
        self._known = self._seen
        return True


FIRST_AGAIN_SECONDS = 1.0
"""Wait before an unusable config is read once more; only then is it reported."""

AGAIN_SECONDS = 10.0
"""Wait between later tries: the fault may be outside the file, such as a missing certificate."""

LATE_SECONDS = 8.0
"""Reading the config takes less, unless its directory does not respond."""

log = logging.getLogger(__name__)


class Reload:
    """Reads the config anew when its file changes or on demand, in a thread.

    An unusable config changes nothing but ``problems``, until it can be used.
    """

    def __init__(
        self,
        source: ConfigSource,
        use: Callable[[Settings], None],
        refuse: Callable[[Sequence[Problem]], None] = lambda _: None,
    ) -> None:
        """``use`` takes the settings of an edited config, ``refuse`` what is wrong with it."""
        self._refused: tuple[Problem, ...] = ()
        self._source = source
        self._use = use
        self._refuse = refuse
        self._watch = Watch(source.path, source.stamp) if source.path else None
        self._asked = False
        self._again_at: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._began = 0.0

    @property
    def problems(self) -> tuple[str, ...]:
        """Why edits of the config are not in use, in sentences."""
        if self._busy and self.path and time.monotonic() - self._began > LATE_SECONDS:
            late = f"{self.path.name} does not respond, edits are not seen"
            return (f"The config cannot be read: {late}",)
        return _in_words(self._refused) if self._refused else ()

    @property
    def path(self) -> Path | None:
        """The file that is watched, if there is one."""
        return self._source.path

    def ask(self) -> None:
        """Read it at the next tick even if unchanged, and report at once what is wrong."""
        self._asked = True

    def ask_later(self, now: float) -> None:
        """Read it in some seconds even if unchanged: a secret in a file may be another by now."""
        if self._again_at is None:
            self._again_at = now + AGAIN_SECONDS

    def tick(self, now: float) -> None:
        """Read the config if it is due; ``now`` is seconds on any clock."""
        if self._busy:
            return
        again = self._again_at is not None and not 0 < self._again_at - now <= AGAIN_SECONDS
        if self._asked or again or (self._watch and self._watch.due(now)):
            asked, self._asked = self._asked, False
            self._began = time.monotonic()
            self._task = asyncio.create_task(self._look(now, asked=asked, again=again))

    def stop(self) -> None:
        """Cancel a read that is under way."""
        if self._task:
            self._task.cancel()

    @property
    def _busy(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _look(self, now: float, *, asked: bool, again: bool) -> None:
        # The file may be on a machine that is away: nothing here waits for it, nor does the end.
        watch = self._watch
        changed = watch is not None and await start_in_thread(lambda: watch.changed(now))
        if changed or again or asked:
            self._again_at = None
            await self._read(now, asked=asked, first=changed)

    async def _read(self, now: float, *, asked: bool, first: bool) -> None:
        try:
            settings = await start_in_thread(self._source.read)
        except ConfigError as error:
            self._again_at = now + (FIRST_AGAIN_SECONDS if first else AGAIN_SECONDS)
            if asked or not first or self._refused:
                before, self._refused = self._refused, error.problems
                if asked or before != self._refused:
                    self._refuse(self._refused)
            return
        except Exception:
            self._again_at = now + AGAIN_SECONDS
            log.exception("The config could not be reloaded")
            return
        self._refused = ()
        try:
            self._use(settings)
        except Exception:  # a config that cannot be taken up must not take the board down
            log.exception("The new config could not be applied")


def _in_words(problems: Sequence[Problem]) -> tuple[str, ...]:
    first = problems[0]
    more = len(problems) - 1
    also = f" (and {more} more)" if more else ""
    short = replace(first, file=PurePath(first.file).name)
    return (f"Edited config is invalid, still using the previous config: {short}{also}",)


def what_changed(before: Settings, after: Settings) -> str:
    """What an edit changed, in one sentence."""
    old, new = _by_key(before), _by_key(after)
    counts = (
        (len(new.keys() - old.keys()), "added"),
        (len(old.keys() - new.keys()), "removed"),
        (sum(new[key] != old[key] for key in new.keys() & old.keys()), "changed"),
    )
    said = ", ".join(f"{count} {word}" for count, word in counts if count)
    return f"Config reloaded: {said or 'no entry points changed'}"


def _by_key(settings: Settings) -> dict[EntryPointKey, object]:
    return {
        entry_point.key: (entry_point, policy) for entry_point, policy in entry_points_of(settings)
    }
