"""The header of every screen: polling health and counts by verdict."""

import time

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from wallboard.domain.observation import AHEAD_SECONDS
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import Snapshot
from wallboard.ui.look.lite import newest_words
from wallboard.ui.look.text import safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import ReplayPosition, View
from wallboard.ui.widgets.lines import Lines, cut, split
from wallboard.ui.widgets.status_words import count_chips

WORD = "REPLAY"


def replay_head(
    view: View, replay_position: ReplayPosition, width: int, theme: BoardTheme
) -> list[Segment]:
    """The first line in a replay; position always, state and title where there is room."""
    base = theme.ui["frozen"]
    strong = base + Style(bold=True)
    word = Segment(f" {WORD} ", strong + Style(reverse=not strong.reverse))
    moment = time.localtime(replay_position.at)
    whole, short = time.strftime("%a %d %b %Y %H:%M:%S", moment), time.strftime("%H:%M:%S", moment)
    state, title = f" {_state(replay_position, theme)} ", f" {safe(view.title)} "
    room = width - word.cell_length
    when = f" {whole} " if cell_len(whole) + 2 <= room else f" {short} "
    line = [word, Segment(when, strong)]
    room -= cell_len(when)
    if cell_len(state) <= room:
        line.append(Segment(state, base))
        room -= cell_len(state)
    if cell_len(title) <= room:
        line += [Segment(" " * (room - cell_len(title)), base), Segment(title, base)]
    return cut(line, width, base, theme.glyphs)


def _state(replay_position: ReplayPosition, theme: BoardTheme) -> str:
    speed = f"{replay_position.speed:g}{theme.glyphs.times}"
    state = f"{theme.glyphs.pointer} playing {speed}" if replay_position.playing else "paused"
    return state if replay_position.recorded else f"{state}, nothing was recorded then"


SILENCE_SECONDS = 30.0
"""Without an answer for three intervals, and for this long, the feed counts as silent."""

_TINTS = {
    Level.OK: Verdict.OPEN,
    Level.WARNING: Verdict.QUEUE_DEPTH_REACHED,
    Level.UNKNOWN: Verdict.UNKNOWN,
    Level.CRITICAL: Verdict.AGENT_NOT_AVAILABLE,
}
"""The verdict whose colours stand for a whole level."""


class BoardHeader(Lines):
    """Two lines: name, polling health, heartbeat and clock; then the counts by verdict.

    On a kiosk the background has the colour of the worst level, in a replay a colour of its own.
    """

    DEFAULT_CSS = "BoardHeader { height: 2; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "header")
        self._base: Style | None = None
        self._tinted = False

    @property
    def background(self) -> Style:
        """The background style, which a kiosk, a flash or a replay changes."""
        return self.theme_styles.ui["header"] if self._base is None else self._base

    def show(self, view: View) -> None:
        """Draw the header for this view."""
        width = self.size.width or self.app.size.width
        self._set_background(view)
        if view.replay_position:
            first = replay_head(view, view.replay_position, width, self.theme_styles)
        else:
            first = self._health(view, width)
        self.put([first, self._counts(view.snapshot, width)])

    def _set_background(self, view: View) -> None:
        base, tint = self.theme_styles.ui["header"], None
        if view.extras.kiosk:
            tint = tint_of(worst_level(view), self.theme_styles)
        if view.extras.inverted:
            flipped = tint or base
            tint = flipped + Style(reverse=not flipped.reverse)
        if view.replay_position:
            tint = self.theme_styles.ui["frozen"]
        self._base, self._tinted = tint or base, tint is not None

    def _health(self, view: View, width: int) -> list[Segment]:
        theme, base = self.theme_styles, self.background
        title_style, feed = theme.ui["title"], feed_health(view, theme)
        if self._tinted:
            # The colours of titles and levels are chosen for the plain header alone.
            title_style, feed = base + Style(bold=True), Segment(feed.text, base)
        right = self._right(view)
        left = []
        if view.extras.kiosk:
            words = theme.glyphs.level[worst_level(view)].strip()
            head = f" {words} {worst_level(view).label.upper()} ".replace("  ", " ")
            if cell_len(head) + Segment.get_line_length(right) > width:
                head = f" {words} "
            left.append(Segment(head, base + Style(bold=True, reverse=not base.reverse)))
        room = width - Segment.get_line_length([*left, *right])
        title = f" {safe(view.title)} "
        words = words_that_fit(feed.text, room - cell_len(title) - 1)
        left += [Segment(title, title_style), Segment(" ", base), Segment(words, feed.style)]
        left.append(
            Segment(leader_that_fits(view.leader_words, room - cell_len(title + words) - 1), base)
        )
        return split(left, right, width, base, theme.glyphs)

    def _right(self, view: View) -> list[Segment]:
        theme, base, extras = self.theme_styles, self.background, view.extras
        right = []
        if view.frozen_at is not None:
            frozen = f" FROZEN {span(view.now - view.frozen_at)} "
            right += [Segment(frozen, theme.ui["frozen"]), Segment(" ", base)]
        words = []
        age = _newest_age(view)
        if extras.kiosk and age is not None:
            words.append(newest_words(age, lite=extras.lite))
        if extras.page:
            words.append(f"{extras.page_held} {extras.page[0]}/{extras.page[1]}".strip())
        words += [extras.traffic] if extras.traffic else []
        beat = theme.glyphs.heartbeat[view.beat % len(theme.glyphs.heartbeat)]
        form = "%H:%M" if extras.lite else "%H:%M:%S"
        words.append(f"{beat} {time.strftime(form, time.localtime(view.now))}")
        right.append(Segment(f" {'  '.join(words)} ", base))
        return right

    def _counts(self, snapshot: Snapshot, width: int) -> list[Segment]:
        total = len(snapshot.entry_points)
        chips = count_chips(
            snapshot.verdicts, self.theme_styles, width - len(f" {total} "), self.background
        )
        noun = " entry points" if total != 1 else " entry point"
        room = width - len(f" {total} ") - Segment.get_line_length(chips)
        head = f" {total}{noun if len(noun) <= room else ''} "
        return [Segment(head, self.background), *chips]


def worst_level(view: View) -> Level:
    """The worst level on the board; critical if answers have stopped, unknown without any."""
    if silent_seconds(view) is not None:
        return Level.CRITICAL
    levels = {status.judgement.level for status in view.snapshot.entry_points.values()}
    if _is_late(view):
        levels.add(Level.UNKNOWN)
    return max(levels, default=Level.UNKNOWN)


def tint_of(level: Level, theme: BoardTheme) -> Style | None:
    """The header's style for a worst level; ``None`` where the theme has no colour for it."""
    style = theme.verdict[_TINTS[level]]
    colour = style.bgcolor is not None and not style.bgcolor.is_default
    return style if colour or (style.reverse and level is Level.CRITICAL) else None


def words_that_fit(words: str, room: int) -> str:
    """As many whole words as fit: half a figure would be a wrong figure."""
    for between in (", ", " "):
        while cell_len(words) > room and between in words:
            words, _, _ = words.rpartition(between)
    return words if cell_len(words) <= room else ""


def leader_that_fits(leader_words: str, room: int) -> str:
    """The leader with or without its host, or nothing, as fits."""
    forms = (safe(leader_words), safe(leader_words.partition("@")[0])) if leader_words else ()
    return next((f"  {form}" for form in forms if cell_len(form) + 2 <= room), "")


def feed_health(view: View, theme: BoardTheme) -> Segment:
    """Whether answers are coming in, in words and in the colour of their level."""
    level, words = _feed_words(view)
    on_header = Style(bgcolor=theme.ui["header"].bgcolor, reverse=theme.ui["header"].reverse)
    return Segment(words, theme.level[level] + on_header)


def silent_seconds(view: View) -> float | None:
    """Seconds without an answer, once there have been too many; else ``None``."""
    age = _newest_age(view)
    return age if age is not None and _is_late(view) and age > SILENCE_SECONDS else None


def _is_late(view: View) -> bool:
    """Whether the newest answer is older than three intervals, or it is not known how old."""
    age = _newest_age(view)
    return age is None or age > 3 * view.longest_interval


def _newest_age(view: View) -> float | None:
    """How old the newest answer is, in seconds; ``None`` where there is none of a known age."""
    snapshot = view.snapshot
    if snapshot.newest_at is None:
        return None
    age = (snapshot.at if view.frozen_at else view.now) - snapshot.newest_at
    return max(0.0, age) if age >= -AHEAD_SECONDS else None


def _feed_words(view: View) -> tuple[Level, str]:
    snapshot, age = view.snapshot, _newest_age(view)
    if age is None:
        return Level.UNKNOWN, "waiting for the first answer"
    if silent_seconds(view) is not None:
        return Level.CRITICAL, f"NO ANSWER FOR {span(age)}"
    if _is_late(view):
        return Level.UNKNOWN, f"no answer for {span(age)}"
    rate = "feed ok" if view.extras.lite else f"{snapshot.polls_per_minute} polls/min"
    if view.lag_seconds >= 1.0:
        return Level.WARNING, f"{rate}, {span(view.lag_seconds)} behind"
    down = len(snapshot.unreachable)
    if down:
        return Level.CRITICAL, f"{rate}, {down} server{'s' if down > 1 else ''} unreachable"
    return Level.OK, rate if view.extras.lite else f"feed ok, {rate}"
