"""What the doctor on the wall looks at: servers of the board, and what it stands on."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from textual.geometry import Size

from wallboard.domain.doctor import Finding, OnFinding, Step
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Level
from wallboard.recorder.paths import RecordingFile, file_mode
from wallboard.settings import ServerSettings, Settings
from wallboard.ui.look.terminal_abilities import terminal_finding


class FollowedConfig(Protocol):
    """A config whose edits are taken up, and what is wrong with the last one."""

    @property
    def path(self) -> Path | None:
        """The file, if there is one."""

    @property
    def problems(self) -> tuple[str, ...]:
        """In words; empty while it can be used."""


class ExaminedBoard(Protocol):
    """What the doctor asks the board for."""

    settings: Settings
    clock: Callable[[], float]

    @property
    def size(self) -> Size:
        """The terminal, in cells."""

    @property
    def recording_path(self) -> Path | None:
        """Where the board is recorded, if it is."""

    @property
    def following(self) -> FollowedConfig | None:
        """What follows the config, if there is one."""


def servers_of(settings: Settings, key: EntryPointKey | None) -> list[ServerSettings]:
    """The server of an entry point, with only that to ask about; every server without one."""
    if key is None:
        return list(settings.server)
    return [
        replace(server, entry_point=tuple(e for e in server.entry_point if e.id == key.id))
        for server in settings.server
        if server.name == key.server
    ]


def look_at(
    board: ExaminedBoard, servers: Sequence[ServerSettings]
) -> Callable[[OnFinding], Awaitable[None]]:
    """A look at these servers and at this machine, by the settings of the board as they are now."""

    async def look(publish: OnFinding) -> None:
        from wallboard.feeds.doctor import look as look_around
        from wallboard.report.setup.doctor import versions_finding

        settings = replace(board.settings, server=tuple(servers))
        path = board.recording_path
        place = RecordingFile(path, file_mode(settings.record)) if path else None
        publish(await asyncio.to_thread(versions_finding))
        publish(_config(board))
        publish(terminal_finding(settings, os.terminal_size(board.size)))
        await look_around(settings, place, os.environ, publish, clock=board.clock)

    return look


def _config(board: ExaminedBoard) -> Finding:
    """Whether the settings of the board are still those of its config."""
    following = board.following
    if following is None or following.path is None:
        return Finding(Step.CONFIG, Level.OK, "None is used: the board was asked for without one.")
    facts = {"path": str(following.path)}
    if following.problems:
        words = f"It was edited and cannot be used as it is: {following.problems[0]}"
        return Finding(Step.CONFIG, Level.WARNING, words, facts=facts)
    words = f"{following.path}; the board follows its edits."
    return Finding(Step.CONFIG, Level.OK, words, facts=facts)
