"""A wall that lives through simulated weeks in minutes, with everything that happens to one.

Arguments: address, entry points, days. Each day a server is out of reach for an hour, endpoints
fail, the config and the theme are edited and the terminal is resized; whoever runs this presses
keys. After each day the memory, descriptors, threads and tasks of the process are noted.
"""

import asyncio
import fcntl
import os
import struct
import sys
import termios
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.bench.processes import ROOT, report
from tests.bench.programs.age_board import MIB, PAINT_SECONDS, Aging
from wallboard.cli.run.process_memory import collect_seldom, share_heap
from wallboard.config.config_file import load_config
from wallboard.config.reload import ConfigSource, stamp_of
from wallboard.config.state_folder import BoardId
from wallboard.domain.event import Event
from wallboard.domain.observation import Cause, Failure, Observation, ServerStatus
from wallboard.domain.snapshot import Folded
from wallboard.feeds import FeedStatus, Fold, WholeBoard
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp

ROUND_SECONDS = 1800.0
ROUNDS_A_DAY = 48
RECORD_DAYS = 3
"""Shorter than the first quarter of four weeks, so that the recording has its size by then."""

SIZES = ((200, 50), (120, 40), (80, 24), (60, 15))
THEME = "soak"
OUTAGE = range(14, 16)
"""The rounds of a day in which the server is out of reach."""

FAILING = Failure(Cause.HTTP, "chatAllowed: the server answered 500 Internal Server Error.")
REFUSED = Failure(Cause.REFUSED, "Nothing accepts connections.")


class Soaking(Aging):
    """Repeats the answers that it got, and has things happen in between."""

    def __init__(self, settings: Settings, endpoints: int, days: int, folder: Path) -> None:
        super().__init__(settings, endpoints, days, folder / "soak.db")
        self._folder = folder
        self._server = settings.server[0].name
        self._days_lived = 0
        self._newest: float | None = None

    @property
    def status(self) -> FeedStatus:
        """The recording, for whoever looks into the past."""
        return FeedStatus(recording_path=self._folder / "soak.db")

    def replace(self, settings: Settings, edit: Folded) -> None:
        """The edited config changes nothing for the polls."""

    async def run(self, fold: Fold, board: WholeBoard) -> None:
        """Live all days, and report what each left behind."""
        fold = self._recorded(fold)
        real = asyncio.create_task(self._feed.run(lambda event: self._hear(event, fold)))
        await self._all_heard.wait()
        days = []
        for _ in range(self._days):
            for number in range(ROUNDS_A_DAY):
                await self._round(number, fold)
            self._days_lived += 1
            days.append(_footprint())
        report({"days": days})
        real.cancel()
        if self.app:
            self.app.exit()
        await asyncio.sleep(60)

    def _hear(self, event: Event, fold: Fold) -> None:
        """Real polls go on; one dated ahead of the repeated answers would end a segment."""
        if isinstance(event, Observation) and self._newest is not None:
            event = replace(event, at=self._newest)
        super()._hear(event, fold)

    async def _round(self, number: int, fold: Fold) -> None:
        self.now += ROUND_SECONDS
        if number in {OUTAGE.start, OUTAGE.stop}:
            down = REFUSED if number == OUTAGE.start else None
            fold(ServerStatus(self._server, self.now, down))
        if number not in OUTAGE:
            for observation in self._answers(number):
                fold(observation)
                if observation.key.id % 10 == 0:
                    await self._breathe()
        if number % 12 == 6:
            self._edit(number)
        if number % 4 == 2:
            _resize(*SIZES[number // 4 % len(SIZES)])
        if self.app:
            self.app.tick()
        await asyncio.sleep(PAINT_SECONDS)

    def _answers(self, number: int) -> Iterator[Observation]:
        for place, before in enumerate(list(self._heard.values())):
            self._newest = self.now - 10.0 * (1 - place / self._endpoints)
            fresh = self._again(before, self._newest)
            failing = (place + number) % 97 == 0
            yield replace(fresh, outcome=FAILING, response=None) if failing else fresh

    def _edit(self, number: int) -> None:
        """Other thresholds and another colour, as an operator would save them."""
        config, theme = self._folder / "wallboard.toml", self._folder / "themes" / f"{THEME}.toml"
        wait = 30 + self._days_lived * 10 + number
        text = config.read_text().splitlines()
        text[0] = f"thresholds = {{ wait_warning = {wait} }}"
        _swap(config, "\n".join(text) + "\n")
        _swap(theme, f"{theme.read_text().rstrip()}\n# {wait}\n")


def _swap(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)


def _resize(width: int, height: int) -> None:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))


def _footprint() -> dict[str, float]:
    process = psutil.Process()
    return {
        "mib": process.memory_info().rss / MIB,
        "descriptors": process.num_fds(),
        "threads": threading.active_count(),
        "tasks": len(asyncio.all_tasks()),
    }


def _config(url: str, count: int) -> str:
    entry_points = "".join(f"[[server.entry_point]]\nid = {1000 + n}\n" for n in range(count))
    head = f'thresholds = {{}}\ntheme = "{THEME}"\ninterval = 60\nrefresh = 0.1\n'
    head += f"record_days = {RECORD_DAYS}\n"
    return f'{head}[[server]]\nname = "bench"\nurl = "{url}"\n{entry_points}'


def main(url: str, count: int, days: int, folder: Path) -> None:
    """Run the wall until all days are over."""
    collect_seldom()  # as every command does
    share_heap()
    themes = folder / "themes"
    themes.mkdir()
    (themes / f"{THEME}.toml").write_text((ROOT / "themes" / "dark.toml").read_text())
    config = folder / "wallboard.toml"
    config.write_text(_config(url, count))
    os.environ["XDG_CONFIG_HOME"] = str(folder.parent)

    def read() -> Settings:
        return load_config(config, os.environ)

    settings = read()
    feed = Soaking(settings, 5 * count, days, folder)
    source = ConfigSource(BoardId("soak"), read, config, stamp_of(config))
    app = WallboardApp(settings, lambda _: feed, source=source, clock=lambda: feed.now)
    feed.app = app
    app.run_to_end()


if __name__ == "__main__":
    with TemporaryDirectory() as above:
        own = Path(above) / "wallboard"
        own.mkdir()
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), own)
