"""The endpoints of an entry point, each with its answer in words, and which of them decides."""

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import AHEAD_SECONDS, Failure, Observation
from wallboard.domain.policy import Level
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
    Reading,
)
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.report.words.status import failure_words
from wallboard.ui.look.text import figure, fit, safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines, split

_RESPONSE_TYPES = {
    0: "the queue can take new chats",
    1: "no agent is available",
    2: "the queue has reached its maximum depth",
}


def meaning(observation: Observation) -> str:
    """One line that says what the poll found or, if it failed, why and what to do."""
    if isinstance(observation.outcome, Failure):
        # The line begins with the endpoint's name, and so do some sentences.
        return safe(observation.outcome.message.removeprefix(f"{observation.endpoint}: "))
    words = _of_reading(observation.outcome)
    return f"{words}  (~ not well formed)" if observation.outcome.lenient else words


def _of_reading(reading: Reading) -> str:
    match reading:
        case AgentAvailability(available=None, raw=raw):
            return f"available={_raw(raw)}: not understood"
        case AgentAvailability(available=available):
            return "an agent is available" if available else "no agent is available"
        case Capacity(count=None, raw=raw):
            return f"count={_raw(raw)}: not understood"
        case Capacity(count=count):
            return f"agents can take {count} more chat{'' if count == 1 else 's'}"
        case LiveSessionStatus():
            return _live(reading)
        case CheckEligibility(response_type=None, raw=raw):
            return f"responseType={_raw(raw)}: not understood"
        case CheckEligibility(response_type=response_type):
            known = _RESPONSE_TYPES.get(response_type or 0, "not documented")
            return f"responseType={response_type}: {known}"
        case ChatAllowed():
            return _allowed(reading)


def _live(reading: LiveSessionStatus) -> str:
    wait = (
        f"waitTime={_raw(reading.raw_wait)}: not understood"
        if reading.wait_seconds is None
        else f"wait {span(reading.wait_seconds)}"
    )
    depth = reading.queue_depth
    if depth is None:
        return f"{wait}, queueDepth={_raw(reading.raw_depth)}: not understood"
    return f"{wait}, queue {figure(depth)}; a new arrival would be number {depth + 1}"


def _allowed(reading: ChatAllowed) -> str:
    if reading.allowed is None:
        return f"allowed={_raw(reading.raw_allowed)}: not understood"
    if reading.allowed:
        return "allowed=true: a chat can be started"
    if reading.reason:
        return f"allowed=false {reading.reason}"
    if reading.raw_reason is None:
        return "allowed=false, without a reason"
    return f"allowed=false {_raw(reading.raw_reason)}, a reason that is not documented"


def _raw(text: str | None) -> str:
    return "(missing)" if text is None else safe(repr(text))


NAME_WIDTH = max(len(endpoint) for endpoint in Endpoint)

NARROW, WIDE = 56, 100
"""Cells below which an endpoint's line has no latency and age, and from which columns are apart."""


class EndpointTable(Lines):
    """One line for each endpoint; those that fail alike share one. One of them is chosen."""

    DEFAULT_CSS = "EndpointTable { height: auto; }"

    class Chosen(Message):
        """The operator clicked an endpoint."""

        def __init__(self, endpoint: Endpoint) -> None:
            super().__init__()
            self.endpoint = endpoint

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")
        self._endpoints: tuple[Endpoint, ...] = ()

    def show(
        self, status: EntryPointStatus, chosen: Endpoint, now: float, *, only_chosen: bool = False
    ) -> None:
        """Draw the endpoints of this entry point, or only the chosen one."""
        deciding = status.judgement.decided_by
        polls = {e: status.state.current(e) for e in status.entry_point.endpoints}
        groups = [g for g in alike(polls) if chosen in g or not only_chosen]
        # A shared line stands for the chosen one, else for the one that decides.
        self._endpoints = tuple(
            next((e for e in (chosen, deciding) if e in group), group[0]) for group in groups
        )
        names = [_name(e, len(group)) for e, group in zip(self._endpoints, groups, strict=True)]
        width = self.size.width or self.app.size.width
        columns = columns_of([polls[e] for e in self._endpoints], now, width)
        room = max(map(len, names), default=0)
        theme, lines = self.theme_styles, []
        mark = f" {theme.glyphs.decides}" + (" decides" if width >= NARROW else "")
        mark += " " if width >= WIDE else ""
        for name, e, cells, group in zip(names, self._endpoints, columns, groups, strict=True):
            base = theme.ui["cursor"] if e is chosen else self.background
            said = mark if deciding in group else ""
            named = f"{theme.glyphs.pointer if e is chosen else ' '} {name:<{room}}"
            lines.append(poll_line(named, polls[e], cells, width, theme, base, said))
        self.put(lines)

    def on_click(self, event: events.Click) -> None:
        """Choose the endpoint under the pointer."""
        if event.y < len(self._endpoints):
            self.post_message(self.Chosen(self._endpoints[event.y]))


def poll_line(
    name: str,
    poll: Observation | None,
    columns: tuple[str, str],
    width: int,
    theme: BoardTheme,
    base: Style,
    mark: str = "",
) -> list[Segment]:
    """One poll, of ``width`` cells: what was asked, status, latency, what it says, and a mark."""
    left = [Segment(f"{name} ", base + Style(bold=True))]
    if poll is None:
        left.append(Segment("not asked yet", base))
        return split(left, [], width, base, theme.glyphs)
    failed = isinstance(poll.outcome, Failure)
    colour = theme.level[Level.CRITICAL if failed else Level.OK].color
    left += [Segment(columns[0], base + Style(color=colour)), Segment(columns[1], base)]
    mark_style = base + Style(color=theme.ui["mark"].color, bold=True)
    right = [Segment(mark, mark_style)] if mark else []
    space = width - Segment.get_line_length([*left, *right])
    left.append(Segment(fit(meaning(poll), max(0, space), theme.glyphs), base))
    return split(left, right, width, base, theme.glyphs)


def alike(polls: dict[Endpoint, Observation | None]) -> list[tuple[Endpoint, ...]]:
    """The endpoints in groups, in their order: those that failed for the same reason are one."""
    groups: dict[object, list[Endpoint]] = {}
    for endpoint, last in polls.items():
        failed = last is not None and isinstance(last.outcome, Failure)
        same = (status_words(last), meaning(last)) if last and failed else endpoint
        groups.setdefault(same, []).append(endpoint)
    return [tuple(group) for group in groups.values()]


def columns_of(polls: list[Observation | None], now: float, width: int) -> list[tuple[str, str]]:
    """The status of each poll, and its latency and age, as wide as the widest needs."""
    gap = "  " if width >= WIDE else " "
    rows = [(status_words(p), latency(p), _ago(p, now)) if p else ("", "", "") for p in polls]
    first, second, third = (max((len(row[n]) for row in rows), default=0) for n in range(3))
    figures = [f"{gap}{took:>{second}}{gap}{ago:>{third}}  " for _, took, ago in rows]
    if width < NARROW:
        figures = ["  "] * len(rows)
    return [(f"{row[0]:<{first}}", one) for row, one in zip(rows, figures, strict=True)]


def _name(endpoint: Endpoint, count: int) -> str:
    name = f"{endpoint:<{NAME_WIDTH}}"
    return name if count == 1 else f"{name} +{count - 1}"


def status_words(observation: Observation) -> str:
    """The HTTP status, or why the poll failed."""
    if isinstance(observation.outcome, Failure):
        return failure_words(observation, observation.outcome)
    return str(observation.response.status) if observation.response else "ok"


def latency(observation: Observation) -> str:
    """How long the poll took."""
    milliseconds = observation.elapsed_seconds * 1000
    return f"{milliseconds:.0f}ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.0f}s"


def _ago(observation: Observation, now: float) -> str:
    age = now - observation.at
    # The age of a poll in the future is unknown: the clock was put back.
    return f"{span(age)} ago" if age >= -AHEAD_SECONDS else "?"
