"""What a receiver gets of an event: that which a recording would give back."""

from dataclasses import replace

from tests.recorder.recordings import BODIES, poll
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.node import NodeAnswer, NodePoll
from wallboard.domain.observation import Observation, Request, ServerStatus
from wallboard.fleet.batch import Published
from wallboard.fleet.rows import AnswerRow
from wallboard.recorder.file.answers import answer_of
from wallboard.recorder.file.columns import storable
from wallboard.recorder.file.schema import LATENCY_TICKS, TICKS


def as_heard(event: Published) -> Published:
    """The event with times as exact as in a recording, and without what none has."""
    if isinstance(event, ServerStatus):
        failure = event.failure
        kept = failure and replace(failure, message=storable(failure.message))
        return replace(event, server=storable(event.server), failure=kept)
    if isinstance(event, NodeAnswer):
        return replace(event, node=storable(event.node), poll=as_heard(event.poll))
    answer = AnswerRow.of(answer_of(event)).answer
    return Observation(
        event.key._replace(server=storable(event.key.server)),
        event.endpoint,
        round(event.at * TICKS) / TICKS,
        round(event.elapsed_seconds * LATENCY_TICKS) / LATENCY_TICKS,
        answer.outcome(event.endpoint),
        Request("GET", storable(event.request.url)),
        answer.response,
    )


def of_node(node: str, at: float, id_: int = 1000, **more) -> NodePoll:
    """A poll of a node, ``at`` seconds after the start; by default it says open."""
    said = {"body": BODIES[Endpoint.CHAT_ALLOWED].format("true").encode()} | more
    asked = poll(Endpoint.CHAT_ALLOWED, at, id=id_, **said)
    return NodePoll(node, asked, asked.at + 10)


def a_round(at: float, ids=(1000, 1001), wait: int = 42) -> list[Observation]:
    """One poll of each endpoint of some open entry points, ``at`` seconds after the start."""
    return [
        poll(endpoint, at + 0.01 * place, *values, id=id_)
        for id_ in ids
        for place, (endpoint, values) in enumerate(
            {
                Endpoint.CHAT_ALLOWED: ("true",),
                Endpoint.CHECK_ELIGIBILITY: (0,),
                Endpoint.LIVE_SESSION_STATUS: (wait, wait // 12),
                Endpoint.CAPACITY: (4,),
                Endpoint.AGENT_AVAILABILITY: ("true",),
            }.items()
        )
    ]
