"""Keys that copy the body, the request as curl, or the triage bundle.

Each copy is also saved as a file, since a terminal does not confirm that it took one.
"""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from textual.binding import Binding

from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.observation import Observation
from wallboard.settings import Settings
from wallboard.threads import start_in_thread
from wallboard.ui.picture.messages import PASSING_SECONDS, Messages
from wallboard.ui.screen.board_screen import BoardScreen
from wallboard.ui.screen.copies import Copy, Evidence, body_copy, bundle_copy, curl_copy

log = logging.getLogger(__name__)


class CopyingApp(Protocol):
    """What copying needs from the app."""

    settings: Settings
    messages: Messages
    clock: Callable[[], float]

    def send_sequence(self, sequence: str) -> bool:
        """Send an escape sequence that draws nothing."""

    def tick(self) -> None:
        """Draw the current view."""


class CopyingScreen(BoardScreen):
    """A board screen with keys that copy; a subclass gives the ``evidence``."""

    BINDINGS = [
        Binding("y", "copy_body", "Copy the body", show=False, id="copy_body"),
        Binding("c", "copy_curl", "Copy the request as curl", show=False, id="copy_curl"),
        Binding("b", "copy_bundle", "Copy a triage bundle", show=False, id="copy_bundle"),
    ]

    def evidence(self) -> Evidence | None:
        """The selected entry point and poll, if there are any."""
        return None

    def shown_poll(self) -> Observation | None:
        """The poll whose body is shown, by default that of the evidence."""
        evidence = self.evidence()
        return evidence.observation if evidence else None

    def alarms_in_hand(self) -> tuple[AlarmKey, ...]:
        """The alarm of the entry point that the evidence is of."""
        evidence = self.evidence()
        return (AlarmKey.of(evidence.status.entry_point.key),) if evidence else ()

    def action_copy_body(self) -> None:
        """Copy the body of the shown poll; on the wall that of ``chatAllowed``."""
        observation = self.shown_poll()
        if observation is None:
            self._say("Nothing to copy: no answer yet.")
        elif observation.response is None:
            self._say("Nothing to copy: the request got no answer.")
        elif not observation.response.body:
            self._say("Nothing to copy: the body is empty.")
        else:
            body = observation.response.body
            self._copy(lambda: body_copy(observation, body))

    def action_copy_curl(self) -> None:
        """Copy the request as a curl command."""
        evidence = self.evidence()
        observation = evidence.observation if evidence else None
        if observation is None:
            self._say("Nothing to copy: not polled yet.")
            return
        settings = self._copying_app.settings
        self._copy(lambda: curl_copy(observation, settings))

    def action_copy_bundle(self) -> None:
        """Copy the triage bundle."""
        evidence = self.evidence()
        if evidence is None or self.view is None:
            self._say("Nothing to copy: no entry point selected.")
            return
        settings, snapshot = self._copying_app.settings, self.view.snapshot
        self._copy(lambda: bundle_copy(evidence, settings, snapshot))

    @property
    def _copying_app(self) -> CopyingApp:
        return cast(CopyingApp, self.app)

    def _copy(self, make: Callable[[], Copy]) -> None:
        # A worker of the app: one of the screen would end with the screen.
        self.app.run_worker(self._make_and_send(make), exit_on_error=False)

    async def _make_and_send(self, make: Callable[[], Copy]) -> None:
        app, at = self._copying_app, self._copying_app.clock()
        try:
            copy, where = await start_in_thread(lambda: _make_and_save(make, at))
            sent = _send(app, copy)
        except Exception:
            log.exception("The copy could not be made")
            app.tick()
            return
        self._say(f"{copy.title}: {sent}; {where}")

    def _say(self, text: str) -> None:
        app = self._copying_app
        app.messages.add_passing(text)
        app.tick()
        self.app.set_timer(PASSING_SECONDS + 0.1, app.tick)


def _make_and_save(make: Callable[[], Copy], at: float) -> tuple[Copy, str]:
    from wallboard.ui.screen.copies import copies_folder, save_copy

    copy = make()
    folder = None
    try:
        folder = copies_folder()
        path = save_copy(copy.data, copy.name, copy.ending, at, folder)
    except OSError as error:
        where = f"{_shown(folder)}: " if folder else ""
        return copy, f"not saved: {where}{error.strerror or error}"
    return copy, f"also saved to {_shown(path)}"


def _send(app: CopyingApp, copy: Copy) -> str:
    from wallboard.ui.look.clipboard import MOST_BYTES, clipboard_sequence

    size = len(copy.text.encode("utf-8", "backslashreplace"))
    if size > MOST_BYTES:
        return f"{size:,} bytes are too large for the terminal's clipboard, not sent"
    sequence = clipboard_sequence(copy.text, os.environ)
    if sequence is None or not app.send_sequence(sequence):
        return "not sent, this terminal has no clipboard"
    return f"{size:,} bytes sent to the clipboard"


def _shown(path: Path) -> str:
    """The path with ``~`` for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)
