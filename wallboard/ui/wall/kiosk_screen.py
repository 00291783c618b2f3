"""The kiosk: a wall that turns its pages by itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rich.segment import Segment
from textual.containers import Vertical
from textual.widget import Widget

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.picture.view import Extras, View
from wallboard.ui.screen.board_screen import BoardScreen
from wallboard.ui.screen.header_words import silent_seconds
from wallboard.ui.wall.all_well import AllWell, WellLine
from wallboard.ui.wall.arrange import AlarmOrder, unacknowledged
from wallboard.ui.wall.big_figures import clock_of
from wallboard.ui.wall.big_letters import big
from wallboard.ui.wall.kiosk_grid import KioskGrid, KioskResized, Pinned
from wallboard.ui.wall.kiosk_plan import ROOMY, FaultFinder, plan
from wallboard.ui.wall.layout import Layout, lay_out
from wallboard.ui.wall.rotation import Rotation, is_paused
from wallboard.ui.wall.rows import blinking_in
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.lines import Lines

HEADER_ROWS = 2
UNTITLED = lay_out((), 1, 1, "normal")
"""A layout without columns, for a line without titles."""


LEAST_HEIGHT = 18
"""Terminal rows below which the time is shown in ordinary letters."""


class NoAnswer(Lines):
    """Says for how long there has been no answer; no line while there are answers."""

    DEFAULT_CSS = "NoAnswer { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "outage")

    def show(self, view: View) -> None:
        """Draw it for this view."""
        seconds = silent_seconds(view)
        if seconds is None:
            self.put([])
            return
        lines = ["NO DATA FOR"]
        if self.app.size.height >= LEAST_HEIGHT:
            lines = ["", *lines, "", *big(clock_of(seconds), self.theme_styles.glyphs, 2), ""]
        else:
            lines = [f"NO DATA FOR {clock_of(seconds)}"]
        width = self.size.width or self.app.size.width
        self.put([[Segment(f"{line:^{width}}"[:width], self.background)] for line in lines])


class KioskBody(Vertical):
    """What is pinned, what rotates, and a line for what is well."""

    def on_resize(self) -> None:
        """Have it planned anew."""
        self.post_message(KioskResized())


class KioskScreen(WallScreen):
    """The wall without a footer: faults are pinned, what is well rotates below them."""

    DEFAULT_CSS = """
    KioskScreen > KeyBar { display: none; }
    KioskBody KioskGrid { min-height: 1; }
    """

    def __init__(
        self,
        theme: BoardTheme,
        first: View,
        state: Arrangement,
        rotate_seconds: Callable[[], float],
    ) -> None:
        """``rotate_seconds`` gives how long a page is shown."""
        super().__init__(theme, first, state)
        self.grid: KioskGrid = KioskGrid(theme, first, state, self.query_now)
        self.grid.heading = self._heading
        self._tiles, self._lines = Pinned(theme), Pinned(theme)
        self._well, self._all_well = WellLine(theme), AllWell(theme)
        self._body = KioskBody(
            self._tiles,
            self._lines,
            self._all_well,
            self.grid,
            self._well,
        )
        self._faults = FaultFinder()
        self._alarm_order = AlarmOrder()
        self._pinned = 0
        self._rotate_seconds = rotate_seconds
        self._rotation = Rotation(rotate_seconds())

    def parts(self) -> list[Widget]:
        """The widgets of a wall, below the banner for missing answers."""
        return [NoAnswer(self.theme_styles), self._heading, self._body]

    def show(self, view: View) -> None:
        """Show this view and the page that is due."""
        self._show(view, paused=is_paused(view.extras.last_key_at, view.now))

    def on_kiosk_resized(self) -> None:
        """Divide the screen anew."""
        if self.view:
            self._show(self.view, paused=self.grid.paused)

    def _show(self, view: View, *, paused: bool) -> None:
        self.grid.show(view)
        statuses = self._statuses(view)
        faults = self._find_faults(view, statuses)
        self._pin(view, statuses, () if paused else faults, paused=paused)
        extras = self._paged(view, statuses, faults, paused=paused)
        BoardScreen.show(self, replace(view, extras=extras))
        self._show_arrangement()
        if not self.has_class("-too-small"):
            self.query_one(NoAnswer).show(view)

    def key_pressed(self) -> None:
        """Stop paging after a key press, and show all of the wall."""
        if self.view and not self.grid.paused:
            faults = self._find_faults(self.view, self._statuses(self.view))
            self.grid.pause(faults[0] if faults else None)
            self._pin(self.view, (), (), paused=True)

    def _statuses(self, view: View) -> list[EntryPointStatus]:
        """All that the wall shows, in its order."""
        found = (view.snapshot.entry_points.get(k) for s in self.grid.everything for k in s.keys)
        return [status for status in found if status]

    def _find_faults(
        self, view: View, statuses: Sequence[EntryPointStatus]
    ) -> tuple[EntryPointKey, ...]:
        snapshot = view.snapshot
        states = self._alarm_order.of(snapshot)
        reason = (snapshot.ranking, view.jump, self.grid.everything, states)
        return self._faults.find(statuses, snapshot, reason)

    def _pin(
        self,
        view: View,
        statuses: Sequence[EntryPointStatus],
        faults: Sequence[EntryPointKey],
        *,
        paused: bool,
    ) -> None:
        """Divide the screen between the faults and the others."""
        # A row apart from the header, whose tone may be that of the first tile.
        apart = int(self.app.size.height > ROOMY)
        self._body.styles.padding = (apart, 0, 0, 0)
        width, height = self._body.size or self.app.size - (0, HEADER_ROWS + apart)
        planned = plan(len(faults), len(statuses) - len(faults), width, height)
        lines = self._pinned = planned.tiles + planned.lines
        snapshot, blinking = view.snapshot, blinking_in(view)
        tiled, lined = faults[: planned.tiles], faults[planned.tiles : lines]
        self._tiles.show(snapshot, tiled, planned.shape, width, blinking=blinking)
        self._lines.show(snapshot, lined, planned.line_shape, width, blinking=blinking)
        all_well = bool(statuses) and not faults and not paused
        everything = (status.entry_point.key for status in statuses)
        self.grid.leave_out(frozenset(everything if all_well else faults[:lines]))
        self._all_well.display = all_well
        self.grid.styles.height = 1 if all_well else "1fr"
        if all_well:
            self._all_well.show(statuses, width, height - 1)

    def _paged(
        self,
        view: View,
        statuses: Sequence[EntryPointStatus],
        faults: Sequence[EntryPointKey],
        *,
        paused: bool,
    ) -> Extras:
        """Turn to the page that is due; the extras with its number while somebody uses the keys."""
        extras, pages = view.extras, self.grid.pages
        self._rotation.seconds = self._rotate_seconds()
        if paused:
            self._well.show((), "")
            number = self.grid.page_in_sight()
            if len(pages) > 1:
                return replace(extras, page=(number + 1, len(pages)), page_held="paused")
            return extras
        number = self._rotation.go(view.now, pages, unacknowledged(view.snapshot))
        self.grid.turn_to(pages[number] if pages else None)
        more = len(faults) - self._pinned
        rest = [f"{more} more fault{'s' if more > 1 else ''}"] if more else []
        rest += [f"rest {number + 1}/{len(pages)}"] if len(pages) > 1 else []
        at_fault = set(faults)
        well = [status for status in statuses if status.entry_point.key not in at_fault]
        self._well.show(() if self._all_well.display else well, "  ".join(rest))
        return extras

    @property
    def _titled_layout(self) -> Layout:
        return self.grid.layout_now if self.grid.paused else UNTITLED
