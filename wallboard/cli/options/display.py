"""How a board is shown: the wall on a terminal, appended text anywhere else."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from wallboard.cli.options.completions import theme_names
from wallboard.cli.options.types import Number, WholeNumber
from wallboard.cli.run.errors import config_errors
from wallboard.config.reload import ConfigSource
from wallboard.feeds import Feed
from wallboard.frozen import frozen
from wallboard.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


@frozen(kw_only=True)
class Face:
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


def face_options(command: Command) -> Command:
    """Adds the options of ``Face`` to a command; take them with ``face_of``."""
    options = (
        click.option("--theme", metavar="NAME", shell_complete=theme_names,
                     help="The theme of the board; `wallboard themes` shows them all."),
        click.option("--ascii", is_flag=True,
                     help="Draw with plain ASCII, as is done where the locale is not UTF-8."),
        click.option("--kiosk", is_flag=True,
                     help="A wall that nobody sits at: no footer, pages that turn by themselves, "
                          "and keys that change nothing but the picture."),
        click.option("--rotate", type=Number(min=1, max=86_400), metavar="SECONDS",
                     help="How long a page of a kiosk stands; 15 unless set."),
        click.option("--lite", is_flag=True,
                     help="For slow links: sixteen colours, fewer pictures, sweeping charts."),
        click.option("--frames", type=WholeNumber(min=1), metavar="N",
                     help="Print the board as text and end after this many frames."),
        click.option("--every", type=Number(min=0.1, max=86_400), metavar="SECONDS",
                     help="Print the board as text, a frame this often; an interval unless given."),
        click.option("--log", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                     help="Append the program's own troubles to this file."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def face_of(parameters: dict[str, Any]) -> Face:
    """Takes the options of ``Face`` out of a command's parameters."""
    return Face(**{name: parameters.pop(name) for name in Face.__dataclass_fields__})


def show(
    settings: Settings,
    face: Face,
    make_feed: Callable[[], Feed],
    source: ConfigSource | None = None,
) -> int:
    """Show the board until the operator ends it; the exit status.

    A board with a ``source`` remembers how it was arranged and follows its config.
    """
    _start_log(face.log, quiet=not face.as_text)
    if not face.as_text:
        from wallboard.ui.app.app import run_board
        from wallboard.ui.app.configured_keys import with_good_keys

        path = source.path if source else None
        with config_errors():
            settings = with_good_keys(face.over(settings), path)
        if source:
            read = source.read
            source = replace(source, read=lambda: with_good_keys(face.over(read()), path))
        themed = face.theme is not None
        return run_board(settings, make_feed, source=source, themed=themed)
    from wallboard.cli.run.text_board import print_board
    from wallboard.live import LiveBoard

    if face.frames is None and face.every is None:
        click.echo(
            "wallboard: no terminal here that can be drawn on, so the board is printed as text; "
            "--frames N ends it after N frames.",
            err=True,
        )
    live = LiveBoard(settings, make_feed, source=source)
    asyncio.run(print_board(live, every=face.every, frames=face.frames))
    return 0


def at_a_terminal() -> bool:
    """Whether somebody can see the board and press keys, on a terminal that can be drawn on."""
    from wallboard.ui.look.terminal_abilities import can_be_drawn_on

    if not can_be_drawn_on(os.environ.get("TERM", "")):
        return False
    return all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _start_log(file: Path | None, *, quiet: bool) -> None:
    if file:
        if file.is_fifo():
            raise click.BadParameter("is a pipe; name a file", param_hint=["--log"])
        # What a full disk does not take must not tear the picture.
        logging.raiseExceptions = False
        try:
            logging.basicConfig(filename=file, format="%(asctime)s %(name)s %(message)s")
        except OSError as error:
            why = f"cannot be written: {error.strerror}"
            raise click.BadParameter(why, param_hint=["--log"]) from None
    elif quiet:
        # A stray line on stderr would tear the picture.
        logging.getLogger().addHandler(logging.NullHandler())
