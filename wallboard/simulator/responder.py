"""Makes the reply to each request from the state of the entry point and the faults."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wallboard.domain.endpoint import Endpoint
from wallboard.simulator.contents import (
    DIALECTS,
    Content,
    Dialect,
    allowed_content,
    content_of,
    live_content,
)
from wallboard.simulator.fault import Fault, Kind, Stage
from wallboard.simulator.queue_model import Conditions, QueueModel, QueueState
from wallboard.simulator.reply import UNABLE, Reply, error_body, faulty_reply
from wallboard.simulator.scenario import SURVEY, Scenario

_REASONS = {
    Kind.INVALID: "invalid_entry_point",
    Kind.INACTIVE: "entry_point_inactive",
    Kind.SERVICE_NOT_RUNNING: "service_not_running",
    Kind.OTHER: "other",
}
_PRECEDENCE = tuple(_REASONS)
_UNKNOWN = QueueState(0, 0, 0, 0.0, 1, "invalid_entry_point")


@dataclass(slots=True)
class _SimulatedEntryPoint:
    """One entry point: its queue, and the faults that can affect it."""

    queue: QueueModel
    state: tuple[Fault, ...]
    answers: dict[Endpoint, tuple[Fault, ...]]


class Responder:
    """Computes replies: the same seed, scenario, address and second give the same reply."""

    def __init__(
        self,
        entry_points: Sequence[int],
        scenario: Scenario,
        seed: int = 1,
        dialect: Dialect | None = None,
    ) -> None:
        self._scenario = scenario
        self._seed = seed
        self.dialect = dialect or DIALECTS[seed % len(DIALECTS)]
        self._entry_points = {id_: self._simulated(id_) for id_ in entry_points}
        self._unknown_entry_point: dict[Endpoint, tuple[Fault, ...]] = {
            endpoint: tuple(
                fault
                for fault in scenario.concerning(None, endpoint, *_ANSWER_STAGES)
                if fault.entry_points is None
            )
            for endpoint in Endpoint
        }
        self._survey = scenario.concerning(None, SURVEY, *_ANSWER_STAGES)
        self._down = scenario.concerning(None, "", Stage.LISTENER)

    @property
    def ever_down(self) -> bool:
        """Whether the scenario ever takes the server down."""
        return bool(self._down)

    def down(self, seconds: float) -> bool:
        """Whether the server is down at a simulated second."""
        return any(fault.strikes(seconds, self._seed, None, "") for fault in self._down)

    def state(self, entry_point: int, seconds: float) -> QueueState:
        """The state of an entry point; an unknown one is invalid."""
        simulated = self._entry_points.get(entry_point)
        if simulated is None:
            return _UNKNOWN
        state = simulated.queue.at(seconds)
        if not simulated.state:
            return state
        struck = {
            fault.kind
            for fault in simulated.state
            if fault.strikes(seconds, self._seed, entry_point, "")
        }
        for kind in _PRECEDENCE:
            if kind in struck:
                return _closed(state, kind)
        return state

    def reply(self, endpoint: Endpoint, entry_point: int, seconds: float) -> Reply:
        """The reply to a GET at a simulated second."""
        state = self.state(entry_point, seconds)
        simulated = self._entry_points.get(entry_point)
        faults = (simulated.answers if simulated else self._unknown_entry_point)[endpoint]
        content = content_of(endpoint, state)
        if state.reason == "invalid_entry_point" and endpoint is not Endpoint.CHAT_ALLOWED:
            reply = error_body(500, UNABLE[endpoint])
        else:
            reply = Reply(200, self.dialect.write(content), self.dialect.content_type)
        if not faults:
            return reply
        return self._with_faults(reply, content, faults, seconds, entry_point, endpoint)

    def survey_reply(self, reply: Reply, seconds: float) -> Reply:
        """The reply to a survey, with the faults of its address."""
        return self._with_faults(reply, Content("egainSurvey"), self._survey, seconds, None, None)

    def _with_faults(
        self,
        reply: Reply,
        content: Content,
        faults: tuple[Fault, ...],
        seconds: float,
        entry_point: int | None,
        endpoint: Endpoint | None,
    ) -> Reply:
        """The reply with all faults applied in the order written; the last one wins."""
        name = endpoint.value if endpoint else SURVEY
        for fault in faults:
            if not fault.strikes(seconds, self._seed, entry_point, name):
                continue
            match fault.stage:
                case Stage.FIELD:
                    if reply.status == 200:
                        content = _misstated(fault, content)
                        reply = replace(reply, body=self.dialect.write(content))
                case Stage.ANSWER:
                    new = faulty_reply(fault, endpoint, content, self.dialect)
                    reply = replace(new, delay_seconds=reply.delay_seconds, delivery=reply.delivery)
                case Stage.DELIVERY:
                    reply = replace(reply, delivery=fault)
                case Stage.DELAY:
                    spread = 2 * fault.draw(self._seed, entry_point, name, int(seconds * 1000)) - 1
                    ms = fault.number("ms") + spread * fault.number("jitter")
                    delay = reply.delay_seconds + max(ms, 0.0) / 1000
                    reply = replace(reply, delay_seconds=delay)
                case _:
                    pass
        return reply

    def _simulated(self, entry_point: int) -> _SimulatedEntryPoint:
        scenario = self._scenario
        queue_faults = scenario.concerning(entry_point, "", Stage.QUEUE)

        def conditions(seconds: float) -> Conditions:
            agents = max_depth = None
            arrivals = 1.0
            for fault in queue_faults:
                if not fault.strikes(seconds, self._seed, entry_point, ""):
                    continue
                if fault.kind is Kind.AGENTS:
                    agents = int(fault.number("count"))
                elif fault.kind is Kind.MAX_DEPTH:
                    max_depth = int(fault.number("chats"))
                else:
                    arrivals *= fault.number("rate")
            return Conditions(agents, arrivals, max_depth)

        queue = QueueModel(
            entry_point,
            seed=self._seed,
            ranges=scenario.ranges,
            starts_at=scenario.starts_at,
            conditions=conditions if queue_faults else None,
        )
        return _SimulatedEntryPoint(
            queue,
            scenario.concerning(entry_point, "", Stage.STATE),
            {
                endpoint: scenario.concerning(entry_point, endpoint, *_ANSWER_STAGES)
                for endpoint in Endpoint
            },
        )


_ANSWER_STAGES = (Stage.FIELD, Stage.ANSWER, Stage.DELIVERY, Stage.DELAY)


def _closed(state: QueueState, kind: Kind) -> QueueState:
    """The state when closed for a reason other than the queue; without service it has no agents."""
    reason = _REASONS[kind]
    if kind is Kind.SERVICE_NOT_RUNNING:
        return QueueState(0, 0, state.queue_depth, state.wait_seconds, 1, reason)
    return replace(state, reason=reason)


def _misstated(fault: Fault, content: Content) -> Content:
    match fault.kind:
        case Kind.ODD_REASON:
            return allowed_content(fault.text("reason"))
        case Kind.MISSING_ALLOWED:
            return replace(
                content, attributes=tuple(p for p in content.attributes if p[0] != "allowed")
            )
        case Kind.NEGATIVE_COUNT:
            return replace(content, children=(("count", str(int(fault.number("count")))),))
        case Kind.NAN_WAIT:
            return live_content(fault.text("text"), int(content.children[1][1]))
        case _:
            claimed = "1" if content.attributes[0][1] == "0" else "0"
            return replace(content, attributes=(("responseType", claimed),))
