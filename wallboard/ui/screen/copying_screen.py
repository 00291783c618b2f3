"""Keys that take evidence along: the body, the request as curl, the triage bundle.

What is copied is always kept as a file too, for nobody can know whether a terminal took it.
"""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from textual.binding import Binding

from wallboard.abandonable import start_in_thread
from wallboard.settings import Settings
from wallboard.ui.picture.notices import PASSING_SECONDS, Notices
from wallboard.ui.screen.board_screen import BoardScreen
from wallboard.ui.screen.copies import Copy, Evidence, body_copy, bundle_copy, curl_copy

log = logging.getLogger(__name__)


class Desk(Protocol):
    """What the keys need of the app."""

    settings: Settings
    notices: Notices
    clock: Callable[[], float]

    def send_aside(self, sequence: str) -> bool:
        """Send a sequence that shows nothing to the terminal."""

    def tick(self) -> None:
        """Show what is new."""


class EvidenceScreen(BoardScreen):
    """A board screen whose evidence can be copied; a subclass says what that is."""

    BINDINGS = [
        Binding("y", "copy_body", "Copy the body", show=False, id="copy_body"),
        Binding("c", "copy_curl", "Copy the request as a curl command", show=False, id="copy_curl"),
        Binding("b", "copy_bundle", "Copy a triage bundle", show=False, id="copy_bundle"),
    ]

    def evidence(self) -> Evidence | None:
        """What is selected; ``None`` if nothing is."""
        return None

    def action_copy_body(self) -> None:
        """Copy the body that is shown, on the wall that of ``chatAllowed``."""
        evidence = self.evidence()
        observation = evidence.observation if evidence else None
        if observation is None:
            self._say("There is no body to copy: nothing has been heard yet.")
        elif observation.response is None:
            self._say("There is no body to copy: the request was not answered.")
        elif not observation.response.body:
            self._say("There is no body to copy: it is empty.")
        else:
            body = observation.response.body
            self._take_along(lambda: body_copy(observation, body))

    def action_copy_curl(self) -> None:
        """Copy a command that asks what was asked."""
        evidence = self.evidence()
        observation = evidence.observation if evidence else None
        if observation is None:
            self._say("There is no request to copy: nothing was asked yet.")
            return
        settings = self._desk.settings
        self._take_along(lambda: curl_copy(observation, settings))

    def action_copy_bundle(self) -> None:
        """Copy everything that is known of the entry point."""
        evidence = self.evidence()
        if evidence is None or self.view is None:
            self._say("There is nothing to copy: no entry point is selected.")
            return
        settings, at = self._desk.settings, self.view.snapshot.at
        self._take_along(lambda: bundle_copy(evidence, settings, at))

    @property
    def _desk(self) -> Desk:
        return cast(Desk, self.app)

    def _take_along(self, make: Callable[[], Copy]) -> None:
        # Off the loop, since a body may be large and a home folder far away; and not this screen's
        # work, which would end with it.
        self.app.run_worker(self._deliver(make), exit_on_error=False)

    async def _deliver(self, make: Callable[[], Copy]) -> None:
        desk, at = self._desk, self._desk.clock()
        try:
            copy, where = await start_in_thread(lambda: _made_and_kept(make, at))
            sent = _send(desk, copy)
        except Exception:
            log.exception("The copy could not be made")
            desk.tick()
            return
        self._say(f"{copy.title}: {sent}; {where}")

    def _say(self, text: str) -> None:
        desk = self._desk
        desk.notices.add_passing(text)
        desk.tick()
        self.app.set_timer(PASSING_SECONDS + 0.1, desk.tick)


def _made_and_kept(make: Callable[[], Copy], at: float) -> tuple[Copy, str]:
    from wallboard.ui.screen.copies import copies_folder, keep_copy

    copy = make()
    folder = None
    try:
        folder = copies_folder()
        path = keep_copy(copy.data, copy.name, copy.ending, at, folder)
    except OSError as error:
        where = f"{_shown(folder)}: " if folder else ""
        return copy, f"no file was kept: {where}{error.strerror or error}"
    return copy, f"kept in {_shown(path)}"


def _send(desk: Desk, copy: Copy) -> str:
    from wallboard.ui.look.clipboard import MOST_BYTES, clipboard_sequence

    size = len(copy.text.encode("utf-8", "backslashreplace"))
    if size > MOST_BYTES:
        return f"{size:,} bytes are too many for the terminal's clipboard, so nothing was sent"
    sequence = clipboard_sequence(copy.text, os.environ)
    if sequence is None or not desk.send_aside(sequence):
        return "this terminal has no clipboard, so nothing was sent"
    return f"{size:,} bytes sent to the terminal"


def _shown(path: Path) -> str:
    """The path as it can be typed: with ``~`` for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)
