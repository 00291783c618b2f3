"""The table of fault kinds: where each acts, what it may be told, and the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from wallboard.domain.endpoint import Endpoint
from wallboard.simulator.fault import Kind, Stage, Value

MOST_BYTES = 64 * 1024 * 1024
MOST_MILLISECONDS = 600_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """A key of one kind of fault. ``choices`` or ``least`` and ``most`` bound its value."""

    default: Value
    least: float = 0
    most: float = 1_000_000
    choices: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of fault is; ``only`` names the one endpoint it is about, if there is one."""

    stage: Stage
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    only: Endpoint | None = None

    @property
    def takes_endpoints(self) -> bool:
        """Whether a scenario may choose the endpoints struck."""
        return self.stage in {Stage.ANSWER, Stage.DELIVERY, Stage.DELAY}


RULES: Mapping[Kind, Rule] = MappingProxyType(
    {
        Kind.LATENCY: Rule(
            Stage.DELAY,
            {
                "ms": Parameter(1000.0, most=MOST_MILLISECONDS),
                "jitter": Parameter(0.0, most=MOST_MILLISECONDS),
            },
        ),
        Kind.HTTP: Rule(
            Stage.ANSWER,
            {
                "status": Parameter(500, least=400, most=599),
                "body": Parameter("html", choices=("html", "xml")),
            },
        ),
        Kind.HTML: Rule(Stage.ANSWER),
        Kind.REDIRECT: Rule(Stage.ANSWER, {"location": Parameter("/system/web/apps/login/")}),
        Kind.MALFORMED: Rule(
            Stage.ANSWER, {"form": Parameter("readable", choices=("readable", "broken"))}
        ),
        Kind.EMPTY: Rule(Stage.ANSWER),
        Kind.HUGE: Rule(
            Stage.ANSWER, {"bytes": Parameter(2 * 1024 * 1024, least=1, most=MOST_BYTES)}
        ),
        Kind.WRONG_ROOT: Rule(Stage.ANSWER),
        Kind.DTD: Rule(Stage.ANSWER),
        Kind.JSON: Rule(Stage.ANSWER),
        Kind.DRIP: Rule(Stage.DELIVERY, {"bytes_per_second": Parameter(20.0, least=0.1)}),
        Kind.RESET: Rule(
            Stage.DELIVERY, {"when": Parameter("before", choices=("before", "mid_body"))}
        ),
        Kind.HANG: Rule(Stage.DELIVERY),
        Kind.DOWN: Rule(Stage.LISTENER),
        Kind.SERVICE_NOT_RUNNING: Rule(Stage.STANDING),
        Kind.INACTIVE: Rule(Stage.STANDING),
        Kind.INVALID: Rule(Stage.STANDING),
        Kind.OTHER: Rule(Stage.STANDING),
        Kind.AGENTS: Rule(Stage.QUEUE, {"count": Parameter(0, most=10_000)}),
        Kind.ARRIVALS: Rule(Stage.QUEUE, {"rate": Parameter(1.0, most=10_000)}),
        Kind.MAX_DEPTH: Rule(Stage.QUEUE, {"chats": Parameter(0)}),
        Kind.CONTRADICTION: Rule(Stage.FIELD, only=Endpoint.CHECK_ELIGIBILITY),
        Kind.ODD_REASON: Rule(
            Stage.FIELD, {"reason": Parameter("maintenance_window")}, Endpoint.CHAT_ALLOWED
        ),
        Kind.MISSING_ALLOWED: Rule(Stage.FIELD, only=Endpoint.CHAT_ALLOWED),
        Kind.NEGATIVE_COUNT: Rule(
            Stage.FIELD, {"count": Parameter(-2, least=-1_000_000, most=-1)}, Endpoint.CAPACITY
        ),
        Kind.NAN_WAIT: Rule(Stage.FIELD, {"text": Parameter("NaN")}, Endpoint.LIVE_SESSION_STATUS),
    }
)
