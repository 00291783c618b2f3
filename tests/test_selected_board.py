"""A view of some entry points, against a board that has no others."""

from dataclasses import replace

import pytest
from events import ALLOWED, KEY, failed, heard, refused

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import ClockSet, RecordedBoard, RecordedStatus
from wallboard.domain.history import History
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.domain.policy import Policy
from wallboard.domain.state import EndpointState
from wallboard.selected_board import SelectedBoard

NEIGHBOUR = EntryPointKey("prod", 1001)
ELSEWHERE = EntryPointKey("other", 1000)
REFUSED = Failure(Cause.REFUSED, "refused")
FULL = refused("queue_depth_reached")
RECORDED = RecordedBoard(
    1.0,
    tuple(
        RecordedStatus(key, {Endpoint.CHAT_ALLOWED: EndpointState().updated(poll)}, History())
        for key, poll in ((KEY, heard(ALLOWED)), (NEIGHBOUR, heard(FULL, key=NEIGHBOUR)))
    ),
    (ServerStatus("other", 1.0, REFUSED),),
)
STORIES = {
    "polls": [heard(ALLOWED, at=1.0), heard(FULL, at=2.0, key=NEIGHBOUR), heard(FULL, at=3.0)],
    "only neighbours": [heard(FULL, at=2.0, key=NEIGHBOUR), heard(FULL, at=3.0, key=ELSEWHERE)],
    "outage": [
        heard(ALLOWED, at=1.0),
        failed(Endpoint.CHAT_ALLOWED, Cause.REFUSED, at=2.0),
        ServerStatus("prod", 2.1, REFUSED, since=2.0),
        ServerStatus("other", 2.2, REFUSED, since=2.0),
        ServerStatus("prod", 9.0),
        heard(ALLOWED, at=9.1),
    ],
    "recorded": [RECORDED, heard(FULL, at=2.0), heard(FULL, at=2.0, key=NEIGHBOUR)],
    "clock": [heard(ALLOWED, at=1.0), ClockSet(30.0), heard(FULL, at=33.0)],
}


def board(*keys: EntryPointKey):
    return Board([(EntryPoint(key, str(key.id)), Policy()) for key in keys])


def of_key(event):
    key = getattr(event, "key", None)
    return key is None or key == KEY


def plain(status):
    """A status whose samples can be compared."""
    samples = [status.state.history[n] for n in range(len(status.state.history))]
    return replace(status, state=replace(status.state, history=samples))


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_view_is_as_a_board_of_these_entry_points_alone(story):
    alone, whole, view = board(KEY), board(KEY, NEIGHBOUR, ELSEWHERE), SelectedBoard([KEY])
    for event in story:
        seen = view.folded(whole.fold(event))
        if of_key(event):
            wanted = alone.fold(event)
            assert (seen.event, seen.changes, seen.outage_since) == (
                wanted.event,
                wanted.changes,
                wanted.outage_since,
            )
            assert [*map(plain, seen.statuses)] == [*map(plain, wanted.statuses)]
        else:
            assert (seen.statuses, seen.changes) == ((), ())
    seen, wanted = view.snapshot(whole.snapshot(40.0)), alone.snapshot(40.0)
    assert [*map(plain, seen.entry_points.values())] == [*map(plain, wanted.entry_points.values())]
    rest = {"entry_points": {}, "ranking": 0}
    assert replace(seen, **rest) == replace(wanted, **rest)


def test_what_did_not_change_is_the_same_object():
    whole, view = board(KEY, NEIGHBOUR), SelectedBoard([KEY])
    for event in (heard(ALLOWED, at=1.0), heard(FULL, at=2.0)):
        view.folded(whole.fold(event))
    first, second = (view.snapshot(whole.snapshot(now)) for now in (3.0, 4.0))
    assert first.events
    assert first.events is second.events
    assert first.entry_points[KEY] is second.entry_points[KEY]


def test_another_selection_is_shown_with_its_events_at_once():
    whole, view = board(KEY, NEIGHBOUR), SelectedBoard([KEY])
    for fact in (ALLOWED, FULL):
        view.folded(whole.fold(heard(fact, key=NEIGHBOUR)))
    assert view.snapshot(whole.snapshot(3.0)).events == ()
    view.select([NEIGHBOUR])
    snapshot = view.snapshot(whole.snapshot(3.0))
    assert list(snapshot.entry_points) == [NEIGHBOUR]
    assert {one.key for one in snapshot.events} == {NEIGHBOUR}
