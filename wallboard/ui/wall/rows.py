"""Draws the rows of the wall, and tells which have changed since they were drawn."""

import logging
from typing import Literal, NamedTuple, Protocol

from rich.segment import Segment
from textual.strip import Strip

from wallboard.domain.alarm import covering_alarm
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.expectation import NOTHING_EXPECTED
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.node_difference import differences
from wallboard.domain.snapshot import EntryPointStatus, Snapshot
from wallboard.domain.state_strip import MINUTE
from wallboard.domain.vantage import agreement_of
from wallboard.report.words.expectations import expectation_forms
from wallboard.ui.look.glyphs import UNICODE, Glyphs
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.wall.arrange import Section
from wallboard.ui.wall.compact import CompactPainter
from wallboard.ui.wall.large_tile import LargePainter
from wallboard.ui.wall.layout import COMPACT, LARGE, Density, Heading, Item, Layout, WallRow
from wallboard.ui.wall.tile import TilePainter
from wallboard.ui.widgets.alarm_mark import NO_ALARM, AlarmMark, is_inverted, mark_of
from wallboard.ui.widgets.status_words import age_of, age_of_state, count_chips, just_changed


class Painter(Protocol):
    """Draws entry points of one width in one theme and one density."""

    def paint(
        self,
        status: EntryPointStatus,
        now: float,
        *,
        selected: bool,
        alarm: AlarmMark = NO_ALARM,
    ) -> list[Strip]:
        """The entry point as strips of the painter's width."""

    def blank(self) -> list[Strip]:
        """An empty cell of the grid."""

    def broken(self, status: EntryPointStatus, *, selected: bool) -> list[Strip]:
        """An entry point whose drawing failed."""


def painter_of(
    density: Density,
    theme: BoardTheme,
    width: int,
    height: int | None = None,
    *,
    with_server: bool = False,
) -> Painter:
    """The painter of a density; the size is in cells, the width with the gap to the next one."""
    if density is COMPACT:
        return CompactPainter(theme, width, with_server=with_server)
    if density is LARGE:
        return LargePainter(theme, width, height or LARGE.height, with_server=with_server)
    return TilePainter(theme, width, height or density.height, with_server=with_server)


class HeadingPainter:
    """Draws the heading of a section: name and counts."""

    def __init__(self, theme: BoardTheme) -> None:
        self.theme = theme

    def paint(self, section: Section, width: int, *, selected: bool) -> Strip:
        """One line: the fold sign, the name, the number of entry points and the counts."""
        style = self.theme.ui["cursor" if selected else "title"]
        base = self.theme.ui["cursor" if selected else "header"]
        glyphs = self.theme.glyphs
        sign = glyphs.folded if section.folded else glyphs.unfolded
        name = f" {sign} {safe(section.name)} "
        total = f"{len(section.keys)} "
        head = [Segment(name, style), Segment(total, base)]
        room = width - Segment.get_line_length(head)
        line = [
            *head,
            *count_chips(section.verdicts, self.theme, room, base, no_data=section.no_data),
        ]
        return Strip(Segment.adjust_line_length(line, width, base), width)


log = logging.getLogger(__name__)


Blinking = Literal["never", "once", "kiosk"]
"""How a new alarm draws attention: not at all in a replay, once on a wall, longer in a kiosk."""


def blinking_in(view: View) -> Blinking:
    """How new alarms blink in a view."""
    if view.replay_position or view.frozen_at is not None:
        return "never"
    return "kiosk" if view.extras.kiosk else "once"


class Scene(NamedTuple):
    """Everything that rows are drawn from."""

    snapshot: Snapshot
    sections: tuple[Section, ...]
    layout: Layout
    selected: Item | None
    with_server: bool = False
    blinking: Blinking = "never"

    def alarm(self, key: EntryPointKey, glyphs: Glyphs) -> AlarmMark:
        """What is shown of the alarm of an entry point, and of what is expected of it."""
        alarms, now = self.snapshot.alarms, self.snapshot.at
        alarm = alarms.get(AlarmKey.of(key)) if alarms else None
        status = self.snapshot.entry_points.get(key)
        if alarm is None and (status is None or status.expectation is NOTHING_EXPECTED):
            return NO_ALARM  # nearly all of them, each at every tick
        planned = tuple(expectation_forms(status, now)) if status else ()
        if alarm is None:
            return AlarmMark(forms=planned, planned=True) if planned else NO_ALARM
        inverted = self.blinking != "never" and is_inverted(
            covering_alarm(alarm, alarms), now, kiosk=self.blinking == "kiosk"
        )
        return mark_of(alarm, now, glyphs, planned)._replace(inverted=inverted)

    def section(self, heading: Heading) -> Section:
        """The section of a heading."""
        return next(section for section in self.sections if section.name == heading.section)


class RowPainter:
    """Caches drawn rows until they would look different."""

    def __init__(self, theme: BoardTheme) -> None:
        self._theme = theme
        self._headings = HeadingPainter(theme)
        self._entry_points: Painter | None = None
        self._drawn: dict[int, tuple[object, list[Strip]]] = {}
        self._broken: set[EntryPointKey] = set()

    def restyle(self, theme: BoardTheme) -> None:
        """Drop the cache for another theme."""
        self._theme = theme
        self._headings = HeadingPainter(theme)
        self.reshape()

    def reshape(self) -> None:
        """Drop the cache for another layout."""
        self._entry_points = None
        self._drawn.clear()

    def keep(self, rows: range) -> None:
        """Drop the rows that are no longer visible."""
        for number in [number for number in self._drawn if number not in rows]:
            del self._drawn[number]

    def differs(self, number: int, scene: Scene) -> bool:
        """Whether a row has changed since it was drawn."""
        drawn = self._drawn.get(number)
        return drawn is None or drawn[0] != _signature(scene.layout.rows[number], scene)

    def lines(self, number: int, scene: Scene, width: int) -> list[Strip]:
        """The lines of a row; ``width`` is that of a heading."""
        row = scene.layout.rows[number]
        signature = _signature(row, scene)
        drawn = self._drawn.get(number)
        if drawn is None or drawn[0] != signature:
            drawn = self._drawn[number] = (signature, self._paint(row, scene, width))
        return drawn[1]

    def _paint(self, row: WallRow, scene: Scene, width: int) -> list[Strip]:
        if row.heading:
            selected = scene.selected == row.heading
            return [self._headings.paint(scene.section(row.heading), width, selected=selected)]
        # All are of one width, so that what is in them stands below each other.
        least = min(scene.layout.widths)
        painter = self._painter(scene, least)
        tiles = []
        for column, width in enumerate(scene.layout.widths):
            item = row.items[column] if column < len(row.items) else None
            status = scene.snapshot.entry_points.get(item) if item else None  # type: ignore[arg-type]  # no headings here
            if status is None:
                tile = painter.blank()
            else:
                selected = item == scene.selected
                tile = self._tile(painter, status, scene, selected=selected)
            gap = Strip.blank(width - least, self._theme.ui["screen"])
            tiles.append([Strip.join([line, gap]) for line in tile] if width > least else tile)
        return [Strip.join(line) for line in zip(*tiles, strict=True)]

    def _painter(self, scene: Scene, width: int) -> Painter:
        if self._entry_points is None:
            shape = scene.layout.shape
            self._entry_points = painter_of(
                shape.density, self._theme, width, shape.height, with_server=scene.with_server
            )
        return self._entry_points

    def _tile(
        self, painter: Painter, status: EntryPointStatus, scene: Scene, *, selected: bool
    ) -> list[Strip]:
        try:
            alarm = scene.alarm(status.entry_point.key, self._theme.glyphs)
            return painter.paint(status, scene.snapshot.at, selected=selected, alarm=alarm)
        except Exception:  # one broken tile must not end the board
            key = status.entry_point.key
            if key not in self._broken:
                self._broken.add(key)
                log.exception("The tile of %s %d cannot be drawn", key.server, key.id)
            return painter.broken(status, selected=selected)


def _signature(row: WallRow, scene: Scene) -> object:
    """Everything that decides how a row looks."""
    selected = scene.selected if scene.selected in row.items else None
    if row.heading:
        section = scene.section(row.heading)
        return selected, section.verdicts, section.no_data, section.folded
    now, statuses = scene.snapshot.at, scene.snapshot.entry_points
    marks = [scene.alarm(item, UNICODE) for item in row.items]  # type: ignore[arg-type]  # no headings here
    return selected, marks, [_appearance(statuses.get(item), now) for item in row.items]  # type: ignore[arg-type]  # no headings here


def _appearance(status: EntryPointStatus | None, now: float) -> object:
    """Everything that decides how a tile looks; all of the status if that fails."""
    if status is None:
        return None
    judgement, history = status.judgement, status.state.history
    try:
        moving = (
            age_of(judgement, now),
            _missed_intervals(status, now),
            just_changed(status, now),
            age_of_state(status, now, UNICODE),
            status.goes_on(now),
            bool(differences(status, now)),
            agreement_of(status, now),
        )
    except Exception:  # noqa: BLE001  # drawing will fail too, and log it
        return (status,)
    return (status.entry_point, judgement, history, status.strip, int(now // MINUTE), *moving)


def _missed_intervals(status: EntryPointStatus, now: float) -> int:
    """Intervals without an answer, beyond the usual two."""
    history, interval = status.state.history, status.policy.interval
    if not len(history):
        return 0
    return max(0, int((now - 2 * interval) // interval - history[-1].at // interval))
