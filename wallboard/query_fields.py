"""The fields of the filter language: what each selects for a value."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from wallboard.domain.alarm import Alarm, AlarmState
from wallboard.domain.expectation import Conformity
from wallboard.domain.node_difference import differences
from wallboard.domain.pattern import LONGEST_SEARCHED, Finder
from wallboard.domain.policy import Button, Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.vantage import disagree
from wallboard.frozen import frozen


@frozen
class EventSubject(EntryPointStatus):
    """An entry point after an event; a query also searches the words of the event."""

    text: str = ""


Chooses = Callable[[EntryPointStatus, float | None, Alarm | None], bool]
"""Whether an entry point matches, at a Unix time or ``None``, with its alarm if it has one."""


class NamedPart(NamedTuple):
    """A group or server that a query names, which a board may not have."""

    kind: str
    value: str
    found: Finder
    of: Callable[[EntryPointStatus], str]

    def problem_among(self, statuses: Iterable[EntryPointStatus]) -> str | None:
        """That none of these is of it, with the nearest there is."""
        known = {self.of(status) for status in statuses} - {""}
        if not known:
            return f"no entry point has a {self.kind}"
        if any(map(self.found, known)):
            return None
        from wallboard.domain.nearest import nearest

        return f'no {self.kind} matches "{self.value}"; {nearest(self.value, sorted(known))}'


class Choice(NamedTuple):
    """The filter of a word or one of its alternatives, and the problem with its spelling.

    A finder may report a problem only when it searches, a part only for a board.
    """

    chooses: Chooses
    problem: str | None = None
    finders: tuple[Finder, ...] = ()
    parts: tuple[NamedPart, ...] = ()


ALARM_WORDS = ("handled", "chattering", "old")
"""What may be asked of alarms besides their state; ``old`` is more than a day."""

EXPECTED_WORDS = ("open", "closed", "scheduled", "outside", "maintenance", "nothing")
"""What is expected; ``scheduled`` and ``outside`` compare it to the verdict."""

MARKS = ("partial", "stale", "contradiction", "lenient", "node differs", "disputed")

_IDS = re.compile(r"([0-9]{1,19})(?:-([0-9]{1,19}))?")


def any_text(value: str) -> Choice:
    """Entry points with a text in their name, id, group, server or verdict."""
    found = Finder(value)

    def chooses(status: EntryPointStatus, *_: object) -> bool:
        entry_point = status.state.entry_point
        key = entry_point.key
        return (
            found(entry_point.name)
            or found(str(key.id))
            or found(entry_point.group)
            or found(key.server)
            or found(status.judgement.verdict.label)
            or (isinstance(status, EventSubject) and found(status.text))
        )

    return Choice(chooses, found.problem, (found,))


def _in_text(read: Callable[[EntryPointStatus], str]) -> Callable[[str], Choice]:
    def make(value: str) -> Choice:
        found = Finder(value)
        return Choice(lambda status, *_: found(read(status)), found.problem, (found,))

    return make


def _of_part(kind: str, of: Callable[[EntryPointStatus], str]) -> Callable[[str], Choice]:
    def make(value: str) -> Choice:
        found = Finder(value)
        part = NamedPart(kind, value, found, of)
        return Choice(lambda status, *_: found(of(status)), found.problem, (found,), (part,))

    return make


def _verdict(value: str) -> Choice:
    wanted = value.casefold()
    found = {one for one in Verdict if wanted in one.value or wanted in one.label.lower()}

    def chooses(status: EntryPointStatus, *_: object) -> bool:
        return status.judgement.verdict in found

    return Choice(chooses, None if found else _unknown(value, list(Verdict)))


def _unknown(value: str, known: Sequence[str]) -> str:
    from wallboard.domain.nearest import nearest

    return f'unknown value "{value}"; {nearest(value, known)}'


def _level(value: str) -> Choice:
    begun, problem = _begun(value, [level.label for level in Level])

    def chooses(status: EntryPointStatus, now: float | None, _: Alarm | None) -> bool:
        judgement = status.judgement
        level = judgement.level if now is None else judgement.level_at(now)
        return level.label in begun

    return Choice(chooses, problem)


def _button(value: str) -> Choice:
    begun, problem = _begun(value, list(Button))
    return Choice(lambda status, *_: status.judgement.button in begun, problem)


def _mark(value: str) -> Choice:
    begun, problem = _begun(value, MARKS)
    stale, nodes, disputed = (mark in begun for mark in ("stale", "node differs", "disputed"))
    others = begun - {"stale", "node differs", "disputed"}

    def chooses(status: EntryPointStatus, now: float | None, _: Alarm | None) -> bool:
        judgement = status.judgement
        if stale and now is not None and judgement.stale(now):
            return True
        if nodes and now is not None and differences(status, now):
            return True
        if disputed and now is not None and disagree(status, now):
            return True
        return any(getattr(judgement, mark) for mark in others)

    return Choice(chooses, problem)


def _alarm(value: str) -> Choice:
    begun, problem = _begun(value, (*AlarmState, *ALARM_WORDS))

    def chooses(_: EntryPointStatus, now: float | None, alarm: Alarm | None) -> bool:
        state = alarm.state if alarm else AlarmState.NORMAL
        if state in begun or ("handled" in begun and state.handled):
            return True
        if alarm is None:
            return False
        return ("chattering" in begun and alarm.chattering) or (
            "old" in begun and now is not None and alarm.is_old(now)
        )

    return Choice(chooses, problem)


def _expected(value: str) -> Choice:
    begun, problem = _begun(value, EXPECTED_WORDS)

    def chooses(status: EntryPointStatus, *_: object) -> bool:
        return not begun.isdisjoint(_expected_words(status))

    return Choice(chooses, problem)


def _expected_words(status: EntryPointStatus) -> Iterator[str]:
    expected, conformity = status.expected, status.conformity
    if expected:
        yield "open" if expected.open else "closed"
    if status.maintenance:
        yield "maintenance"
    elif conformity is Conformity.AS_SCHEDULED:
        yield "scheduled"
    elif conformity is Conformity.OUTSIDE_HOURS:
        yield "outside"
    if not (expected or status.maintenance):
        yield "nothing"


def _begun(value: str, known: Sequence[str]) -> tuple[frozenset[str], str | None]:
    """The known words that begin with a value."""
    begun = frozenset(word for word in known if word.startswith(value.casefold()))
    return begun, None if begun else _unknown(value, known)


def _id(value: str) -> Choice:
    numbers = _IDS.fullmatch(value.removesuffix("-"))
    if numbers is None:
        return Choice(lambda *_: False, f'not an id: "{value}"; use 10, 1000 or 1000-1010')
    start, stop = numbers.groups()
    if stop is None:
        return Choice(lambda status, *_: str(status.state.entry_point.key.id).startswith(start))
    low, high = sorted((int(start), int(stop)))
    return Choice(lambda status, *_: low <= status.state.entry_point.key.id <= high)


def _response(value: str) -> Choice:
    """The response type as a number, or as the text the server sent in its place."""
    wanted = value.casefold()

    def chooses(status: EntryPointStatus, *_: object) -> bool:
        judgement = status.judgement
        if judgement.response_type is not None:
            return wanted == str(judgement.response_type)
        raw = judgement.raw_response_type
        return wanted == "none" if raw is None else wanted in raw[:LONGEST_SEARCHED].casefold()

    return Choice(chooses)


FIELDS: dict[str, Callable[[str], Choice]] = {
    "verdict": _verdict,
    "group": _of_part("group", lambda status: status.state.entry_point.group),
    "server": _of_part("server", lambda status: status.state.entry_point.key.server),
    "level": _level,
    "id": _id,
    "name": _in_text(lambda status: status.state.entry_point.name),
    "response": _response,
    "button": _button,
    "mark": _mark,
    "alarm": _alarm,
    "expected": _expected,
}
"""The fields by name, each with its filter for a value."""
