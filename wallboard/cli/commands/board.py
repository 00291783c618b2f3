"""``wallboard board``, or ``wallboard`` alone: the wall, or a text board without a terminal."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from wallboard.cli.options.board_options import board_options, board_options_of, record_options
from wallboard.cli.options.values import (
    Command,
    Number,
    WholeNumber,
    stacked,
    theme_name,
    theme_names,
)
from wallboard.cli.run.errors import config_errors
from wallboard.cli.run.output import warn
from wallboard.cli.run.process_memory import loading
from wallboard.config.reload import ConfigSource
from wallboard.config.state_folder import BoardId
from wallboard.feeds import Feed
from wallboard.frozen import frozen
from wallboard.settings import Settings


@frozen(kw_only=True)
class DisplayOptions:
    """What the command line says about how to show the board."""

    theme: str | None
    ascii: bool
    kiosk: bool
    rotate: float | None
    lite: bool
    frames: int | None
    every: float | None
    log: Path | None

    @property
    def as_text(self) -> bool:
        """Whether to print text: nobody is at a terminal, or text was asked for."""
        return self.frames is not None or self.every is not None or not at_a_terminal()

    def over(self, settings: Settings) -> Settings:
        """The settings with what the command line says instead of them."""
        return replace(
            settings,
            theme=settings.theme if self.theme is None else self.theme,
            ascii=self.ascii or settings.ascii,
            kiosk=self.kiosk or settings.kiosk,
            rotate=self.rotate or settings.rotate,
            lite=self.lite or settings.lite,
        )


def display_options(command: Command) -> Command:
    """Adds the options of ``DisplayOptions``; take them with ``display_options_of``."""
    return stacked(
        click.option("--theme", metavar="NAME", callback=theme_name, shell_complete=theme_names,
                     help="Theme; list them with `wallboard themes`."),
        click.option("--ascii", is_flag=True,
                     help="Use plain ASCII (automatic without a UTF-8 locale)."),
        click.option("--kiosk", is_flag=True,
                     help="Unattended wall screen: no footer, pages rotate, keys only change the "
                          "view."),
        click.option("--rotate", type=Number(min=1, max=86_400), metavar="SECONDS",
                     help="Seconds per kiosk page; default 15."),
        click.option("--lite", is_flag=True,
                     help="For slow links: 16 colours, fewer redraws."),
        click.option("--frames", type=WholeNumber(min=1), metavar="N",
                     help="Print N frames as text and exit."),
        click.option("--every", type=Number(min=0.1, max=86_400), metavar="SECONDS",
                     help="Print a frame as text this often; default: the polling interval."),
        click.option("--log", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                     help="Append wallboard's own errors to this file."),
    )(command)  # fmt: skip


def display_options_of(parameters: dict[str, Any]) -> DisplayOptions:
    """Takes the options of ``DisplayOptions`` out of a command's parameters."""
    return DisplayOptions(
        **{name: parameters.pop(name) for name in DisplayOptions.__dataclass_fields__}
    )


def show(
    settings: Settings,
    display: DisplayOptions,
    make_feed: Callable[[Settings], Feed],
    source: ConfigSource | None = None,
) -> int:
    """Show the board until the operator ends it; the exit status.

    A board with a ``source`` remembers how it was arranged and follows its config.
    """
    _start_log(display.log, quiet=not display.as_text)
    if not display.as_text:
        with loading():
            from wallboard.ui.app.app import run_board
            from wallboard.ui.app.configured_keys import with_good_keys

        path = source.path if source else None
        with config_errors():
            settings = with_good_keys(display.over(settings), path)
        if source:
            read = source.read
            source = replace(source, read=lambda: with_good_keys(display.over(read()), path))
        themed = display.theme is not None
        return run_board(settings, make_feed, source=source, themed=themed)
    from wallboard.cli.run.text_board import print_board
    from wallboard.live import LiveBoard

    if display.frames is None and display.every is None:
        warn("no terminal to draw on, printing the board as text (--frames N ends after N frames)")
    live = LiveBoard(settings, make_feed, source=source)
    return asyncio.run(print_board(live, every=display.every, frames=display.frames))


def at_a_terminal() -> bool:
    """Whether somebody can see the board and press keys, on a terminal that can be drawn on."""
    from wallboard.ui.look.terminal_abilities import can_be_drawn_on

    if not can_be_drawn_on(os.environ.get("TERM", "")):
        return False
    return all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _is_pipe(path: Path) -> bool:
    try:
        return path.is_fifo()
    except OSError:  # opening it will say why
        return False


def _start_log(file: Path | None, *, quiet: bool) -> None:
    if file:
        if _is_pipe(file):
            raise click.BadParameter("is a pipe; give a file", param_hint=["--log"])
        # What a full disk does not take must not tear the picture.
        logging.raiseExceptions = False
        try:
            logging.basicConfig(filename=file, format="%(asctime)s %(name)s %(message)s")
        except OSError as error:
            why = f"cannot write: {error.strerror}"
            raise click.BadParameter(why, param_hint=["--log"]) from None
    elif quiet:
        # A stray line on stderr would tear the picture.
        logging.getLogger().addHandler(logging.NullHandler())


@click.command(
    "board",
    short_help="Show the live board (the default command).",
    help="""\
Show the live board: every chat entry point, worst first.

Without a terminal it is printed as append-only text.
""",
    epilog="""\b
Examples:
  wallboard
  wallboard --url https://ece.example.com 1000 1005-1010
  wallboard --frames 3 | tee board.log
""",
)
@board_options
@record_options
@display_options
def command(**parameters: object) -> int:
    display = display_options_of(parameters)
    with loading():
        settings, source = board_options_of(parameters).opened()
    return show(settings, display, feed_of(source.board), source)


def feed_of(board: BoardId) -> Callable[[Settings], Feed]:
    """Makes the feed of a board that records what it polls, or follows who does."""

    def make(settings: Settings) -> Feed:
        # Only now, after the first paint, for what it needs takes long to load.
        from wallboard.feeds.shared import SharedFeed

        return SharedFeed(settings, board.whole)

    return make
