"""A server that is restarted: no board says what was so before, until its entry points answered."""

from recorder.recordings import record, tell
from waiting import until

from wallboard.board import Board
from wallboard.domain.change import Subject
from wallboard.domain.observation import ServerStatus
from wallboard.domain.outage import with_outages_joined
from wallboard.domain.policy import Verdict
from wallboard.feeds.replay_polls import Polls
from wallboard.inheritance import entry_points_of
from wallboard.recorder.recording import Recording

TRUE_WHILE_BACK = {Verdict.WAITING, Verdict.OPEN}


class Kept:
    """A living board that is recorded, and what it said of its entry points while it was."""

    def __init__(self, points) -> None:
        self.board = Board(points)
        self.events = []
        self.said = []

    def __call__(self, event) -> None:
        self.board.fold(event)
        self.events.append(event)
        verdicts = {one.judgement.verdict for one in self.board.statuses_of("prod")}
        self.said.append((event.at, self.board.failure("prod") is None, verdicts))

    @property
    def back_at(self):
        """When the server was back; ``None`` until it was."""
        back = (e.at for e in self.events if isinstance(e, ServerStatus) and not e.failure)
        return next(back, None)

    @property
    def rounds_since(self):
        """How often each endpoint was asked since."""
        if self.back_at is None:
            return 0
        return sum(event.at >= self.back_at for event in self.events) // 15


def verdicts_of(board):
    return {one.judgement.verdict for one in board.statuses_of("prod")}


async def test_a_restarted_server_is_asked_again_before_anything_is_said(
    simulated, server_of, settings_of, running, tmp_path
):
    simulator = await simulated()
    port = int(simulator.url.rpartition(":")[2])
    settings = settings_of(server_of(simulator), backoff_max=0.3)
    points = list(entry_points_of(settings))
    kept = Kept(points)
    running(settings, publish=kept)
    await until(lambda: kept.said and kept.said[-1][2] == {Verdict.OPEN})
    await simulator.stop()
    await until(lambda: kept.board.failure("prod"))
    await simulator.start("127.0.0.1", port)
    await until(lambda: kept.rounds_since >= 3)
    back_at, events = kept.back_at, list(kept.events)
    assert kept.said[-1][2] == {Verdict.OPEN}
    since = [(at, said) for at, answers, said in kept.said if answers and at >= back_at]
    assert all(said <= TRUE_WHILE_BACK for _, said in since)
    for status in kept.board.statuses_of("prod"):
        verdicts = [c for c in with_outages_joined(status.timeline) if c.subject is Subject.VERDICT]
        assert [c.after for c in verdicts] == ["open", "unreachable", "open"]
        # The single failures before the outage was known, and the wait after it, are not told.
        assert [c.before for c in verdicts[1:]] == ["open", "unreachable"]

    path = tmp_path / "wall.db"
    writer = record(path, (), entry_points=points, close=False)
    tell(writer, Board(points), events, each=7)
    writer.close()
    with Recording.open(path) as recording:
        restored_between = set()
        for at, _ in since:
            board = Board(points)
            board.fold(recording.board_at(at + 0.002))
            assert verdicts_of(board) <= TRUE_WHILE_BACK
            restored_between |= verdicts_of(board)
        assert Verdict.WAITING in restored_between
        replayed = Board(points)
        begin = back_at - 0.5
        replayed.fold(recording.board_at(begin))
        for event in Polls(recording, 100).until(begin, events[-1].at, 1.0):
            replayed.fold(event)
            if replayed.failure("prod") is None and event.at >= back_at:
                assert verdicts_of(replayed) <= TRUE_WHILE_BACK
        assert verdicts_of(replayed) == {Verdict.OPEN}
