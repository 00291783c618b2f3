"""The options that put ranges in place of the config's thresholds, for one check."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.policy import Level, Policy

if TYPE_CHECKING:
    from wallboard.domain.ranges import Limit

Command = TypeVar("Command", bound=Callable[..., Any])


def limit_options(command: Command) -> Command:
    """Adds ``-w`` and ``-c``; take them with ``limits_of``."""
    options = (
        click.option("-w", "--warning", "warnings", multiple=True, metavar="FIGURE=RANGE",
                     help="Warn by this range of `wait` (seconds), `queue` or `capacity`, in place "
                     "of that threshold of the config; may be given again."),
        click.option("-c", "--critical", "criticals", multiple=True, metavar="FIGURE=RANGE",
                     help="The same for critical."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def limits_of(parameters: dict[str, Any]) -> "list[Limit]":
    """Takes ``-w`` and ``-c`` out of a command's parameters. Raises ``click.BadParameter``."""
    words = {
        (Level.WARNING, "-w"): parameters.pop("warnings"),
        (Level.CRITICAL, "-c"): parameters.pop("criticals"),
    }
    return [_limit(word, level, option) for (level, option), given in words.items()
            for word in given]  # fmt: skip


def limited(
    entry_points: Iterable[tuple[EntryPoint, Policy]], limits: "Sequence[Limit]"
) -> list[tuple[EntryPoint, Policy]]:
    """The entry points, judged by the limits where those say something."""
    if not limits:
        return list(entry_points)
    from wallboard.domain.ranges import with_limits

    found, changed = list(entry_points), {}
    for _, policy in found:
        if id(policy) not in changed:
            changed[id(policy)] = replace(policy, thresholds=with_limits(policy.thresholds, limits))
    return [(one, changed[id(policy)]) for one, policy in found]


def _limit(word: str, level: Level, option: str) -> "Limit":
    from wallboard.domain.ranges import Figure, Limit, parse_range

    name, equals, text = word.partition("=")
    if not equals:
        raise click.BadParameter("Write it as wait=60 or capacity=1:.", param_hint=[option])
    names = [figure.value for figure in Figure]
    if name.strip().lower() not in names:
        from wallboard.config.problem import nearest

        why = f"There is no figure {name!r}; {nearest(name, names)}"
        raise click.BadParameter(why, param_hint=[option])
    try:
        found = parse_range(text.strip())
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint=[option]) from None
    return Limit(Figure(name.strip().lower()), level, found)
