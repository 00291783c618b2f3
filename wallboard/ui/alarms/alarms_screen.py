"""The list of alarms: in which state each is, since when, who has it, why and until when."""

from collections.abc import Callable, Mapping

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding

from wallboard.domain.endpoint import Contact
from wallboard.domain.ledger_row import AlarmKey
from wallboard.report.words.alarms import contact_words, sentence
from wallboard.ui.alarms.alarm_list import AlarmList
from wallboard.ui.alarms.alarm_rows import chosen_alarms, heads
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.screen.copies import Evidence, latest_evidence
from wallboard.ui.screen.list_screen import ListScreen
from wallboard.ui.widgets.key_bar import Hint
from wallboard.ui.widgets.lines import split


class AlarmsScreen(ListScreen):
    """The alarms of the board that are not normal; the keys of alarms act on the selected one."""

    AUTO_FOCUS = "AlarmList"

    REACHED_BY = "alarms"

    MAIN_KEYS = (
        Hint(("open",)),
        Hint(("acknowledge",), "Ack"),
        Hint(("acknowledge_all",), "Ack all"),
        Hint(("shelve",)),
        Hint(("note",)),
        Hint(("filter",)),
        Hint(("handled",)),
        Hint(("copy_bundle",), "Ticket"),
    )

    DEFAULT_CSS = """
    AlarmsScreen > .heads { height: 2; }
    AlarmsScreen > .detail { height: 3; }
    """

    BINDINGS = [
        Binding("escape,backspace", "back", "Clear the filter, or back", show=False, id="back"),
        Binding("u", "narrow", "Unhandled", id="handled"),
    ]

    def __init__(
        self, theme: BoardTheme, first: View, servers: Callable[[], Mapping[str, Contact]]
    ) -> None:
        """``servers`` gives the contact for the alarm of each server."""
        super().__init__(theme, first)
        self._servers = servers
        self.list = AlarmList(theme)

    def show(self, view: View) -> None:
        """Show this view."""
        super().show(view)
        snapshot = view.snapshot
        chosen = chosen_alarms(snapshot, self.query_now, handled=not self.narrowed)
        self.list.show(chosen, snapshot, self._nothing())
        self._show_heads(len(chosen), len(snapshot.alarms))
        self._show_detail()

    def evidence(self) -> Evidence | None:
        """The last poll of the entry point of the selected alarm."""
        statuses = self.view.snapshot.entry_points if self.view else {}
        point = self.list.chosen.key.entry_point if self.list.chosen else None
        status = statuses.get(point) if point else None
        return latest_evidence(status) if status else None

    def alarms_in_hand(self) -> tuple[AlarmKey, ...]:
        """The selected alarm."""
        return (self.list.chosen.key,) if self.list.chosen else ()

    def alarms_shown(self) -> tuple[AlarmKey, ...]:
        """All that are listed."""
        return tuple(alarm.key for alarm in self.list.rows)

    def on_alarm_list_opened(self, message: AlarmList.Opened) -> None:
        """Drill down into the entry point of an alarm."""
        if point := message.key.entry_point:
            self.post_message(self.EntryPointOpened(point))
        else:
            self._say(f"Concerns the whole server {safe(message.key.server)}: nothing to open.")

    def filtered(self) -> AlarmList:
        """The alarms."""
        return self.list

    def _nothing(self) -> str:
        if self.query_now.text:
            return f"Nothing matches /{safe(self.query_now.text)}. Esc shows all alarms."
        if self.narrowed:
            return "Every alarm is handled. Esc shows all alarms."
        return "No alarms."

    def _show_heads(self, shown: int, total: int) -> None:
        ui, base, glyphs = self.theme_styles.ui, self._heads.background, self.theme_styles.glyphs
        mark = ui["mark"] + base.background_style
        left = [Segment(" Alarms ", ui["title"] + base.background_style)]
        if self.query_now.text:
            left.append(Segment(f" /{safe(self.query_now.text)} ", mark))
        if self.narrowed:
            left.append(Segment(" handled hidden ", mark))
        if self.query_now.problem:
            left.append(Segment(f" {safe(self.query_now.problem)} ", ui["notice"]))
        count = str(total) if shown == total else f"{shown} of {total}"
        right = [Segment(f" {count} ", base)]
        width = self.app.size.width
        titles = heads(self.list.columns, glyphs)
        self._heads.put([split(left, right, width, base, glyphs), [Segment(titles, base)]])

    def _show_detail(self) -> None:
        alarm, base = self.list.chosen, self._detail.background
        if alarm is None or self.view is None:
            self._detail.put([[], [], []])
            return
        muted = self.theme_styles.ui["muted"] + Style(bgcolor=base.bgcolor)
        snapshot = self.view.snapshot
        status = snapshot.entry_points.get(alarm.key.entry_point) if alarm.key.entry_point else None
        words = sentence(alarm, snapshot.at)
        summary = safe(status.judgement.summary) if status else ""
        contact = status.entry_point.contact if status else Contact()
        if alarm.key.id is None:
            contact = self._servers().get(alarm.key.server, contact)
        self._detail.put(
            [
                [Segment(f" {words[:1].upper()}{words[1:]}", base)],
                [Segment(f" {summary}", muted)],
                [Segment(f" {contact_words(contact)}", muted)],
            ]
        )
