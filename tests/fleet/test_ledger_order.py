"""Whatever order rows come in, and in whatever pages, they make the same of all boards."""

import math
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_rows import SALES, SERVER, START, raised, said

from wallboard.alarm_board import AlarmBoard
from wallboard.domain.alarm import AlarmRules, AlarmState
from wallboard.domain.alarm_requests import Asker, acknowledged, after_what_was_seen, unshelved
from wallboard.domain.ledger_order import identity, in_order
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.notices.outbox import Outbox
from wallboard.recorder.ledger.reader import LedgerReader
from wallboard.recorder.ledger.tap import LedgerTap
from wallboard.recorder.paths import RecordingFile

DAY = 86_400.0
KEYS = (SALES, AlarmKey("prod", 1001), SERVER)
RULES = dict.fromkeys(KEYS, AlarmRules(raise_for=math.inf, clear_for=math.inf))
ONSETS = st.sampled_from([0.0, 50.0, 600.0])
MOMENTS = st.sampled_from([20.0, 21.0, 60.0, 70.0, 300.0, 640.0, 700.0])
WRONG = st.sampled_from([0.0, 0.0, 0.0, DAY, -DAY / 2])
"""Of alarms before the last one, what is older than a day matters no more."""
NOTICES = st.sampled_from(["a" * 24, "b" * 24])


def of_alarms(kind, onset, at, wrong, key, until, level):
    return LedgerRow(
        at=START + at + wrong,
        kind=kind,
        key=key,
        onset=START + onset,
        level=level,
        verdict="error",
        until=START + until,
        who="" if kind is not RowKind.ACKNOWLEDGED else "ana@jump1",
    )


def of_shelves(kind, at, wrong, key, until):
    return LedgerRow(START + at + wrong, kind, key, who="ben@jump2", until=START + until)


def of_notices(kind, onset, at, key, notice, text):
    row = LedgerRow(START + at, kind, key, START + onset, notice=notice, channel="ops")
    return replace(row, text="raise after 0 s" if kind is RowKind.QUEUED else f"raise: {text}")


OF_ALARMS = st.sampled_from(
    [
        *(RowKind.RAISED, RowKind.RAISED, RowKind.WORSENED, RowKind.RETURNED, RowKind.CLEARED),
        *(RowKind.ACKNOWLEDGED, RowKind.UNACKNOWLEDGED, RowKind.CHATTERING, RowKind.QUIET),
    ]
)
ROWS = st.one_of(
    st.builds(
        of_alarms, OF_ALARMS, ONSETS, MOMENTS, WRONG, st.sampled_from(KEYS), MOMENTS,
        st.sampled_from([Level.WARNING, Level.CRITICAL]),
    ),
    st.builds(
        of_shelves, st.sampled_from([RowKind.SHELVED, RowKind.UNSHELVED]), MOMENTS, WRONG,
        st.sampled_from(KEYS), MOMENTS,
    ),
    st.builds(
        of_notices,
        st.sampled_from([RowKind.QUEUED, RowKind.QUEUED, RowKind.SENT, RowKind.GIVEN_UP]),
        ONSETS, MOMENTS, st.sampled_from(KEYS), NOTICES, st.sampled_from(["taken", "busy"]),
    ),
    st.builds(
        lambda kind, at, wrong: LedgerRow(START + at + wrong, kind, None),
        st.sampled_from([RowKind.BLIND, RowKind.SEEING]), MOMENTS, WRONG,
    ),
)  # fmt: skip


class Member:
    """A board with a real ledger of its own, that only follows what it says."""

    def __init__(self, folder):  # noqa: ANN204
        folder.mkdir()
        self.path = folder / "prod.ledger"
        self.board = AlarmBoard(RULES, decides=False)
        self.outbox = Outbox()
        self._tap = LedgerTap(RecordingFile(self.path), clock=lambda: START + 800)

    def take(self, rows):
        """Rows of a page, as ``LiveBoard`` takes them."""
        update = self._tap.exchange(rows).update
        self._fold(update)
        if self.outbox.late and not update.whole:
            self._fold(self._tap.exchange([], again=True).update)
        self.outbox.late = False
        self.outbox.forget_finished(START + 800)

    def _fold(self, update):
        if update.whole or update.again:
            self.outbox.begin_again()
        for row in update.rows:
            self.board.apply(row)
            self.outbox.take(row)

    @property
    def rows(self):
        with LedgerReader(self.path) as reader:
            return [replace(row, number=0) for row in reader.rows()]

    @property
    def alarms(self):
        # What is polled is the same to all, and no matter of rows.
        alarms = {key: alarm.unasked() for key, alarm in self.board.alarms.items()}
        return alarms, self.board.blind_since

    @property
    def told(self):
        episodes = {
            one.id: (one.raised_at, one.over_at, one.acknowledged and one.acknowledged.who,
                     _to_come(one.shelved_until), one.called_at, one.level, one.steps)
            for one in self.outbox.episodes.values()
        }  # fmt: skip
        notices = {
            name: [(one.id, one.outcome, sorted(one.alarms, key=str), one.queued_at)
                   for one in thread.notices]
            for name, thread in self.outbox.threads.items()
        }  # fmt: skip
        return episodes, notices

    def close(self):
        self._tap.close()


def _to_come(until):
    """The end of a shelf, unless it is over anyway."""
    return until if until is not None and until > START + 800 else None


@settings(max_examples=30)
@given(
    rows=st.lists(ROWS, min_size=1, max_size=14),
    members=st.integers(2, 4),
    data=st.data(),
)
def test_any_rows_in_any_order_and_any_pages_make_the_same(tmp_path_factory, rows, members, data):
    folder = tmp_path_factory.mktemp("members")
    all_of = []
    for number in range(members):
        with closing(Member(folder / str(number))) as member:
            left = data.draw(st.permutations(rows)) if number else list(rows)
            while left:
                size = data.draw(st.integers(1, len(left)))
                member.take(left[:size])
                left = left[size:]
            all_of.append((member.rows, member.alarms, member.told))
    restarted = Member(folder / "restarted")
    restarted.take(rows)
    all_of.append((restarted.rows, restarted.alarms, restarted.told))
    restarted.close()
    for one in all_of[1:]:
        assert one == all_of[0]


@given(st.lists(ROWS, max_size=12), st.randoms(use_true_random=False))
def test_the_order_is_that_of_the_set(rows, random):
    once = in_order(rows)
    random.shuffle(rows)
    assert in_order([*rows, *rows]) == once
    assert len({identity(row) for row in once}) == len(once)
    assert set(once) <= set(rows)


def followed(*rows):  # noqa: ANN002
    board = AlarmBoard(RULES, decides=False)
    for row in rows:
        board.apply(row)
    return board


def state(board, key=SALES):
    alarm = board.alarms.get(key)
    return alarm.state if alarm else AlarmState.NORMAL


RETURNED = replace(raised(0), kind=RowKind.RETURNED, at=START + 500, until=START + 440)


@pytest.mark.parametrize("wrong", [0.0, DAY, -DAY])
def test_who_has_a_wrong_clock_can_acknowledge_an_alarm(wrong):
    board = followed(raised(0))
    asker = Asker("eva@lab", START + 100 + wrong)
    rows = acknowledged(asker, board.alarms, [SALES], "mine")
    rows = after_what_was_seen(rows, board.newest_row)
    assert state(followed(raised(0), *rows)) is AlarmState.ACKNOWLEDGED
    assert state(followed(*rows, raised(0))) is AlarmState.ACKNOWLEDGED
    assert state(followed(RETURNED, *rows, raised(0))) is AlarmState.NORMAL
    (row,) = rows
    assert row.until - row.at == AlarmRules().ack_expires
    ended = replace(row, kind=RowKind.UNACKNOWLEDGED, at=START + 200, who="")
    for some in ([raised(0), row, ended], [ended, row, raised(0)]):
        assert state(followed(*some)) is AlarmState.UNACKNOWLEDGED


@pytest.mark.parametrize("wrong", [0.0, DAY])
def test_the_shelf_of_a_clock_that_is_ahead_is_ended_by_anybody(wrong):
    shelf = said(RowKind.SHELVED, 100 + wrong, until=START + 9000 + wrong)
    board = followed(shelf)
    ended = unshelved(Asker("ana@jump1", START + 200), board.alarms, [SALES])
    assert state(followed(shelf, *ended)) is AlarmState.NORMAL
    assert state(followed(*ended, shelf)) is AlarmState.NORMAL
    again = after_what_was_seen([said(RowKind.SHELVED, 300, until=START + 999)], board.newest_row)
    assert state(followed(*again, *ended, shelf)) is AlarmState.SHELVED


def test_of_two_alarms_the_one_with_the_later_onset_stands_whatever_the_clock_said():
    ahead = raised(DAY)
    later = replace(raised(DAY + 0.001), at=START + 700)
    over = replace(ahead, kind=RowKind.CLEARED, at=START + 600)
    for rows in ([ahead, over, later], [later, over, ahead]):
        assert followed(*rows).alarms[SALES].onset == START + DAY + 0.001
