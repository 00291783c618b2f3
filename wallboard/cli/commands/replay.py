"""``wallboard replay``: the board of a recording, at any moment of it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.commands.board import DisplayOptions, display_options, display_options_of
from wallboard.cli.options.recording import (
    config_option,
    moment_of,
    moment_words,
    opened,
    recording_file,
)
from wallboard.cli.options.values import Number
from wallboard.cli.run.errors import CommandError, config_errors
from wallboard.domain.policy import Level, Verdict
from wallboard.settings import Settings

if TYPE_CHECKING:
    from wallboard.recorder.recording import Recording

MOST_CHANGES = 20_000
"""The newest changes, among which the last critical one is looked for."""

SAMPLES = 2
"""A text board shows no history."""


@click.command(
    "replay",
    short_help="Replay a recording on the board.",
    help="""\
Replay a recording on the board, paused; default FILE: that of the config's board.

Space plays, < and > jump between changes, g goes to a time, L to the end. Without a terminal the
board at that time is printed as text.
""",
    epilog="""\b
Examples:
  wallboard replay
  wallboard replay --at "yesterday 14:32"
  wallboard replay incident.db --at "2026-11-21 14:32+01:00" --speed 60
  wallboard replay --at -2h --frames 1
""",
)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@config_option
@click.option("--at", metavar="TIME",
              help="Start at: 14:32, 2026-11-21 14:32, yesterday 14:32, or -2h before the end. "
                   "Default: the newest change to critical, else the end.")  # fmt: skip
@click.option("--speed", type=Number(min=0.1, max=86_400), default=10.0,
              show_default=True, metavar="N",
              help="Playback speed, in recorded seconds per second.")  # fmt: skip
@display_options
def command(
    file: Path | None, config: Path | None, at: str | None, speed: float, **parameters: object
) -> int:
    display = display_options_of(parameters)
    if display.kiosk:
        raise click.UsageError("--kiosk only works on a live board.")
    path = recording_file(file, config)
    with opened(path) as recording:
        span = recording.span()
        if span is None:
            raise CommandError(f"the recording is empty\n{path}")
        begin = moment_of(at, span.last_at, "--at") if at else where_to_begin(recording)
        if not int(span.first_at) <= begin <= span.last_at + 1:
            raise click.BadParameter(
                f"{moment_words(begin)} is outside the recording, "
                f"{moment_words(span.first_at)} to {moment_words(span.last_at)}.",
                param_hint=["--at"],
            )
        begin = max(span.first_at, min(begin, span.last_at))
        if display.as_text:
            return _print(recording, begin, span.last_at, display)
        settings = _settings(config, display, recording.title)
        from wallboard.ui.app.replay_app import Start

        start = Start(
            path=path,
            entry_points=recording.entry_points(),
            first=recording.board_at(begin, history=settings.history),
            end=span.last_at,
            speed=speed,
        )
    from wallboard.ui.app.replay_app import run_replay

    return run_replay(settings, start)


def where_to_begin(recording: "Recording") -> float:
    """When something last became critical; else the end. Unix time in seconds."""
    for change in recording.changes(newest_first=True, limit=MOST_CHANGES):
        follows = change.of_server or change.endpoint or change.before == Verdict.WAITING
        if change.level is Level.CRITICAL and change.after != "ok" and not follows:
            return change.at
    span = recording.span()
    return span.last_at if span else 0.0


def _settings(config: Path | None, display: DisplayOptions, title: str) -> Settings:
    """How the board is drawn, by the config if there is one."""
    from wallboard.config import find_config, load_config
    from wallboard.config.config_file import working_folder
    from wallboard.ui.app.configured_keys import with_good_keys

    with config_errors():
        path = find_config(config, os.environ, working_folder())
        base = load_config(path, os.environ, servers_required=False) if path else Settings()
        settings = with_good_keys(display.over(base), path)
    quiet = replace(settings.alarm, bell=(), flash=(), desktop=False)
    return replace(settings, title=title, kiosk=False, alarm=quiet)


def _print(recording: "Recording", begin: float, end: float, display: DisplayOptions) -> int:
    """Print the board at the moment and, if asked, every so many seconds after it."""
    from wallboard.board import Board
    from wallboard.report.now.text import TextBoard

    entry_points = recording.entry_points()
    every = display.every or min((policy.interval for _, policy in entry_points), default=1.0)
    board, text = Board(entry_points, history=SAMPLES), TextBoard(recording.title)
    for number in range(display.frames or 1):
        at = begin + number * every
        if at > end:
            break
        board.fold(recording.board_at(at, history=SAMPLES))
        click.echo("\n".join(text.frame(board.snapshot(at))))
    return 0
