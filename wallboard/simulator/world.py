"""Everything the simulated server knows: each entry point's queue, and what strikes it when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wallboard.domain.endpoint import Endpoint
from wallboard.simulator.contents import Content, allowed_content, content_of, live_content
from wallboard.simulator.dialects import DIALECTS, Dialect
from wallboard.simulator.fault import Fault, Kind, Stage
from wallboard.simulator.model import Conditions, QueueStory, Standing
from wallboard.simulator.reply import Reply, error_body
from wallboard.simulator.scenario import Scenario
from wallboard.simulator.scenario_tables import SURVEY
from wallboard.simulator.spoiled import UNABLE, spoiled

_REASONS = {
    Kind.INVALID: "invalid_entry_point",
    Kind.INACTIVE: "entry_point_inactive",
    Kind.SERVICE_NOT_RUNNING: "service_not_running",
    Kind.OTHER: "other",
}
_PRECEDENCE = tuple(_REASONS)
_UNKNOWN = Standing(0, 0, 0, 0.0, 1, "invalid_entry_point")


@dataclass(slots=True)
class _Place:
    """One entry point: its story, and the faults that can ever concern it."""

    story: QueueStory
    standing: tuple[Fault, ...]
    answers: dict[Endpoint, tuple[Fault, ...]]


class World:
    """Pure answers: the same seed, scenario, address and second always give the same reply."""

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
        self._places = {id_: self._place(id_) for id_ in entry_points}
        self._strangers: dict[Endpoint, tuple[Fault, ...]] = {
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
        """Whether the scenario ever takes the whole server away."""
        return bool(self._down)

    def down(self, seconds: float) -> bool:
        """Whether the whole server is away at a simulated second."""
        return any(fault.strikes(seconds, self._seed, None, "") for fault in self._down)

    def standing(self, entry_point: int, seconds: float) -> Standing:
        """How an entry point stands; one that is not known is invalid."""
        place = self._places.get(entry_point)
        if place is None:
            return _UNKNOWN
        standing = place.story.at(seconds)
        if not place.standing:
            return standing
        struck = {
            fault.kind
            for fault in place.standing
            if fault.strikes(seconds, self._seed, entry_point, "")
        }
        for kind in _PRECEDENCE:
            if kind in struck:
                return _closed(standing, kind)
        return standing

    def reply(self, endpoint: Endpoint, entry_point: int, seconds: float) -> Reply:
        """The reply to a GET at a simulated second."""
        standing = self.standing(entry_point, seconds)
        place = self._places.get(entry_point)
        faults = (place.answers if place else self._strangers)[endpoint]
        content = content_of(endpoint, standing)
        if standing.reason == "invalid_entry_point" and endpoint is not Endpoint.CHAT_ALLOWED:
            reply = error_body(500, UNABLE[endpoint])
        else:
            reply = Reply(200, self.dialect.write(content), self.dialect.content_type)
        if not faults:
            return reply
        return self._struck(reply, content, faults, seconds, entry_point, endpoint)

    def survey_reply(self, reply: Reply, seconds: float) -> Reply:
        """The reply to a survey after the faults that concern its address."""
        return self._struck(reply, Content("egainSurvey"), self._survey, seconds, None, None)

    def _struck(
        self,
        reply: Reply,
        content: Content,
        faults: tuple[Fault, ...],
        seconds: float,
        entry_point: int | None,
        endpoint: Endpoint | None,
    ) -> Reply:
        """The reply after every fault in turn; where two want the same, the later table wins."""
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
                    new = spoiled(fault, endpoint, content, self.dialect)
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

    def _place(self, entry_point: int) -> _Place:
        scenario = self._scenario
        queue = scenario.concerning(entry_point, "", Stage.QUEUE)

        def conditions(seconds: float) -> Conditions:
            agents = max_depth = None
            arrivals = 1.0
            for fault in queue:
                if not fault.strikes(seconds, self._seed, entry_point, ""):
                    continue
                if fault.kind is Kind.AGENTS:
                    agents = int(fault.number("count"))
                elif fault.kind is Kind.MAX_DEPTH:
                    max_depth = int(fault.number("chats"))
                else:
                    arrivals *= fault.number("rate")
            return Conditions(agents, arrivals, max_depth)

        story = QueueStory(
            entry_point,
            seed=self._seed,
            ranges=scenario.ranges,
            starts_at=scenario.starts_at,
            conditions=conditions if queue else None,
        )
        return _Place(
            story,
            scenario.concerning(entry_point, "", Stage.STANDING),
            {
                endpoint: scenario.concerning(entry_point, endpoint, *_ANSWER_STAGES)
                for endpoint in Endpoint
            },
        )


_ANSWER_STAGES = (Stage.FIELD, Stage.ANSWER, Stage.DELIVERY, Stage.DELAY)


def _closed(standing: Standing, kind: Kind) -> Standing:
    """Closed for a reason beside the queue; without its service no agent can be assigned."""
    reason = _REASONS[kind]
    if kind is Kind.SERVICE_NOT_RUNNING:
        return Standing(0, 0, standing.queue_depth, standing.wait_seconds, 1, reason)
    return replace(standing, reason=reason)


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
