"""A board keeps what answers have in common once, and each answer as it came."""

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Observation, Request, Response
from wallboard.domain.policy import Policy
from wallboard.domain.reading import ChatAllowed

KEYS = [EntryPointKey("prod", 1000), EntryPointKey("prod", 1001)]


def answered(key, at, body, head=b"Date: now"):
    return Observation(
        key,
        Endpoint.CHAT_ALLOWED,
        at,
        0.1,
        ChatAllowed(True),
        Request("GET", f"http://e/{key.id}"),
        Response(200, "OK", bytes(bytearray(head)), bytes(bytearray(body))),
    )


def folded(observations):
    board = Board([(EntryPoint(key, "Sales"), Policy()) for key in KEYS])
    for observation in observations:
        board.fold(observation)
    entry_points = board.snapshot(2000.0).entry_points
    return [entry_points[key].state.endpoint(Endpoint.CHAT_ALLOWED).last for key in KEYS]


def test_equal_answers_of_different_entry_points_share_head_body_and_reading():
    first, second = folded([answered(KEYS[0], 1.0, b"<a/>"), answered(KEYS[1], 2.0, b"<a/>")])
    assert first.response.head is second.response.head
    assert first.response.body is second.response.body
    assert first.outcome is second.outcome
    assert (first.at, second.at) == (1.0, 2.0)


def test_answers_that_differ_stay_as_they_came():
    sent = answered(KEYS[0], 1.0, b"<a/>"), answered(KEYS[1], 2.0, b"<a />", b"Date: later")
    assert tuple(folded(sent)) == sent


def test_sharing_goes_on_after_more_different_answers_than_are_remembered():
    many = [answered(KEYS[0], float(n), b"<a>%d</a>" % n) for n in range(3000)]
    kept, other = folded([*many, answered(KEYS[1], 3000.0, b"<a>2999</a>")])
    assert kept.response.body is other.response.body
    assert kept == many[-1]
