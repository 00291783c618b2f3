"""Members of a fleet, each with a real ledger of its own, send one after the other."""

from collections import Counter
from dataclasses import replace

import pytest
from sending import KilledError, SendingProcess, board_of, settings_of
from test_sending import CHANNEL, NOTICE, Clock, at, told

from wallboard.domain.ledger_row import RowKind
from wallboard.fleet.shared_rows import messages, unpacked
from wallboard.recorder.ledger.reader import LedgerReader


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def member(tmp_path, clock):
    """A process with a ledger of its own; the far side is at an address."""
    processes = []

    def start(name, url, **facts):
        tables = CHANNEL.format(name="ops", url=url) + NOTICE.format(name="ops")
        folder = tmp_path / name
        folder.mkdir()
        settings = settings_of(folder, f"{tables}{board_of(1000, 1006)}")
        processes.append(SendingProcess(settings, folder / "wall.ledger", clock, **facts))
        return processes[-1]

    yield start
    for process in processes:
        await process.end()


def shared(tmp_path, name, other):
    """Have another member read all rows of one, as they cross the bus."""
    with LedgerReader(tmp_path / name / "wall.ledger") as reader:
        for data, _ in messages(list(reader.rows())):
            other.look(unpacked(data).rows)


@pytest.mark.parametrize("steps", range(8))
async def test_who_takes_over_goes_on_where_the_last_one_was_killed(
    tmp_path, member, far_side, clock, steps
):
    far, left = await far_side(), [steps]

    def danger():
        left[0] -= 1
        if left[0] == 0:
            raise KilledError

    first, second = member("one", far.url, danger=danger), member("two", far.url)
    second.sends = False
    first.look([at(clock, 0)])
    shared(tmp_path, "one", second)
    for _ in range(4):
        clock.now += 30
        if not await first.step():
            break
    second.sends = True
    for seconds in range(0, 300, 30):
        clock.now += 30
        if seconds == 60:
            # Only by now the bus is back, and with it what the first one had queued and sent.
            shared(tmp_path, "one", second)
        await second.step()
    over = replace(at(clock, 0), kind=RowKind.CLEARED, onset=1_000_000.0 - 30)
    second.look([over])
    for _ in range(3):
        clock.now += 30
        await second.step()
    assert Counter(told(far)) == {("raise", 1006): 1, ("over", 1006): 1}
