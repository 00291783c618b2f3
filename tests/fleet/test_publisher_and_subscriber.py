"""What a leader folds reaches every receiver over a real bus: complete, in order, once."""

from tests.fleet.bus_server import connected
from tests.fleet.ends import Leader, Receiver, running
from tests.fleet.heard import a_round, as_heard
from tests.waiting import until


async def test_a_viewer_gets_the_whole_board_and_then_each_event_in_order(bus_server):
    async with connected(bus_server) as bus, connected(bus_server, writes=False) as viewers_bus:
        leader, viewer = Leader(bus), Receiver(viewers_bus)
        leader.fold(a_round(0))
        async with running(leader):
            await until(lambda: leader.publisher.published == 10)
            async with running(viewer):
                await until(lambda: viewer.boards)
                more = a_round(10, wait=500)
                leader.fold(more)
                await until(lambda: len(viewer.events) == 10)
        assert viewer.events == [as_heard(event) for event in more]
        assert len(viewer.boards) == 1
        assert verdicts(viewer) == verdicts(leader)


def verdicts(end):
    statuses = end.board.snapshot(0.0).entry_points
    return {key: (one.judgement.verdict, one.judgement.level) for key, one in statuses.items()}
