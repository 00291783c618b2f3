"""Members that write at random while the bus dies and loses its disk have the same in the end."""

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from ledger_rows import START, raised, said, written

from tests.fleet.test_ledger_exchange import exchanging, ledger_of
from tests.waiting import until
from wallboard.alarm_board import AlarmBoard
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.ledger_row import AlarmKey, RowKind
from wallboard.recorder.paths import RecordingFile, ledger_path

KEYS = [AlarmKey("prod", number) for number in range(5)]
ROUNDS = 12


def something(chance, number, member):
    """A row that a member may write: of the rules, or of somebody."""
    key, onset = chance.choice(KEYS), chance.choice([0, 50])
    at = 40 + number + chance.random()
    who = f"eva@{member}"
    return chance.choice(
        [
            raised(onset, key, after=30 + chance.random()),
            replace(raised(onset, key), kind=RowKind.RETURNED, at=START + at),
            said(RowKind.ACKNOWLEDGED, at, onset, key=key, who=who, until=START + 9000),
            said(RowKind.SHELVED, at, key=key, who=who, until=START + 9000 + number),
            said(RowKind.NOTE, at, key=None, who=who, text=str(number)),
        ]
    )


def alarms_of(recording):
    board = AlarmBoard(dict.fromkeys(KEYS, AlarmRules()), decides=False)
    for row in ledger_of(recording):
        board.apply(row)
    return dict(board.alarms)


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_a_bus_that_dies_and_forgets_all_have_the_same(bus_server, tmp_path, seed):
    chance = random.Random(seed)
    recordings = [RecordingFile(tmp_path / name / "prod.db") for name in ("one", "two", "three")]
    async with AsyncExitStack() as stack:
        members = []
        for recording in recordings:
            recording.path.parent.mkdir()
            members.append(await stack.enter_async_context(exchanging(bus_server, recording)))
        for number in range(ROUNDS):
            for recording in recordings:
                rows = [
                    something(chance, number, recording.path.parent.name)
                    for _ in range(chance.randrange(4))
                ]
                if rows:
                    written(ledger_path(recording.path), *rows)
            if number in {3, 7}:
                bus_server.kill()
            elif number in {5, 9}:
                await bus_server.restart(wiped=chance.random() < 0.5)
            await asyncio.sleep(0.1)  # some is exchanged, some is not
        await until(lambda: not any(member.waiting or member.problems for member in members), 60)
        one, two, three = recordings
        await until(lambda: ledger_of(one) == ledger_of(two) == ledger_of(three), 60)
    assert len(ledger_of(one)) > ROUNDS
    assert alarms_of(one) == alarms_of(two) == alarms_of(three)
