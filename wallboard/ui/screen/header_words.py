"""The words of the header: how polling goes, how old its newest data is, whom the board follows."""

from math import inf

from wallboard.domain.observation import AHEAD_SECONDS
from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen
from wallboard.report.words.figures import minute
from wallboard.report.words.network import LOST
from wallboard.ui.look.lite import age_in_steps
from wallboard.ui.look.text import safe, span
from wallboard.ui.picture.view import View

RATE_SECONDS = 10.0

SILENCE_SECONDS = 30.0
"""Without data for three intervals, and for this long, polling counts as silent."""


@frozen
class Polling:
    """How polling goes, in words; ``brief`` says the same where room is short.

    ``age`` is how old the newest data is, ``rate`` how many polls there are a minute.
    """

    level: Level
    words: str
    brief: str = ""
    age: str = ""
    rate: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        """The words, the longest first; the age stays as long as it can."""
        forms = (
            (self.words, self.age, self.rate),
            (self.words, self.age),
            (self.brief, self.age),
            (self.brief or self.words,),
        )
        return tuple(", ".join(filter(None, form)) for form in forms)


def leader_words(view: View) -> str:
    """Whom the board follows, if another process polls."""
    return f"follows {safe(view.leader)}" if view.leader else ""


class SteadyRate:
    """The polls a minute, looked at every ten seconds: their last digits never stand still."""

    def __init__(self) -> None:
        self._looked_at = -inf
        self._jump: int | None = None
        self._rate = 0

    def of(self, view: View) -> int:
        """The rate to show in this view."""
        still = 0 <= view.now - self._looked_at < RATE_SECONDS and view.jump == self._jump
        if not still or not self._rate or not view.snapshot.polls_per_minute:
            self._looked_at, self._jump = view.now, view.jump
            self._rate = view.snapshot.polls_per_minute
        return self._rate


def polling_of(view: View, rate: int) -> Polling:
    """How polling goes in this view, at a rate of so many polls a minute."""
    snapshot, age = view.snapshot, newest_age(view)
    if snapshot.blind_since is not None:
        words = f"{LOST.upper()} since {minute(snapshot.blind_since, view.now)}"
        return Polling(Level.UNKNOWN, words, LOST.upper())
    if age is None:
        return Polling(Level.UNKNOWN, "waiting for the first answer")
    if silent_seconds(view) is not None:
        return Polling(Level.CRITICAL, f"NO DATA FOR {span(age)}", f"NO DATA {span(age)}")
    if is_late(view):
        return Polling(Level.UNKNOWN, f"no data for {span(age)}", f"no data {span(age)}")
    lite = view.extras.lite
    old = f"data {age_in_steps(age, lite=lite)} old"
    polls = "" if lite else f"{rate} polls/min"
    failing = snapshot.verdicts.get(Verdict.UNREACHABLE, 0) + snapshot.verdicts.get(
        Verdict.ERROR, 0
    )
    if failing:
        total = len(snapshot.entry_points)
        level = Level.CRITICAL if failing == total or snapshot.unreachable else Level.UNKNOWN
        old = old if failing < total else ""
        words, brief = f"polling fails for {failing} of {total}", f"{failing}/{total} fail"
        return Polling(level, words, brief, old, polls)
    if snapshot.unreachable:
        return Polling(Level.CRITICAL, "server unreachable", "unreachable", old, polls)
    if view.lag_seconds >= 1.0:
        late = span(view.lag_seconds)
        return Polling(Level.WARNING, f"polls delayed {late}", f"late {late}", old, polls)
    return Polling(Level.OK, "polling OK", "", old, polls)


def silent_seconds(view: View) -> float | None:
    """Seconds without data, once there have been too many; else ``None``."""
    age = newest_age(view)
    return age if age is not None and is_late(view) and age > SILENCE_SECONDS else None


def is_late(view: View) -> bool:
    """Whether the newest data is older than three intervals, or it is not known how old."""
    age = newest_age(view)
    return age is None or age > 3 * view.longest_interval


def newest_age(view: View) -> float | None:
    """How old the newest data is, in seconds; ``None`` where there is none of a known age."""
    snapshot = view.snapshot
    if snapshot.newest_at is None:
        return None
    age = (snapshot.at if view.frozen_at else view.now) - snapshot.newest_at
    return max(0.0, age) if age >= -AHEAD_SECONDS else None
