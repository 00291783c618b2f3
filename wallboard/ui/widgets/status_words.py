"""The state of an entry point in words: title, response type, marks, changes."""

from collections.abc import Iterator, Mapping
from functools import cache

from rich.segment import Segment
from rich.style import Style

from wallboard.domain.change import Change, Subject
from wallboard.domain.judgement import Judgement
from wallboard.domain.node_difference import differences
from wallboard.domain.observation import is_recent
from wallboard.domain.policy import WORST_FIRST, Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.vantage import agreement_of, disagree
from wallboard.report.words.changes import after_words, before_words
from wallboard.report.words.figures import age
from wallboard.report.words.places import share_forms
from wallboard.report.words.status import age_words, cause_words, raised_words, response_type_words
from wallboard.ui.look.glyphs import RESPONSE_TYPE, Glyphs
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme

CHANGED_SECONDS = 15.0
"""How long a verdict counts as new."""

_MINUTE = 60.0


SHORT_LABELS: Mapping[Verdict, str] = {
    Verdict.SERVICE_NOT_RUNNING: "DOWN",
    Verdict.QUEUE_DEPTH_REACHED: "FULL",
    Verdict.INVALID_ENTRY_POINT: "INVALID",
    Verdict.UNREACHABLE: "UNREACH",
}
"""What stands for a verdict where its words do not fit."""

NO_DATA = "NO DATA"
"""What stands for a verdict of which nobody knows whether it still holds."""


def sign_of(judgement: Judgement, now: float, glyphs: Glyphs) -> str:
    """The sign of the verdict; that of the level where it is another than the verdict's own."""
    if judgement.unconfirmed(now):
        return glyphs.verdict[Verdict.UNKNOWN]
    if judgement.verdict is Verdict.OPEN and judgement.level is not Level.OK:
        return glyphs.level[judgement.level]
    return glyphs.verdict[judgement.verdict]


def label_of(judgement: Judgement, now: float) -> str:
    """The words of the verdict, or that there is no data where it is out of date."""
    return NO_DATA if judgement.unconfirmed(now) else judgement.verdict.label


def detail_of(status: EntryPointStatus, now: float) -> str:
    """The words beside the verdict: cause, value as it came, or what raises the level."""
    judgement = status.judgement
    if judgement.unconfirmed(now):
        agreement = agreement_of(status, now)
        if agreement and agreement.count:
            return f"elsewhere {agreement.verdict.label}"
        return f"last {judgement.verdict.label}"
    return cause_words(status) or safe(judgement.raw or "") or raised_words(judgement)


def share_of(status: EntryPointStatus, now: float, room: int, *, disputed: bool = False) -> str:
    """From how many places it is the same, as it fits; with ``disputed`` only if not from all.

    Nothing where there is only one place, or what is known is out of date.
    """
    agreement = agreement_of(status, now)
    if agreement is None or not agreement.count or status.judgement.unconfirmed(now):
        return ""
    if disputed and agreement.unanimous:
        return ""
    return next((words for words in share_forms(agreement) if len(words) <= room), "")


def age_of_state(status: EntryPointStatus, now: float, glyphs: Glyphs) -> str:
    """For how long it has been as it is; nothing in the first minute where nobody saw it begin."""
    onset = status.onset
    if onset is None or (not onset.seen and now - onset.at < _MINUTE):
        return ""
    return age_words(onset, now).replace(">", glyphs.at_least)


def chip_of(judgement: Judgement, now: float, glyphs: Glyphs) -> tuple[str, str]:
    """The response type in words, and its kind in the theme; ``off`` where it is not known."""
    words = response_type_words(judgement, now, glyphs.unknown)
    if words == glyphs.unknown:
        return words, "off"
    kind = str(judgement.response_type)
    return safe(words), kind if kind in RESPONSE_TYPE else "unknown"


def marks_of(status: EntryPointStatus, now: float, room: int, glyphs: Glyphs) -> str:
    """The marks beside the verdict, in words or as signs; then the age."""
    last = age_of(status.judgement, now)
    if not last and just_changed(status, now):
        last = f"from {verdict_before(status)}"
    found = [f"{sign} {word}" for sign, word in marks(status, now, glyphs)]
    words = " ".join([*found, *([last] if last else [])])
    if len(words) <= room:
        return words
    signs = mark_signs(status, now, glyphs)
    with_last = f"{signs} {last}".strip()
    return with_last if len(with_last) <= room or last.endswith("old") else signs


def mark_signs(status: EntryPointStatus, now: float, glyphs: Glyphs) -> str:
    """The marks beside the verdict as signs."""
    return "".join(sign for sign, _ in marks(status, now, glyphs))


def marks(status: EntryPointStatus, now: float, glyphs: Glyphs) -> Iterator[tuple[str, str]]:
    """The marks beside the verdict, each with its word."""
    judgement = status.judgement
    if differences(status, now):
        yield glyphs.node_differs, "node differs"
    if disagree(status, now):
        yield glyphs.disputed, "disputed"
    if judgement.contradiction:
        yield glyphs.contradiction, "contradiction"
    if judgement.partial and judgement.verdict is not Verdict.UNREACHABLE:
        yield glyphs.partial, "partial"
    if judgement.lenient:
        yield glyphs.lenient, "lenient"


def just_changed(status: EntryPointStatus, now: float) -> bool:
    """Whether the verdict changed in the last seconds."""
    since = status.since
    if since is None or not is_recent(since, now, CHANGED_SECONDS):
        return False
    return bool(verdict_before(status))


def verdict_before(status: EntryPointStatus) -> str:
    """The previous verdict in words; empty without one."""
    for change in reversed(status.timeline):
        if change.subject is Subject.VERDICT:
            before = Verdict(change.before)
            return "" if before is Verdict.WAITING else before.label
    return ""


def age_of(judgement: Judgement, now: float) -> str:
    """The age of stale values."""
    if not judgement.stale(now):
        return ""
    if judgement.newest_at is None:
        return ""
    # What is dated ahead, by a clock that was put back since, is of unknown age.
    return f"{age(now - judgement.newest_at)} old" if judgement.newest_at <= now else "? old"


def chart_columns(status: EntryPointStatus, now: float, count: int) -> list[float | None]:
    """The waits of the last ``count`` polls, one column an interval.

    The chart ends at the newest sample, so that it moves with each answer; without an answer for
    two intervals it moves on, and shows a gap.
    """
    history, interval = status.state.history, status.policy.interval
    if not len(history) or count <= 0:
        return [None] * max(count, 0)
    end = _chart_end(status, now)
    return history.columns("wait_seconds", end=end, seconds=interval, count=count)


def chart_slot(status: EntryPointStatus, now: float) -> int:
    """The number of the interval of the last column of ``chart_columns``."""
    return int(_chart_end(status, now) // status.policy.interval)


def _chart_end(status: EntryPointStatus, now: float) -> float:
    history, silent_since = status.state.history, now - 2 * status.policy.interval
    return max(history[-1].at, silent_since) if len(history) else silent_since


def count_chips(
    verdicts: Mapping[Verdict, int],
    theme: BoardTheme,
    room: int,
    between: Style,
    *,
    no_data: int = 0,
) -> list[Segment]:
    """A chip for each verdict there is, the worst first: in words while they fit, else as signs.

    Those with ``no_data`` come before. ``room`` is in cells; ``between`` is the style of the blanks
    after the chips.
    """
    counted = [(NO_DATA, no_data, Verdict.UNKNOWN, "mark:stale")] if no_data else []
    counted += [(v.label, verdicts[v], v, f"verdict:{v}") for v in WORST_FIRST if verdicts.get(v)]
    chips = [f" {theme.glyphs.verdict[verdict]} {count} " for _, count, verdict, _ in counted]
    room -= sum(len(chip) + 1 for chip in chips)
    line: list[Segment] = []
    for chip, (label, _, verdict, asked) in zip(chips, counted, strict=True):
        words = f"{chip}{label} " if len(label) < room else chip
        room -= len(words) - len(chip)
        line += [Segment(words, theme.verdict[verdict] + filters_by(asked)), Segment(" ", between)]
    return line


FILTER = "filter"
"""What a style's meta calls the filter that a click asks for."""


@cache
def filters_by(text: str) -> Style:
    """A style by which a click on a segment asks for a filter."""
    return Style.from_meta({FILTER: text})


def change_words(event: Change, status: EntryPointStatus | None, glyphs: Glyphs) -> str:
    """A change in one sentence: entry point, before, after, and cause."""
    named = status.entry_point.name if status else str(event.key.id if event.key else event.server)
    became = f"{before_words(event)} {glyphs.becomes} {after_words(event)}"
    return f"{named}: {became}{f', {event.summary}' if event.summary else ''}"


def style_after(change: Change, theme: BoardTheme, base: Style) -> Style:
    """The style of the state after a change."""
    if change.subject is Subject.VERDICT:
        return theme.verdict[Verdict(change.after)]
    if change.subject is Subject.LEVEL:
        level = change.level
    else:
        level = Level.OK if change.after == "ok" else Level.CRITICAL
    return theme.level[level] + Style(bgcolor=base.bgcolor)
