"""What a monitoring system wants of a command it runs: always a status line, always 0 to 3."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import click

from wallboard.cli.run.errors import CommandError

NAGIOS = "nagios"

NAGIOS_TIMEOUT_SECONDS = 50.0
"""Monitoring systems end a check after sixty seconds, unless told otherwise."""

UNKNOWN = 3


class PluginCommand(click.Command):
    """A command that, with ``--format nagios``, tells its own errors as the state UNKNOWN."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - as click has it
    ) -> click.Context:
        """The parsed command line."""
        if not _wants_nagios(args):
            return super().make_context(info_name, args, parent, **extra)
        with _unknown_on_errors():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run the command."""
        if ctx.params.get("form") != NAGIOS:
            return super().invoke(ctx)
        with _unknown_on_errors():
            return super().invoke(ctx)


@contextmanager
def _unknown_on_errors() -> Iterator[None]:
    try:
        yield
    except (click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - a monitoring system reads no other sentence
        from wallboard.report.now.nagios import nagios_unknown

        click.echo(nagios_unknown(_in_words(error)))
        raise click.exceptions.Exit(UNKNOWN) from None


def _in_words(error: Exception) -> str:
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, CommandError):
        return str(error)
    return f"this should not have happened: {type(error).__name__}: {error}"


def _wants_nagios(args: Sequence[str]) -> bool:
    return f"--format={NAGIOS}" in args or ("--format", NAGIOS) in pairwise(args)
