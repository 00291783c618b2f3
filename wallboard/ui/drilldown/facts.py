"""The facts above the tabs: verdict, level and since when; why; and the figures."""

from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style

from wallboard.domain.alarm import Alarm
from wallboard.domain.policy import Button, Level, Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.vantage import disagree
from wallboard.report.words.alarms import contact_words, sentence
from wallboard.report.words.expectations import expectation_sentence
from wallboard.report.words.places import agreement_sentence, place_name
from wallboard.report.words.status import age_words, before_words, since_words
from wallboard.ui.drilldown.nodes import nodes_side_by_side
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import figure, safe, wait
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines, cut, split, word_wrapped
from wallboard.ui.widgets.status_words import age_of, detail_of, label_of, marks, sign_of

MOST_LINES = 2
"""Lines of the sentence and of the hint."""

REACHED = "!"
"""Stands after a figure that reaches its threshold."""

Line = list[Segment]


class Facts(Lines):
    """Verdict, level, since when and which entry point; why; its alarm; and whom to ask."""

    DEFAULT_CSS = "Facts { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "tile")

    def show(
        self,
        status: EntryPointStatus,
        now: float,
        *,
        alarm: Alarm | None = None,
        brief: bool = False,
        nodes: bool = True,
        own: EntryPointStatus | None = None,
        place: str = "",
    ) -> None:
        """Draw the facts of this entry point; only the verdict and the alarm if ``brief``.

        Without ``nodes`` what those say is left out.

        ``own`` is how it is seen here, if the facts are as another ``place`` sees it.
        """
        width = self.size.width or self.app.size.width
        judgement = status.judgement
        lines = [self._title(status, now, width)]
        if place:
            words = f"As seen from {place_name(place)}, not from here."
            lines += self._sentence(words, self._on_base("mark"), width)
        if not brief:
            why, before = safe(judgement.summary), before_words(status.onset)
            parts = [why, f"Before: {before}"] if before else [why]
            together = self._sentence("  ".join(parts), self.background, width)
            apart = [
                line for part in parts for line in self._sentence(part, self.background, width)
            ]
            # What takes two lines anyway breaks between the two.
            lines += apart if len(apart) == len(together) else together
        own = own or status
        if agreed := agreement_sentence(own, now):
            part = "mark" if disagree(own, now) else "muted"
            lines += self._sentence(_sentence_of(agreed), self._on_base(part), width)
        if not brief and (expected := expectation_sentence(status, now)):
            lines += self._sentence(_sentence_of(expected), self._on_base("muted"), width)
        if judgement.hint and not brief:
            lines += self._sentence(f"Hint: {judgement.hint}", self._on_base("mark"), width)
        if status.nodes and nodes and not brief:
            lines += nodes_side_by_side(status, now, self.theme_styles, self.background, width)
        if alarm:
            sign = self.theme_styles.glyphs.alarm.get(alarm.state, "")
            words = f"{sign} {sentence(alarm, now)}".strip()
            lines += self._sentence(words, self._on_base("mark"), width)
        contact = contact_words(status.entry_point.contact)
        if contact and not brief:
            lines += self._sentence(contact, self._on_base("muted"), width)
        self.put(lines)

    def _sentence(self, words: str, style: Style, width: int) -> list[Line]:
        """A sentence on at most ``MOST_LINES`` lines."""
        lines = list(word_wrapped(words, max(1, width - 2)))
        last = " ".join(lines[MOST_LINES - 1 :])
        return [[Segment(f" {line}", style)] for line in [*lines[: MOST_LINES - 1], last] if line]

    def _title(self, status: EntryPointStatus, now: float, width: int) -> Line:
        judgement, theme, base = status.judgement, self.theme_styles, self.background
        level_now = judgement.level_at(now)
        sign, detail = sign_of(judgement, now, theme.glyphs), detail_of(status, now)
        words = f"{sign} {label_of(judgement, now)} {detail}".rstrip()
        style = theme.title(judgement.verdict, judgement.level)
        if judgement.unconfirmed(now):
            style = theme.filled(level_now)
        verdict = Segment(f" {words} ", base.background_style + style)
        level_style = theme.shape(level_now) + base.background_style + Style(bold=True)
        for since, level, place in _forms(status, now):
            left = [
                verdict,
                Segment(f" {level}", level_style),
                Segment(f" {since}" if since else "", base),
            ]
            name, *others = [f" {safe(status.entry_point.name)} ", *place]
            right = [
                Segment(name, base + Style(bold=True)),
                Segment(f" {theme.glyphs.separator} ".join(others), self._on_base("muted")),
                Segment(" " if others else "", base),
            ]
            if Segment.get_line_length([*left, *right]) <= width:
                return split(left, right, width, base, theme.glyphs)
        room = width - Segment.get_line_length(left)
        return [*left, *cut(right, max(0, room), base, theme.glyphs)]

    def _on_base(self, part: str) -> Style:
        return self.theme_styles.ui[part] + self.background.background_style


def _sentence_of(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _forms(status: EntryPointStatus, now: float) -> Iterator[tuple[str, str, list[str]]]:
    """Since when, level and place in ever fewer words."""
    entry_point = status.entry_point
    place = [str(entry_point.key.id), entry_point.key.server, entry_point.group]
    if entry_point.name == place[0]:
        place = place[1:]
    place = [safe(part) for part in place if part]
    level = status.judgement.level_at(now).label.upper()
    age = age_words(status.onset, now)
    for since in (since_words(status.onset, now), age):
        for count in range(len(place), 0, -1):
            yield since, level, place[:count]
    yield age, level, []
    yield age, "", []


class Figures(Lines):
    """Wait, queue, slots, agent and button, each marked where it reaches its threshold."""

    DEFAULT_CSS = "Figures { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "tile")

    def show(self, status: EntryPointStatus, now: float) -> None:
        """Draw the figures, wrapped; with the marks and the rule of the button if all fits."""
        width = self.size.width or self.app.size.width
        base, theme = self.background, self.theme_styles
        words = [f"{sign} {word}" for sign, word in marks(status, now, theme.glyphs)]
        words += [age] if (age := age_of(status.judgement, now)) else []
        right = [Segment("".join(f" {word} " for word in words), self._on_base("mark"))]
        figures = self._labelled(status, now)
        rule = Segment(f"({status.policy.button.rule}) ", self._on_base("muted"))
        whole = [segment for one in figures for segment in one]
        for line in ([*whole, rule], whole):
            if Segment.get_line_length([*line, *right]) <= width:
                self.put([split(line, right, width, base, theme.glyphs)])
                return
        lines: list[Line] = [[]]
        for one in [*figures, right]:
            # The trailing blanks of a figure need not fit.
            if Segment.get_line_length([*lines[-1], *one]) > width + 2 and lines[-1]:
                lines.append([])
            lines[-1] += one
        self.put(lines)

    def _labelled(self, status: EntryPointStatus, now: float) -> list[Line]:
        judgement, limits = status.judgement, status.policy.thresholds
        glyphs, base = self.theme_styles.glyphs, self.background
        seconds, depth, slots = judgement.wait_seconds, judgement.queue_depth, judgement.capacity
        stale = judgement.stale(now) or judgement.verdict is Verdict.UNREACHABLE
        hidden = judgement.button is Button.HIDDEN
        figures = []
        for label, value, level in (
            ("wait", wait(seconds, glyphs), limits.wait_level(seconds)),
            ("queue", figure(depth, glyphs), limits.queue_level(depth)),
            ("slots", figure(slots, glyphs), limits.capacity_level(slots)),
            ("agent", _yes_no(judgement.agent_available, glyphs), Level.OK),
            (
                "button",
                str(judgement.button).upper() if hidden else str(judgement.button),
                Level.CRITICAL if hidden else Level.OK,
            ),
        ):
            reached = REACHED if level is not Level.OK and label != "button" else ""
            if stale and label != "button":
                style = self._on_base("stale")
            elif level is Level.OK:
                style = base + Style(bold=True)
            else:
                style = self.theme_styles.level[level] + base.background_style + Style(bold=True)
            figures.append(
                [
                    Segment(f" {label} ", self._on_base("muted")),
                    Segment(f"{value}{reached}", style),
                    Segment("  ", base),
                ]
            )
        return figures

    def _on_base(self, part: str) -> Style:
        return self.theme_styles.ui[part] + self.background.background_style


def _yes_no(answer: bool | None, glyphs: Glyphs) -> str:
    return glyphs.unknown if answer is None else "yes" if answer else "no"
