"""Parts of options: numbers, names that a half-typed word may become, several at once."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wallboard.config.document import Toml

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


Command = TypeVar("Command", bound=Callable[..., Any])


def stacked(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Adds several options and arguments to a command, the first of them first in its help."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


class Number(click.FloatRange):
    """A finite number within limits; ``nan`` is within all of them, and ``inf`` within many."""

    name = "number"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The number of a word. Raises ``click.BadParameter``."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a valid {self.name}.", param, ctx)
        return number


class WholeNumber(click.IntRange):
    """A whole number within limits."""

    name = "whole number"


def theme_names(_context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
    """Themes."""
    from wallboard.ui.look.theme import AUTO, available

    return _beginning(begun, [AUTO, *available()])


def theme_name(_context: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    """A callback for options: a theme that exists, or ``auto``."""
    if name is None:
        return None
    from wallboard.ui.look.theme import AUTO, theme_files

    known = list(theme_files())
    if name != AUTO and name not in known:
        raise click.BadParameter(unknown_theme(name, [AUTO, *known]))
    return name


def unknown_theme(name: str, known: list[str]) -> str:
    """That there is no such theme, with the nearest."""
    from wallboard.domain.nearest import nearest

    return f"Unknown theme {name!r}; {nearest(name, known)}"


def scenario_names(
    _context: click.Context, _option: click.Parameter, begun: str
) -> "list[CompletionItem[str]]":
    """Shipped scenarios, or else files."""
    from click.shell_completion import CompletionItem

    from wallboard.simulator.scenario import shipped_scenarios

    names = [CompletionItem(name) for name in _beginning(begun, shipped_scenarios())]
    return names or [CompletionItem(begun, type="file")]


def endpoint_names(_context: click.Context, _argument: click.Parameter, begun: str) -> list[str]:
    """The five endpoints, in whatever case they were begun."""
    from wallboard.domain.endpoint import Endpoint

    return [name for name in Endpoint if name.lower().startswith(begun.lower())]


def server_names(context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
    """Servers of the config."""
    return _beginning(begun, (server.get("name") for server in _servers(context)))


def group_names(context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
    """Groups that entry points of the config are in."""
    return _beginning(begun, (entry.get("group") for entry in _entry_points(context)))


def entry_point_ids(
    context: click.Context, _argument: click.Parameter, begun: str
) -> "list[CompletionItem[str]]":
    """Entry points of the config, with their names where the shell shows such."""
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(str(entry["id"]), help=str(entry.get("name") or "") or None)
        for entry in _entry_points(context)
        if str(entry.get("id", "")).startswith(begun)
    ]


def _servers(context: click.Context) -> list[Toml]:
    """The servers of the config as they are written: what is wrong with them is not asked here."""
    from wallboard.config import ConfigError, find_config
    from wallboard.config.config_file import read_document, working_folder

    if context.params.get("url"):
        return []
    named = context.params.get("config")
    try:
        path = find_config(Path(named) if named else None, os.environ, working_folder())
        document = read_document(path) if path else {}
    except ConfigError:
        return []
    return _tables(document, "server")


def _entry_points(context: click.Context) -> Iterator[Toml]:
    for server in _servers(context):
        yield from _tables(server, "entry_point")


def _tables(holder: Toml, key: str) -> list[Toml]:
    tables = holder.get(key)
    return [one for one in tables if isinstance(one, dict)] if isinstance(tables, list) else []


def _beginning(begun: str, names: Iterable[object]) -> list[str]:
    texts = (name for name in names if isinstance(name, str) and name)
    return list(dict.fromkeys(name for name in texts if name.startswith(begun)))
