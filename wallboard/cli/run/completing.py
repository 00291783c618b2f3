"""Completes command lines: what a shell's script asks for at every Tab, so nothing heavy."""

from collections.abc import Iterator, Mapping
from shlex import quote

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from wallboard.cli.run import exit_codes
from wallboard.cli.run.registry import DEFAULT, group, with_command
from wallboard.domain.foreign_text import safe

_DEFAULTS: Mapping[tuple[str, ...], str] = {(): DEFAULT, ("metrics",): "serve"}
"""The command that runs where none is named after these words."""


def script(shell: str) -> str:
    """The script that makes a shell ask us."""
    return _asker(shell).source()


def complete(instruction: str) -> int:
    """Answer a shell's script; the exit status. The line comes by the environment."""
    shell, _, what = instruction.partition("_")
    try:
        asker = _asker(shell)
        words, incomplete = asker.get_completion_args()
        # Bash parts --server=prod at the sign.
        items = _items(asker, [word for word in words if word != "="], incomplete)
        found = [_typed(item, shell) for item in items if item.value == safe(item.value)]
    except Exception:  # noqa: BLE001 - somebody is typing: nothing may be said in between
        return exit_codes.INTERNAL
    if what == "complete":
        click.echo("\n".join(dict.fromkeys(map(asker.format_completion, found))))
    return exit_codes.OK


def _asker(shell: str) -> ShellComplete:
    kind = get_completion_class(shell)
    if kind is None:
        raise ValueError(f"no such shell: {shell}")
    return kind(group, {}, "wallboard", exit_codes.COMPLETE_VARIABLE)


def _items(
    asker: ShellComplete, words: list[str], incomplete: str
) -> Iterator["CompletionItem[str]"]:
    """What may come next; where no command is named yet, also what the default one takes."""
    words = with_command(words) if words else []
    yield from asker.get_completions(words, incomplete)
    if default := _DEFAULTS.get(tuple(words)):
        yield from asker.get_completions([*words, default], incomplete)


def _typed(item: "CompletionItem[str]", shell: str) -> "CompletionItem[str]":
    """The item as it must stand on the line, which only bash leaves to us."""
    if shell == "bash" and item.type == "plain":
        item.value = quote(item.value)
    return item
