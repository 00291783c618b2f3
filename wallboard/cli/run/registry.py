"""The commands by name, loaded when they are asked for, and their completion in a shell."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

import click

from wallboard import __version__
from wallboard.cli.run import exit_codes
from wallboard.cli.run.output import output_size
from wallboard.cli.run.process_memory import loading

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem, ShellComplete

SECTIONS = {
    "Boards": ("board", "replay", "demo"),
    "Servers": ("check", "watch", "raw", "survey", "discover", "doctor"),
    "Alarms": ("alarms", "notify", "status"),
    "Recording": ("history", "handover", "availability", "export", "recording"),
    "Services": ("record", "metrics", "fleet", "monitoring", "simulate"),
    "Setup": ("config", "calendar", "themes", "completion", "help"),
}
"""The commands in the order of the help."""

COMMANDS = tuple(name for names in SECTIONS.values() for name in names)
DEFAULT = "board"

LEAST_WIDTH, MOST_WIDTH = 50, 100
"""Of the help, in columns."""
_GLOBAL_OPTIONS = {"--help", "-h", "--version"}


class LazyGroup(click.Group):
    """Imports the file of a command only when that command is run or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands there are."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or ``None``."""
        if cmd_name not in COMMANDS:
            return None
        with loading():
            command = import_module(f"wallboard.cli.commands.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of the board, which is what runs without a command, then the commands."""
        board = self.get_command(ctx, DEFAULT)
        params = [*(board.params if board else ()), *self.get_params(ctx)]
        options = [param for param in params if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        with formatter.section("Board options"):
            formatter.write_dl(records)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, by what one wants of them."""
        widest = max(map(len, COMMANDS))
        room = formatter.width - 6 - widest
        for title, names in SECTIONS.items():
            commands = {name: self.get_command(ctx, name) for name in names}
            helps = [
                (n.ljust(widest), c.get_short_help_str(room)) for n, c in commands.items() if c
            ]
            with formatter.section(title):
                formatter.write_dl(helps, col_max=widest)


def with_command(args: list[str]) -> list[str]:
    """The arguments, with the board put in front where no command is named."""
    if args and (args[0] in COMMANDS or args[0] in _GLOBAL_OPTIONS):
        return args
    return [DEFAULT, *args]


def help_width() -> int:
    """The columns of the help; click would believe a ``COLUMNS`` that is out of date."""
    return max(LEAST_WIDTH, min(output_size().columns, MOST_WIDTH) - 2)


@click.group(
    cls=LazyGroup,
    help="""\
A live wallboard for Cisco ECE chat entry points: can a customer start a chat right now?

Without a command, shows the board.
""",
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[OPTIONS]",
    subcommand_metavar="[COMMAND | ENTRY POINT IDS]",
    epilog="""\b
Examples:
  wallboard                       the board of ./wallboard.toml
  wallboard --url http://ece.example.com 1000 1005-1010
                                  a board without a config
  wallboard check --format json   poll everything once, for scripts
  wallboard demo                  a live board on simulated data
\b
Without a terminal (a pipe, a log) the board is printed as append-only text.
Exit status: 0; check: 0 ok, 1 warning, 2 critical, 3 unknown; otherwise
64 usage, 69 unavailable, 70 internal error, 74 output not writable, 76
invalid answer, 78 config, 130 Ctrl-C.
""",
)
@click.version_option(__version__, prog_name="wallboard", message="%(prog)s %(version)s")
@click.option("--verbose", is_flag=True,
              help="With --version: also the form it is installed in, Python and all libraries.",
              )  # fmt: skip
def group(*, verbose: bool) -> None:
    pass


DEFAULTS: Mapping[tuple[str, ...], str] = {(): DEFAULT, ("metrics",): "serve"}
"""The command that runs where none is named after these words."""


def script(shell: str) -> str:
    """The script that makes a shell ask us."""
    return _asker(shell).source()


def complete(instruction: str) -> int:
    """Answer a shell's script; the exit status. The line comes by the environment."""
    from wallboard.domain.foreign_text import safe

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


def _asker(shell: str) -> "ShellComplete":
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise ValueError(f"no such shell: {shell}")
    return kind(group, {}, "wallboard", exit_codes.COMPLETE_VARIABLE)


def _items(
    asker: "ShellComplete", words: list[str], incomplete: str
) -> Iterator["CompletionItem[str]"]:
    """What may come next; where no command is named yet, also what the default one takes."""
    words = with_command(words) if words else []
    yield from asker.get_completions(words, incomplete)
    if default := DEFAULTS.get(tuple(words)):
        yield from asker.get_completions([*words, default], incomplete)


def _typed(item: "CompletionItem[str]", shell: str) -> "CompletionItem[str]":
    """The item as it must stand on the line, which only bash leaves to us."""
    if shell == "bash" and item.type == "plain":
        from shlex import quote

        item.value = quote(item.value)
    return item
