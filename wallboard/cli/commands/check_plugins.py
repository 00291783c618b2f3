"""The formats of ``check`` for monitoring systems, in which errors are told in the same way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple

import click

from wallboard.cli.run.errors import CommandError

PLUGIN_TIMEOUT_SECONDS = 50.0
"""Monitoring systems end a check after sixty seconds, unless told otherwise."""


class Plugin(NamedTuple):
    """A format: who makes its text, of a snapshot and of an error, and the exit statuses.

    ``status`` is the exit status of every check, or ``None`` if that is its level.
    """

    module: str
    report: str
    error: str
    error_status: int
    status: int | None


PLUGINS: Mapping[str, Plugin] = {
    "nagios": Plugin("wallboard.report.now.nagios", "nagios_report", "nagios_unknown", 3, None),
    "checkmk": Plugin("wallboard.report.now.checkmk", "checkmk_report", "checkmk_unknown", 0, 0),
    "prtg": Plugin("wallboard.report.now.prtg", "prtg_report", "prtg_error", 0, 0),
}


class PluginCommand(click.Command):
    """A command that tells its own errors in the format for a monitoring system."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - as click has it
    ) -> click.Context:
        """The parsed command line."""
        with _errors_for(_plugin_of(args)):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run the command."""
        with _errors_for(PLUGINS.get(ctx.params.get("form", ""))):
            return super().invoke(ctx)


def _plugin_of(args: Sequence[str]) -> Plugin | None:
    """That of a command line that is not parsed yet."""
    pairs = set(pairwise(args))
    asked = (one for name, one in PLUGINS.items()
             if f"--format={name}" in args or ("--format", name) in pairs)  # fmt: skip
    return next(asked, None)


@contextmanager
def _errors_for(plugin: Plugin | None) -> Iterator[None]:
    try:
        yield
    except (click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except Exception as error:  # a monitoring system reads no other sentence
        if plugin is None:
            raise
        error_text: Callable[[str], str] = getattr(import_module(plugin.module), plugin.error)
        click.echo(error_text(_in_words(error)))
        raise click.exceptions.Exit(plugin.error_status) from None


def _in_words(error: Exception) -> str:
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, CommandError):
        return str(error)
    return f"internal error: {type(error).__name__}: {error}"
