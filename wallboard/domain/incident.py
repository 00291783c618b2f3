"""An incident: the changes that belong together, and what people did about them.

That is of a server what it did and what its entry points did because of it, and else of one entry
point. All times are Unix seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from wallboard.domain.alarm import AlarmRules
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind, moment
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen

Whose = EntryPointKey | str
"""An entry point, or a server by its name."""

Rules = Mapping[AlarmKey, AlarmRules]
"""The rules of some alarms; of all others they are the default ones."""

NO_RULES: Rules = MappingProxyType({})

_DEFAULT = AlarmRules()


def clear_seconds(rules: Rules, whose: Whose) -> float:
    """For how many seconds all must be well for an incident to be over: as long as for an alarm."""
    key = AlarmKey(whose) if isinstance(whose, str) else AlarmKey.of(whose)
    return rules.get(key, _DEFAULT).clear_for


@frozen
class State:
    """What is wrong: a verdict and its level, and of a poll that failed the cause and status."""

    verdict: Verdict
    level: Level
    cause: Cause | None = None
    http_status: int | None = None


@frozen
class Phase:
    """A state, since ``at``, and for how many seconds; ``None`` while it lasts."""

    state: State
    at: float
    seconds: float | None = None


@frozen
class Annotation:
    """What somebody did about an incident, or that a ``channel`` was not told of it.

    ``kind`` is a word of the ledger; ``blind`` says that this machine had no network.
    """

    at: float
    kind: str
    who: str
    text: str = ""
    channel: str = ""


@frozen
class Incident:
    """What belongs together.

    ``key`` is the entry point it is of; of a whole server it is ``None``. Where it was not ``seen``
    to begin, it began at ``at`` or before. ``good_at`` is since when nothing is wrong any more,
    ``None`` while something is. ``level`` is the worst. ``keys`` are the entry points that changed,
    ``changes`` the changes in the order they came.
    """

    server: str
    key: EntryPointKey | None
    at: float
    seen: bool
    good_at: float | None
    level: Level
    phases: tuple[Phase, ...]
    keys: frozenset[EntryPointKey]
    changes: tuple[Change, ...]
    annotations: tuple[Annotation, ...] = ()

    @property
    def whose(self) -> Whose:
        """The entry point or the server, and with ``at`` what tells it from all others."""
        return self.key or self.server

    @property
    def stands(self) -> bool:
        """Whether something is wrong."""
        return self.good_at is None

    @property
    def state(self) -> State | None:
        """What is wrong by now; ``None`` if nothing is, or nobody was asked since an outage."""
        last = self.phases[-1] if self.phases else None
        return last.state if last and last.seconds is None else None

    def over(self, now: float, clear_for: float = _DEFAULT.clear_for) -> bool:
        """Whether all has been well for long enough that what comes next is another incident."""
        return self.good_at is not None and now - self.good_at >= clear_for

    def seconds(self, now: float) -> float:
        """How long it lasted, or has lasted by now."""
        return max(0.0, (now if self.good_at is None else self.good_at) - self.at)

    def covers(self, keys: Iterable[EntryPointKey]) -> frozenset[EntryPointKey]:
        """The entry points it is about; of a whole server all that it has among ``keys``, too."""
        if self.key:
            return frozenset({self.key})
        return self.keys.union(key for key in keys if key.server == self.server)

    @property
    def acknowledged_by(self) -> str | None:
        """Who acknowledged it first."""
        return next((one.who for one in self.annotations if one.kind == "acknowledged"), None)

    def annotated(self, annotations: Iterable[Annotation]) -> "Incident":
        """The same with what people did about it, in the order of time."""
        return replace(self, annotations=tuple(sorted(annotations, key=lambda one: one.at)))


_SLACK_SECONDS = 1.0
"""A poll is dated a moment before others that were answered."""

_ANNOTATIONS = frozenset({RowKind.ACKNOWLEDGED, RowKind.SHELVED, RowKind.UNSHELVED, RowKind.NOTE})


def annotated(
    incidents: Iterable[Incident], rows: Sequence[LedgerRow], rules: Rules = NO_RULES
) -> tuple[Incident, ...]:
    """The incidents with what somebody said about them or their entry points, and given-up notices.

    An alarm belongs to the incident in which its condition began, however late somebody has
    acknowledged it; a note to the incident during which it was written, or which was not yet over
    by its rules. The outage of a server that began as this machine lost its network says so.
    """
    relevant = [row for row in rows if _is_annotation(row)]
    if not relevant:
        return tuple(incidents)
    return tuple(
        one.annotated(
            Annotation(row.at, row.kind.value, row.who, row.text, row.channel)
            for row in relevant
            if _is_about(row, one, rules)
        )
        for one in incidents
    )


def _is_annotation(row: LedgerRow) -> bool:
    if row.key is None:
        return row.kind is RowKind.BLIND
    return (bool(row.who) and row.kind in _ANNOTATIONS) or row.kind is RowKind.GIVEN_UP


def _is_about(row: LedgerRow, incident: Incident, rules: Rules) -> bool:
    if row.kind is RowKind.BLIND:
        last_answer = row.at if row.until is None else row.until
        began = last_answer - _SLACK_SECONDS <= incident.at <= row.at
        return incident.key is None and began and not incident.over(row.at, 0.0)
    at = row.at if row.onset is None else row.onset
    clear_for = clear_seconds(rules, incident.whose)
    # The ledger has its moments rounded.
    if at < moment(incident.at) or incident.over(at, clear_for):
        return False
    if row.key is None or row.key.server != incident.server:
        return False
    return incident.key is None or row.key == AlarmKey.of(incident.key)
