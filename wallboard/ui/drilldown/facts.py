"""The facts and the endpoint table of the drill-down, and each answer in words."""

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
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import figure, fit, safe, span, wait
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines, split, word_wrapped
from wallboard.ui.widgets.status_words import chip_text, marks_of, response_type_kind, title_of

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
        else f"est. wait {span(reading.wait_seconds)}"
    )
    depth = reading.queue_depth
    if depth is None:
        return f"{wait}, queueDepth={_raw(reading.raw_depth)}: not understood"
    return f"{wait}, queue depth {figure(depth)}; a new arrival would be number {depth + 1}"


def _allowed(reading: ChatAllowed) -> str:
    if reading.allowed is None:
        return f"allowed={_raw(reading.raw_allowed)}: not understood"
    if reading.allowed:
        return "allowed=true: a chat can be started"
    if reading.reason:
        return f"allowed=false: {reading.reason}"
    if reading.raw_reason is None:
        return "allowed=false, without a reason"
    return f"allowed=false: {_raw(reading.raw_reason)}, a reason that is not documented"


def _raw(text: str | None) -> str:
    return "(missing)" if text is None else safe(repr(text))


NAME_WIDTH = max(len(endpoint) for endpoint in Endpoint)

NARROW = 56
"""Cells below which an endpoint's line leaves out latency and age."""

MOST_LINES = 2
"""Lines of the summary and of the hint."""


class Facts(Lines):
    """Verdict, figures, summary and hint."""

    DEFAULT_CSS = "Facts { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "tile")

    def show(self, status: EntryPointStatus, now: float, *, brief: bool = False) -> None:
        """Draw the facts of this entry point; only the verdict if ``brief``."""
        width = self.size.width or self.app.size.width
        judgement, base = status.judgement, self.background
        lines = [self._title(status, now, width)]
        if not brief:
            lines += self._figures(status, width)
            lines += self._sentence(safe(judgement.summary), base, width)
        if judgement.hint and not brief:
            lines += self._sentence(f"Hint: {judgement.hint}", self._on_base("mark"), width)
        self.put(lines)

    def _sentence(self, words: str, style: Style, width: int) -> list[list[Segment]]:
        """A sentence on at most ``MOST_LINES`` lines."""
        lines = list(word_wrapped(words, max(1, width - 2)))
        last = " ".join(lines[MOST_LINES - 1 :])
        return [[Segment(f" {line}", style)] for line in [*lines[: MOST_LINES - 1], last] if line]

    def _title(self, status: EntryPointStatus, now: float, width: int) -> list[Segment]:
        judgement, theme = status.judgement, self.theme_styles
        entry_point = status.entry_point
        place = [str(entry_point.key.id), entry_point.key.server, entry_point.group]
        if entry_point.name == place[0]:
            place = place[1:]
        place = [safe(part) for part in place if part]
        left = [
            Segment(f" {title_of(judgement, theme.glyphs)} ", theme.verdict[judgement.verdict]),
            Segment(
                chip_text(judgement, 20, theme.glyphs),
                theme.response_type[response_type_kind(judgement)],
            ),
            Segment(f" {safe(entry_point.name)} ", self.background + Style(bold=True)),
            Segment(f" {theme.glyphs.separator} ".join(place), self._on_base("muted")),
        ]
        marks = marks_of(status, now, width // 2, theme.glyphs)
        right = [Segment(f" {marks} ", self._on_base("mark"))]
        return split(left, right, width, self.background, theme.glyphs)

    def _figures(self, status: EntryPointStatus, width: int) -> list[list[Segment]]:
        """The figures with labels, wrapped; with the rule of the button if all fits on one line."""
        rule = f" ({status.policy.button.rule})"
        figures = self._labelled(status)
        whole = sum(map(Segment.get_line_length, figures)) + len(rule)
        if whole <= width + 1:
            figures[-1].insert(-1, Segment(rule, figures[-1][-2].style))
        lines: list[list[Segment]] = [[]]
        for one in figures:
            # The trailing blank of a figure need not fit.
            if Segment.get_line_length([*lines[-1], *one]) > width + 1 and lines[-1]:
                lines.append([])
            lines[-1] += one
        return lines

    def _labelled(self, status: EntryPointStatus) -> list[list[Segment]]:
        judgement, limits = status.judgement, status.policy.thresholds
        glyphs = self.theme_styles.glyphs
        waiting, queue = judgement.wait_seconds, judgement.queue_depth
        figures = []
        for label, value, level in (
            ("est. wait", wait(waiting, glyphs), limits.wait_level(waiting)),
            ("queue depth", figure(queue, glyphs), limits.queue_level(queue)),
            (
                "slots",
                figure(judgement.capacity, glyphs),
                limits.capacity_level(judgement.capacity),
            ),
            ("agent available", _yes_no(judgement.agent_available, glyphs), Level.OK),
            ("button", str(judgement.button), Level.OK),
        ):
            strong = self.background + Style(bold=True)
            raised = self.theme_styles.level[level] + Style(bgcolor=self.background.bgcolor)
            style = raised if level else strong
            figures.append(
                [
                    Segment(f" {label} ", self._on_base("muted")),
                    Segment(value, style),
                    Segment(" ", style),
                ]
            )
        return figures

    def _on_base(self, part: str) -> Style:
        return self.theme_styles.ui[part] + Style(bgcolor=self.background.bgcolor)


class EndpointTable(Lines):
    """One line for each endpoint: status, latency, age and meaning; one of them is chosen."""

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
        endpoints = status.entry_point.endpoints
        self._endpoints = tuple(e for e in endpoints if e is chosen or not only_chosen)
        polls = {e: status.state.endpoint(e).last for e in self._endpoints}
        room = max((len(status_words(last)) for last in polls.values() if last), default=0)
        self.put([self._line(e, last, e is chosen, now, room) for e, last in polls.items()])

    def _line(
        self, endpoint: Endpoint, last: Observation | None, chosen: bool, now: float, room: int
    ) -> list[Segment]:
        theme = self.theme_styles
        base = theme.ui["cursor"] if chosen else self.background
        arrow = theme.glyphs.pointer if chosen else " "
        width = self.size.width or self.app.size.width
        room_left = width - NAME_WIDTH - 4
        name = Segment(f" {arrow} {endpoint:<{NAME_WIDTH}} ", base + Style(bold=True))
        if last is None:
            return [name, Segment(fit("not asked yet", room_left, theme.glyphs), base)]
        failed = isinstance(last.outcome, Failure)
        level = theme.level[Level.CRITICAL if failed else Level.OK]
        on_base = Style(bgcolor=base.bgcolor) if base.bgcolor else Style()
        figures = f"{latency(last):>7} {_ago(last, now):>10}  " if width >= NARROW else "  "
        room_left -= room + len(figures)
        return [
            name,
            Segment(f"{status_words(last):<{room}}", level + on_base),
            Segment(figures, base),
            Segment(fit(meaning(last), room_left, theme.glyphs), base),
        ]

    def on_click(self, event: events.Click) -> None:
        """Choose the endpoint under the pointer."""
        if event.y < len(self._endpoints):
            self.post_message(self.Chosen(self._endpoints[event.y]))


def status_words(observation: Observation) -> str:
    """The HTTP status, or the cause of the failure."""
    if isinstance(observation.outcome, Failure):
        cause = str(observation.outcome.cause)
        if cause == "http" and observation.response:
            return f"http {observation.response.status}"
        return cause
    return str(observation.response.status) if observation.response else "ok"


def latency(observation: Observation) -> str:
    """How long the poll took."""
    milliseconds = observation.elapsed_seconds * 1000
    return f"{milliseconds:.0f}ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.0f}s"


def _ago(observation: Observation, now: float) -> str:
    age = now - observation.at
    # The age of a poll in the future is unknown: the clock was put back.
    return f"{span(age)} ago" if age >= -AHEAD_SECONDS else "?"


def _yes_no(answer: bool | None, glyphs: Glyphs) -> str:
    return glyphs.unknown if answer is None else "yes" if answer else "no"
