"""The scripted week, told through every channel at once by a process that is killed each hour."""

import time
from collections import Counter
from random import Random

import pytest
from far_side import far_side
from far_sides import NAMES, FarSides
from scripted_week import FOLDER, START, WEEK, Week, told
from sending import KilledError, SendingProcess, settings_of

from wallboard.domain.alarm import AlarmState
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.raised_alarm import raised_alarms
from wallboard.inheritance import entry_points_of

__all__ = ["far_side"]

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")

HOUR = 3600.0
STEP_SECONDS = 30.0


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    week = Week(tmp_path_factory.mktemp("week") / "week.db")
    week.live()
    return week


@pytest.fixture
async def far_sides(tmp_path, far_side):
    sides = FarSides(tmp_path)
    await sides.start(far_side)
    yield sides
    await sides.stop()


class Hourly:
    """Kills a process between any two of its statements in each hour in which it does anything."""

    def __init__(self, clock) -> None:
        self.clock, self.chance = clock, Random(7)
        self.killed_in, self.wait = -1, 0

    def __call__(self) -> None:
        hour = int(self.clock() // HOUR)
        if hour == self.killed_in:
            return
        if self.wait:
            self.wait -= 1
            return
        self.killed_in, self.wait = hour, self.chance.randrange(12)
        raise KilledError


async def test_every_channel_is_told_each_alarm_and_that_it_is_over(week, far_sides, tmp_path):
    text = (FOLDER / "wallboard.toml").read_text()
    routes = "".join(f'[[notice]]\nchannel = "{name}"\n' for name in NAMES)
    settings = settings_of(tmp_path, f"{text}\n{far_sides.channels}\n{routes}")
    now = [START]
    killer = Hourly(lambda: now[0])

    def start():
        return SendingProcess(settings, tmp_path / "week.ledger", lambda: now[0], danger=killer)

    process, killed, hour = start(), 0, 0
    pending, shown = list(reversed(week.rows)), list(reversed(week.shown))
    explained = set()
    while now[0] < START + WEEK:
        rows = []
        while pending and pending[-1].at <= now[0]:
            rows.append(pending.pop())
        while shown and shown[-1][0] <= now[0]:
            states = shown.pop()[1]
            explained = {key for key, one in states.items() if one is AlarmState.SUPPRESSED}
        process.explained = explained
        process.look(rows)
        while not await process.step():
            killed += 1
            await process.end()
            process = start()
            process.explained = explained
        if int(now[0] // HOUR) != hour:
            # Also where nothing was sent meanwhile.
            hour = int(now[0] // HOUR)
            await process.end()
            process = start()
        nothing_stands = process.outbox.settled and not rows
        soon = pending[-1].at if pending else START + WEEK
        now[0] = max(now[0] + STEP_SECONDS, min(soon, now[0] + HOUR) if nothing_stands else 0.0)
    await process.end()
    assert killed > 8
    names = {AlarmKey.of(one.key): one.name for one, _ in entry_points_of(settings)}
    alarms = [
        (
            names.get(one.key, f"server {one.key.server}"),
            time.strftime("%H:%M", time.localtime(one.onset)),
        )
        for one in raised_alarms(week.rows)
    ]
    assert len(alarms) == len(told(week.rows)) == 11
    for name in NAMES:
        said = far_sides.told(name)
        threads = {}
        for one in said:
            threads.setdefault(one.thread, []).append(one)
        about = [next(one.about for one in of_one if one.about) for of_one in threads.values()]
        assert sorted(about) == sorted(alarms), name
        for of_one in threads.values():
            phases = Counter(one.phase for one in of_one)
            assert phases["over"] == 1, name
            assert of_one[0].phase == "call", name
            assert of_one[-1].phase == "over", name
