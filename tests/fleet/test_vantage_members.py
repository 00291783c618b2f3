"""Members of a fleet that poll from three places, each its own way to the servers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.fleet.test_live_places import NO_AGENTS, ONE, agreement, said, settings_of, simulated
from tests.waiting import until
from wallboard.config.state_folder import BoardId
from wallboard.domain.alarm import AlarmState
from wallboard.domain.ledger_row import AlarmKey, RowKind
from wallboard.domain.policy import Verdict
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.fleet_settings import FleetSettings
from wallboard.live import LiveBoard
from wallboard.simulator.server import Simulator

Joined = Callable[..., AsyncIterator[LiveBoard]]


@pytest.fixture
async def joined(bus_server, tmp_path) -> AsyncIterator[Joined]:
    """Starts the board of a member; a second one of the same name follows its recording."""
    async with AsyncExitStack() as stack:

        async def started(place: str, simulator: Simulator, *, leaves: bool = False) -> LiveBoard:
            fleet = FleetSettings(url=bus_server.url, member=place, vantage=place, lease=2.0)
            path = str(tmp_path / f"{place}.db")
            settings = replace(settings_of(simulator), record=path, fleet=fleet)
            board = LiveBoard(
                settings, lambda polled: SharedFeed(polled, BoardId(place), environ={})
            )
            return board if leaves else await stack.enter_async_context(board)

        yield started


def deciders(*boards: LiveBoard) -> list[str]:
    return [one.status.fleet.member for one in boards if one.status.decides]


async def test_every_board_of_three_places_shows_the_same_agreement(joined):
    async with simulated() as good, simulated(NO_AGENTS) as bad:
        fra, nyc, sin = [await joined("fra", good), await joined("nyc", bad), await joined("sin", good)]  # fmt: skip  # noqa: E501
        beside = await joined("fra", good)
        boards = (fra, nyc, sin, beside)
        wanted = {"fra": Verdict.OPEN, "nyc": Verdict.AGENT_NOT_AVAILABLE, "sin": Verdict.OPEN}
        for board in boards:
            await until(lambda board=board: said(board) == wanted)
        assert {fra.status.role, beside.status.role} == {Role.RECORDS, Role.FOLLOWS}
        for board, own in zip(boards, ("fra", "nyc", "sin", "fra"), strict=True):
            places = board.snapshot().places
            assert [(one.name, one.own) for one in places] == [
                (name, name == own) for name in ("fra", "nyc", "sin")
            ]
        shares = [(found.agree, found.count) for found in map(agreement, boards)]
        assert shares == [(2, 3), (1, 3), (2, 3), (2, 3)]


async def test_one_member_decides_about_alarms_and_another_when_it_leaves(joined):
    async with simulated(NO_AGENTS) as bad:
        fra = await joined("fra", bad, leaves=True)
        async with fra:
            await until(lambda: deciders(fra) == ["fra"])
            nyc = await joined("nyc", bad)
            await until(lambda: nyc.status.decider == "fra")
            await until(lambda: raised(fra))
            assert not nyc.status.decides
            assert nyc.status.role is Role.RECORDS
            await until(lambda: raised(nyc) == raised(fra))
            (once,) = raised(fra)
        await until(lambda: deciders(nyc) == ["nyc"])
        # It goes on with the alarm as it stands.
        assert raised(nyc) == [once]
        states = {one.key: one.state for one in nyc.snapshot().alarms.values()}
        assert states == {AlarmKey.of(ONE): AlarmState.UNACKNOWLEDGED}


def raised(board: LiveBoard) -> list[tuple[float, str]]:
    """The alarms of one entry point that the ledger has raised."""
    rows = (row for row in board.snapshot().ledger if row.kind is RowKind.RAISED)
    return [(row.at, row.verdict) for row in rows if row.key == AlarmKey.of(ONE)]
