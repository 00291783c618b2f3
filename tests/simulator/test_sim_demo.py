from xml.etree import ElementTree as ET

from wallboard.domain.endpoint import Endpoint
from wallboard.simulator.fault import Kind
from wallboard.simulator.responder import Responder
from wallboard.simulator.scenario import load_scenario

IDS = range(1000, 1012)
OTHER_VERDICTS = {
    "queue_depth_reached",
    "agent_not_available",
    "service_not_running",
    "invalid_entry_point",
    "entry_point_inactive",
    "other",
    "unknown",
    "unreachable",
    "error",
}


def demo(seed=1, count=12):
    return Responder(range(1000, 1000 + count), load_scenario("demo"), seed)


def verdict(world, entry_point, seconds):
    """The verdict that a board must come to, from the replies alone."""
    replies = [world.reply(endpoint, entry_point, seconds) for endpoint in Endpoint]
    if all(reply.delivery and reply.delivery.kind is Kind.RESET for reply in replies):
        return "unreachable"
    chat_allowed, eligibility = replies[:2]
    if chat_allowed.status != 200:
        return "error" if eligibility.status != 200 else "partial"
    body = chat_allowed.body.replace(b'"1.0.', b'"1.0"').replace(b"xmlns\xe2\x80\x9d", b"xmlns:")
    said = ET.fromstring(body.replace(b"=:", b'="')).attrib
    if said["allowed"] == "true":
        return "open"
    return said["reason"] if said["reason"] in OTHER_VERDICTS else "unknown"


def seen(world, seconds):
    return {verdict(world, id_, second) for second in seconds for id_ in IDS}


def test_every_verdict_is_seen_within_a_minute_whatever_the_seed():
    for seed in range(1, 6):
        assert seen(demo(seed), range(60)) >= OTHER_VERDICTS | {"open"}


def test_every_verdict_can_be_caught_by_polls_ten_seconds_apart():
    for phase in (0, 4, 9):
        assert seen(demo(), range(phase, 61, 10)) >= OTHER_VERDICTS


def test_several_verdicts_are_seen_within_five_seconds():
    assert len(seen(demo(), range(5))) >= 4


def test_most_entry_points_are_open_most_of_the_time():
    world = demo()
    open_now = [
        sum(verdict(world, id_, second) == "open" for id_ in IDS) for second in range(0, 600, 5)
    ]
    assert min(open_now) >= 6
    assert sum(open_now) / len(open_now) >= 8
    assert sum(count < 12 for count in open_now) / len(open_now) > 0.9


def test_waits_move():
    world = demo(count=30)
    stories = [
        {world.state(id_, second).wait_seconds for second in range(0, 120, 2)}
        for id_ in range(1000, 1030)
    ]
    assert sum(len(waits) >= 5 for waits in stories) >= 10


def test_a_contradiction_a_partial_and_a_lenient_answer_are_seen():
    world = demo()
    says_two_things = [
        second
        for second in range(60)
        if b'allowed="true"' in world.reply(Endpoint.CHAT_ALLOWED, 1000, second).body
        and b'responseType="1"' in world.reply(Endpoint.CHECK_ELIGIBILITY, 1000, second).body
    ]
    assert len(says_two_things) >= 25
    assert any(world.reply(Endpoint.CAPACITY, 1002, second).status == 500 for second in range(60))
    malformed = world.reply(Endpoint.CHAT_ALLOWED, 1011, 0).body
    assert b'"1.0. encoding' in malformed
