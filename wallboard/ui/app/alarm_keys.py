"""The keys of alarms: acknowledge, shelve, write a note, and the list of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from textual.binding import Binding

from wallboard.domain.alarm import AlarmRules
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.snapshot import Snapshot
from wallboard.ui.picture.view import View
from wallboard.ui.replay.replay_keys import ReplayKeysApp
from wallboard.ui.screen.board_screen import BoardScreen

if TYPE_CHECKING:
    from wallboard.ui.alarms.ask_screen import Question


class AlarmDesk(Protocol):
    """What can be done about alarms; each returns a sentence if it was refused."""

    @property
    def read_only(self) -> str:
        """The sentence that says why nothing can be done here; empty if it can."""

    @property
    def unshared(self) -> str:
        """The sentence that says that nobody else sees what is done here; empty if others do."""

    @property
    def recent_reasons(self) -> Sequence[str]:
        """The last reasons that were given, the newest first."""

    @property
    def rules(self) -> Mapping[AlarmKey, AlarmRules]:
        """When each alarm is raised and is over."""

    def acknowledge(self, keys: Sequence[AlarmKey], why: str) -> str | None:
        """Say "I am on it" of these."""

    def shelve(self, keys: Sequence[AlarmKey], until: float, why: str) -> str | None:
        """Say "not now" of these until then, Unix time in seconds."""

    def unshelve(self, keys: Sequence[AlarmKey]) -> str | None:
        """End the shelf of these."""

    def note(self, key: AlarmKey | None, text: str) -> str | None:
        """Write a note on one, or on the whole board."""


class AlarmKeysApp(ReplayKeysApp):
    """An app whose operator takes alarms in hand; a subclass has the board."""

    BINDINGS = [
        Binding("exclamation_mark", "alarms", "Alarms", key_display="!", id="alarms"),
        Binding("a", "acknowledge", "Acknowledge", show=False, id="acknowledge"),
        Binding(
            "A", "acknowledge_all", "Acknowledge all that are shown", show=False,
            id="acknowledge_all",
        ),
        Binding("w", "shelve", "Shelve", show=False, id="shelve"),
        Binding("i", "note", "Note", show=False, id="note"),
    ]  # fmt: skip

    def view(self) -> View:
        """The current view."""
        raise NotImplementedError

    @property
    def alarm_desk(self) -> AlarmDesk:
        """Where alarms are acknowledged and shelved."""
        raise NotImplementedError

    def action_acknowledge(self) -> None:
        """Acknowledge the alarm of what is selected."""
        self._acknowledge(self._in_hand(), everything=False)

    def action_acknowledge_all(self) -> None:
        """Acknowledge every alarm that is shown."""
        shown = self.screen.alarms_shown() if isinstance(self.screen, BoardScreen) else ()
        if not shown:
            self.say("Open the wall or the list of alarms to acknowledge all that are shown.")
            return
        self._acknowledge(shown, everything=True)

    def action_shelve(self) -> None:
        """Shelve the alarms of what is selected, or take them off the shelf."""
        from wallboard.ui.alarms import questions

        keys, snapshot = self._in_hand(), self._snapshot_to_act_on()
        if not keys or snapshot is None:
            return
        shelved = tuple(
            key for key in keys if key in snapshot.alarms and snapshot.alarms[key].shelf
        )
        if len(shelved) == len(keys):
            self._unshelve(keys, snapshot)
            return
        keys, now = tuple(key for key in keys if key not in shelved), snapshot.at

        def until_given(text: str) -> None:
            until = questions.shelf_end(text, now)
            reasons = self.alarm_desk.recent_reasons
            self._ask(
                questions.shelve_why(keys, snapshot, until, now, reasons),
                lambda why: self._say_result(
                    self.alarm_desk.shelve(keys, until, why),
                    questions.shelved_words(keys, snapshot, until, now),
                ),
            )

        self._ask(questions.shelve_until(keys, snapshot, now), until_given)

    def action_note(self) -> None:
        """Write a note on what is selected, or on the whole board."""
        from wallboard.ui.alarms import questions

        snapshot = self._snapshot_to_act_on()
        if snapshot is None:
            return
        keys = self.screen.alarms_in_hand() if isinstance(self.screen, BoardScreen) else ()
        key = keys[0] if len(keys) == 1 else None
        self._ask(
            questions.note(key, snapshot),
            lambda text: self._say_result(self.alarm_desk.note(key, text), "Note written."),
        )

    def _acknowledge(self, keys: tuple[AlarmKey, ...], *, everything: bool) -> None:
        from wallboard.ui.alarms import questions

        snapshot = self._snapshot_to_act_on() if keys else None
        if snapshot is None:
            return
        keys = questions.answering_for(keys, snapshot)
        waiting = questions.waiting(keys, snapshot.alarms)
        if not waiting:
            self.say(questions.why_not_acknowledge(keys, snapshot, snapshot.at))
            return
        reasons = self.alarm_desk.recent_reasons
        self._ask(
            questions.acknowledge(waiting, snapshot, reasons, everything=everything),
            lambda why: self._say_result(
                self.alarm_desk.acknowledge(waiting, why),
                questions.acknowledged_words(waiting, snapshot),
            ),
        )

    def _unshelve(self, keys: tuple[AlarmKey, ...], snapshot: Snapshot) -> None:
        from wallboard.ui.alarms import questions
        from wallboard.ui.screen.confirm_screen import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                refusal = self.alarm_desk.unshelve(keys)
                self._say_result(refusal, questions.unshelved_words(keys, snapshot))

        words = questions.unshelve(keys, snapshot)
        self.push_screen(ConfirmScreen(self.board_theme, words, yes="End the shelf"), answered)

    def _in_hand(self) -> tuple[AlarmKey, ...]:
        keys = self.screen.alarms_in_hand() if isinstance(self.screen, BoardScreen) else ()
        if not keys:
            self.say("Select an entry point first.")
        return keys

    def _snapshot_to_act_on(self) -> Snapshot | None:
        """The board, unless nothing can be done about its alarms, which is said."""
        view = self.view()
        if view.replay_position:
            back = " Go back to the live board first." if self.HAS_LIVE_BOARD else ""
            self.say(f"A replay is read-only.{back}")
        elif refusal := self.alarm_desk.read_only:
            self.say(refusal)
        else:
            return view.snapshot
        return None

    def _ask(self, question: "Question", take: Callable[[str], None]) -> None:
        from wallboard.ui.alarms.ask_screen import AskScreen

        def answered(text: str | None) -> None:
            if text is not None:
                take(text)

        self.push_screen(AskScreen(self.board_theme, question), answered)

    def _say_result(self, refusal: str | None, done: str) -> None:
        self.say(refusal or f"{done} {self.alarm_desk.unshared}".rstrip())
