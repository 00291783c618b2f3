"""A board and its alarms that are told what servers and entry points say, and keep the rows."""

from wallboard.alarm_board import AlarmBoard
from wallboard.board import Board
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import Expectation, Expected, Maintenance
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.observation import Cause, Failure, Observation, Request, ServerStatus
from wallboard.domain.policy import Policy
from wallboard.domain.reading import ChatAllowed

INTERVAL = 10.0
POLICY = Policy(interval=INTERVAL)
ONE, TWO, OTHER = (
    EntryPointKey("prod", 1000), EntryPointKey("prod", 1001), EntryPointKey("test", 1000),
)  # fmt: skip
KEYS = (ONE, TWO, OTHER)
OPEN = Expectation(Expected(open=True, until=None, why="weekdays"))
CLOSED = Expectation(Expected(open=False, until=None, why="weekdays"))
MAINTAINED = Expectation(maintenance=Maintenance(None, "upgrade"))
PROD, TEST = AlarmKey("prod"), AlarmKey("test")
REFUSED = Failure(Cause.REFUSED, "nothing accepts connections")
REQUEST = Request("GET", "http://h/x")
OUTCOMES = {
    "open": ChatAllowed(allowed=True),
    "down": ChatAllowed(False, "service_not_running", "service_not_running"),
    "no agents": ChatAllowed(False, "agent_not_available", "agent_not_available"),
    "inactive": ChatAllowed(False, "entry_point_inactive", "entry_point_inactive"),
    "refused": REFUSED,
    "error": Failure(Cause.HTTP, "500"),
}


def rules_for(keys, **rules):
    """The same rules for some entry points and for their servers."""
    names = dict.fromkeys(key.server for key in keys)
    every = (*(AlarmKey(name) for name in names), *map(AlarmKey.of, keys))
    return {key: AlarmRules(**rules) for key in every}


class Told:
    """A board of three entry points on two servers, each with one endpoint, and its alarms."""

    def __init__(self, *, decides=True, flood=10, keys=KEYS, **rules) -> None:
        endpoints = (Endpoint.CHAT_ALLOWED,)
        self.points = [(EntryPoint(key, str(key.id), "", endpoints), POLICY) for key in keys]
        self.board = Board(self.points)
        self.alarms = AlarmBoard(rules_for(keys, **rules), flood=flood, decides=decides)
        self.rows = []

    def fold(self, event):
        """One event, through the board to its alarms."""
        self.rows += self.alarms.fold(self.board.fold(event))
        return self

    def poll(self, at, said, *keys: EntryPointKey):
        """One poll of each of these entry points, of all if none is named."""
        for key in keys or KEYS:
            outcome = OUTCOMES[said]
            self.fold(Observation(key, Endpoint.CHAT_ALLOWED, at, 0.01, outcome, REQUEST))
        return self

    def polls(self, first, last, said, *keys: EntryPointKey):
        """Polls at the interval, from the first to the last second."""
        at = first
        while at <= last:
            self.poll(at, said, *keys)
            at += INTERVAL
        return self

    def server(self, at, name="prod", *, since=None, up=False):
        """What is said of a server that is out of reach since then, or is back."""
        failure = None if up else REFUSED
        return self.fold(ServerStatus(name, at, failure, since, None if up else at + 10))

    def expect(self, at, expectation, *keys: EntryPointKey):
        """From now on something else is expected of these entry points."""
        return self.fold(ExpectationChanged(at, dict.fromkeys(keys or KEYS, expectation)))

    def look(self, now):
        """Nothing but time."""
        self.rows += self.alarms.advance(now)
        return self

    def row(self, at, kind, key=None, **about):
        """A row that somebody else wrote."""
        self.rows += self.alarms.apply(LedgerRow(at, RowKind(kind), key, **about))
        return self

    def acknowledge(self, at, key):
        """Somebody takes up the alarm that stands."""
        onset = self.alarms.alarms[key].onset
        return self.row(at, "acknowledged", key, onset=onset, who="ann@noc", until=at + 28_800)

    def told(self, *keys: AlarmKey):
        """The rows of the rules so far, of these alarms or of all, as "seconds kind"."""
        return [
            f"{row.at:g} {row.kind}" for row in self.rows if not keys or row.key in keys
        ]  # fmt: skip

    def state(self, key):
        """The state of an alarm."""
        alarm = self.alarms.alarms.get(AlarmKey(*key))
        return "normal" if alarm is None else str(alarm.state)

    @property
    def states(self):
        """The states of all alarms that are not normal."""
        return {key: str(alarm.state) for key, alarm in self.alarms.alarms.items()}
