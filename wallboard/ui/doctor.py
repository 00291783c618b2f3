"""The doctor: checks the servers step by step, and shows what it finds."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from wallboard.channel_settings import ChannelsSettings
from wallboard.domain.diagnosis import Diagnosis, diagnose
from wallboard.domain.doctor import OF_MACHINE, ON_THE_WAY, Finding, OnFinding, Step
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level
from wallboard.recorder.paths import RecordingFile, file_mode
from wallboard.report.setup.doctor import MACHINE, FindingRow, Secrets, row_of, title_of
from wallboard.settings import ServerSettings, Settings
from wallboard.ui.look.terminal_abilities import terminal_finding
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.screen.board_screen import BoardScreen
from wallboard.ui.widgets.lines import Lines, Page, word_wrapped


class FollowedConfig(Protocol):
    """A config file whose edits are applied, and the problems of the last edit."""

    @property
    def path(self) -> Path | None:
        """The file, if there is one."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the last edit cannot be used; empty if it can."""


class ExaminedBoard(Protocol):
    """What the doctor needs from the app."""

    settings: Settings
    clock: Callable[[], float]

    @property
    def size(self) -> Size:
        """The terminal, in cells."""

    @property
    def recording_path(self) -> Path | None:
        """Where the board is recorded, if it is."""

    @property
    def followed_config(self) -> FollowedConfig | None:
        """The config whose edits are applied, if there is one."""


def servers_of(settings: Settings, key: EntryPointKey | None) -> list[ServerSettings]:
    """The server with only this entry point, or all servers without a key."""
    if key is None:
        return list(settings.server)
    return [
        replace(server, entry_point=tuple(e for e in server.entry_point if e.id == key.id))
        for server in settings.server
        if server.name == key.server
    ]


def checks_of(
    board: ExaminedBoard, servers: Sequence[ServerSettings]
) -> Callable[[OnFinding], Awaitable[None]]:
    """The checks of these servers and of this machine, by the settings as they are now."""

    async def run(publish: OnFinding) -> None:
        from wallboard.feeds.doctor import look as run_checks
        from wallboard.report.setup.doctor import versions_finding

        settings = replace(board.settings, server=tuple(servers))
        path = board.recording_path
        place = RecordingFile(path, file_mode(settings.record)) if path else None
        publish(await asyncio.to_thread(versions_finding))
        publish(_config(board))
        publish(terminal_finding(settings, os.terminal_size(board.size)))
        await run_checks(
            settings, place, os.environ, publish, clock=board.clock, channels=_channels(settings)
        )

    return run


def _channels(settings: Settings) -> Awaitable[Finding | None] | None:
    """Asks the channels of notices, if there are any."""
    if settings.channel == ChannelsSettings():
        return None
    from wallboard.notices.checkup import ask_channels

    return ask_channels(settings)


def _config(board: ExaminedBoard) -> Finding:
    """Whether the board uses the config file as it is now."""
    followed_config = board.followed_config
    if followed_config is None or followed_config.path is None:
        return Finding(Step.CONFIG, Level.OK, "Running without a config file.")
    facts = {"path": str(followed_config.path)}
    if followed_config.problems:
        words = (
            f"Edited, but invalid: still using the previous config. {followed_config.problems[0]}"
        )
        return Finding(Step.CONFIG, Level.WARNING, words, facts=facts)
    words = f"{followed_config.path}, edits are applied live."
    return Finding(Step.CONFIG, Level.OK, words, facts=facts)


log = logging.getLogger(__name__)
RunChecks = Callable[[OnFinding], Awaitable[None]]
Line = list[Segment]

STEP_WIDTH = max(map(len, Step)) + 1
WORD_WIDTH, TIME_WIDTH = 10, 9
ROOM_BESIDE, BELOW = 60, 4
"""Cells from which sentences are beside their steps; below that, under them with this indent."""

BROKE_DOWN = "Internal error in wallboard while checking. Please report it."


class DoctorScreen(BoardScreen):
    """Runs the checks when it is opened, and again when its key is pressed."""

    AUTO_FOCUS = "Page"

    REACHED_BY = "doctor"

    DEFAULT_CSS = """
    DoctorScreen > .heads { height: 1; }
    DoctorScreen > .cause { height: auto; max-height: 50%; }
    """

    BINDINGS = [
        Binding("escape,backspace", "back", "Back", show=False, id="back"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="down"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="up"),
    ]

    class Found(Message):
        """A step is done."""

        def __init__(self, run: int, finding: Finding) -> None:
            super().__init__()
            self.run = run
            self.finding = finding

    class Over(Message):
        """All steps are done, or the checks failed."""

        def __init__(self, run: int, *, broke_down: bool) -> None:
            super().__init__()
            self.run = run
            self.broke_down = broke_down

    def __init__(
        self, theme: BoardTheme, servers: Sequence[ServerSettings], checks: RunChecks, first: View
    ) -> None:
        """``checks`` publishes a finding for each step at ``servers`` and on this machine."""
        super().__init__(theme)
        self.view = first
        self.findings: list[Finding] = []
        self.diagnosis: Diagnosis | None = None
        self.checking = False
        self._servers = servers
        self._secrets = Secrets(servers)
        self._checks = checks
        self._run_number = 0
        self._broke_down = False
        self._heads = Lines(theme, "header", classes="heads")
        self._page = Page(theme)
        self._cause = Lines(theme, "tile", classes="cause")

    def parts(self) -> list[Widget]:
        """The servers, the steps, and the most likely cause."""
        return [self._heads, self._page, self._cause]

    def on_mount(self) -> None:
        """Run the checks."""
        self.run_again()

    def on_resize(self) -> None:
        """Wrap the sentences for the new width."""
        self.call_after_refresh(self._redraw)

    def run_again(self) -> None:
        """Run the checks from the beginning, unless they still run."""
        if self.checking:
            return
        self._run_number += 1
        self.findings, self.diagnosis, self.checking = [], None, True
        self._broke_down = False
        self.run_worker(self._work(self._run_number), exit_on_error=False)
        self._redraw()

    async def _work(self, run: int) -> None:
        broke_down = False
        try:
            await self._checks(lambda finding: self._publish(run, finding))
        except Exception:
            log.exception("The doctor broke down")
            broke_down = True
        self.post_message(self.Over(run, broke_down=broke_down))

    def _publish(self, run: int, finding: Finding) -> None:
        self.post_message(self.Found(run, finding))

    def on_doctor_screen_found(self, message: Found) -> None:
        """Show one more step."""
        if message.run == self._run_number:
            self.findings.append(message.finding)
            self._redraw()

    def on_doctor_screen_over(self, message: Over) -> None:
        """Show the diagnosis."""
        if message.run == self._run_number:
            self.checking, self._broke_down = False, message.broke_down
            self.diagnosis = None if message.broke_down else diagnose(self.findings)
            self._redraw()

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        super().restyle(theme)
        self._redraw()

    def action_back(self) -> None:
        """Go back; running checks go on."""
        self.app.pop_screen()

    def action_scroll(self, lines: int) -> None:
        """Go down or up by a line."""
        self._page.scroll_relative(y=lines, animate=False)

    def _redraw(self) -> None:
        if not self.is_mounted:
            return
        title = self.theme_styles.ui["title"] + Style(bgcolor=self._heads.background.bgcolor)
        names = ", ".join(server.name for server in self._servers) or "no server"
        about = Segment(f" {safe(names)}", self._heads.background)
        self._heads.put([[Segment(" Doctor ", title), about]])
        width = self._page.size.width or self.app.size.width - 1
        self._page.put(list(self._steps(width)))
        self._cause.put(list(self._cause_lines(self.app.size.width)))

    def _steps(self, width: int) -> Iterator[Line]:
        base, title = self.theme_styles.ui["screen"], self.theme_styles.ui["edge"]
        for server in self._servers:
            yield [Segment(f" {safe(title_of(server))}", title)]
            found = [one for one in self.findings if one.server == server.name]
            yield from self._rows(found, ON_THE_WAY, width)
            yield [Segment("", base)]
        yield [Segment(f" {MACHINE}", title)]
        of_machine = [one for one in self.findings if one.server is None]
        yield from self._rows(of_machine, OF_MACHINE, width)

    def _rows(
        self, findings: Sequence[Finding], steps: Sequence[Step], width: int
    ) -> Iterator[Line]:
        for finding in findings:
            yield from self._row(row_of(finding, self._secrets), finding.level, width)
        done = {one.step for one in findings}
        still = next((step for step in steps if step not in done), None)
        if self.checking and still:
            yield from self._row(FindingRow(still, "", "", "looking"), None, width)

    def _row(self, row: FindingRow, level: Level | None, width: int) -> Iterator[Line]:
        base, glyphs = self.theme_styles.ui["screen"], self.theme_styles.glyphs
        on_base = Style(bgcolor=base.bgcolor)
        muted = self.theme_styles.ui["muted"] + on_base
        marked = muted if level is None else self.theme_styles.level[level] + on_base
        sign = " " if level is None else glyphs.level[level]
        said = f"{sign} {row.word}"
        head = [
            Segment(f"  {row.step:<{STEP_WIDTH}}", base),
            Segment(said, marked),
            Segment(" " * (WORD_WIDTH - len(said)), base),
            Segment(f"{row.elapsed:>{TIME_WIDTH}}  ", muted),
        ]
        beside = width >= ROOM_BESIDE
        indent = Segment.get_line_length(head) if beside else BELOW
        pieces = list(word_wrapped(safe(row.sentence), max(8, width - indent - 1)))
        words = muted if level is None else base
        yield [*head, Segment(pieces.pop(0), words)] if beside else head
        for piece in pieces:
            yield [Segment(" " * indent, base), Segment(piece, words)]

    def _cause_lines(self, width: int) -> Iterator[Line]:
        base = self._cause.background
        level, text = Level.UNKNOWN, BROKE_DOWN
        if self.diagnosis:
            level, text = self.diagnosis.level, safe(self._secrets.hidden(self.diagnosis.sentence))
        elif not self._broke_down:
            yield [Segment(" Looking. It takes twenty seconds at most.", base)]
            return
        style = self.theme_styles.level[level] + Style(bgcolor=base.bgcolor, bold=True)
        for line in word_wrapped(text, max(8, width - 2)):
            yield [Segment(f" {line}".ljust(width), style)]
