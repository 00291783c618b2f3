"""The list of alarms."""

from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message

from wallboard.domain.alarm import Alarm
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.snapshot import Snapshot
from wallboard.report.words.notices import outcomes_by_alarm
from wallboard.ui.alarms.alarm_rows import Columns, OutcomesByAlarm, columns_of, line_of
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.selectable_list import SelectableList


class AlarmList(SelectableList[Alarm]):
    """Alarms in the order given."""

    class Opened(Message):
        """The operator opened an alarm."""

        def __init__(self, key: AlarmKey) -> None:
            super().__init__()
            self.key = key

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme)
        self._snapshot: Snapshot | None = None
        self._outcomes: OutcomesByAlarm = {}
        self._look: object = None
        self._columns: tuple[int, Columns] | None = None

    @property
    def columns(self) -> Columns:
        """The current columns."""
        width = self.scrollable_content_region.width or self.app.size.width - 1
        if self._columns is None or self._columns[0] != width:
            keys = self._snapshot.entry_points if self._snapshot else ()
            servers = len({key.server for key in keys})
            now = self._snapshot.at if self._snapshot else 0.0
            columns = columns_of(width, self.rows, now, servers=servers, outcomes=self._outcomes)
            self._columns = width, columns
        return self._columns[1]

    def show(self, alarms: tuple[Alarm, ...], snapshot: Snapshot, nothing: str) -> None:
        """Show these alarms of a snapshot, or the text ``nothing`` if there are none."""
        if self._snapshot is None or snapshot.ledger is not self._snapshot.ledger:
            self._outcomes = outcomes_by_alarm(snapshot.ledger)
        self._snapshot, self._nothing, self.rows = snapshot, nothing, alarms
        self._index = self._index_of(self._pinned)
        self.virtual_size = Size(self.size.width, len(alarms))
        # An age is told to the second in its first minute.
        look = (alarms, int(snapshot.at), snapshot.ranking, nothing, self.size, self._outcomes)
        if look != self._look:
            self._look, self._columns = look, None
            self.refresh()

    def mark_of(self, row: Alarm) -> AlarmKey:
        """Whose alarm it is."""
        return row.key

    def line_of(self, row: Alarm, *, chosen: bool) -> list[Segment]:
        """One alarm."""
        if self._snapshot is None:
            return []
        theme, columns = self.theme_styles, self.columns
        return line_of(row, self._snapshot, columns, theme, self._outcomes, chosen=chosen)

    def action_open(self) -> None:
        """Open the selected alarm."""
        if self.chosen:
            self.post_message(self.Opened(self.chosen.key))

    def _index_of(self, wanted: Alarm | None) -> int:
        """The place of an alarm, or the one that was selected if it is no longer listed."""
        if wanted is None:
            return 0
        places = (n for n, alarm in enumerate(self.rows) if alarm.key == wanted.key)
        return next(places, max(0, min(self._index, len(self.rows) - 1)))
