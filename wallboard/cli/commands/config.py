"""``wallboard config``: writes a config, checks it, shows the effective settings."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.commands.board import DisplayOptions, display_options, display_options_of
from wallboard.cli.commands.config_init import init
from wallboard.cli.options.board_options import (
    BoardOptions,
    board_options,
    board_options_of,
    record_options,
)
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError, config_errors

if TYPE_CHECKING:
    from wallboard.config import Problem
    from wallboard.config.effective import WrittenConfig


@click.command(
    "show",
    short_help="Show the effective settings and their sources.",
    help="""\
Show the effective settings and where each comes from: default, config line or option.

Accepts all board options. With IDS, --group or --server it shows the thresholds, levels,
alarm rules, contact and button rule of each entry point and where they are inherited from. Secrets
are hidden.
""",
    epilog="""\b
Examples:
  wallboard config show
  wallboard config show 1005                     what holds for 1005, and where it was set
  wallboard config show --group EMEA --interval 5
  wallboard config show --format toml > effective.toml
""",
)
@board_options
@record_options
@display_options
@click.option("--format", "form", type=click.Choice(["text", "toml", "json"]), default="text",
              help="Output format: columns (text), TOML with comments, or JSON.")  # fmt: skip
def show(form: str, **parameters: object) -> int:
    from wallboard.config.effective import effective
    from wallboard.report.setup.effective import effective_json, effective_text, effective_toml

    display, target = display_options_of(parameters), board_options_of(parameters)
    settings, source = target.opened()
    policies = target.url is None and bool(target.ids or target.groups or target.servers)
    written = _written(source.path, {**_board_given(target), **_display_given(display)})
    sections = effective(display.over(settings), written, policies=policies)
    if form == "json":
        text = effective_json(sections, source.path)
    elif form == "toml":
        text = effective_toml(sections, source.path)
    else:
        text = effective_text(sections, source.path, policies=policies)
    click.echo(text, nl=False)
    return exit_codes.OK


def _written(path: Path | None, options: Mapping[str, str]) -> "WrittenConfig":
    from wallboard.config.config_file import parsed, read_text
    from wallboard.config.document import lines_in
    from wallboard.config.effective import WrittenConfig

    if path is None:
        return WrittenConfig(document={}, lines={}, options=options)
    with config_errors():
        text = read_text(path)
        return WrittenConfig(document=parsed(text, path), lines=lines_in(text), options=options)


def _board_given(target: BoardOptions) -> dict[str, str]:
    given = {}
    if target.interval is not None:
        given["interval"] = "--interval"
    if target.record or target.no_record:
        given["record"] = "--no-record" if target.no_record else "--record"
    return given


def _display_given(display: DisplayOptions) -> dict[str, str]:
    """What ``DisplayOptions.over`` puts in place of the settings of the same names."""
    names = ("theme", "ascii", "kiosk", "rotate", "lite")
    return {name: f"--{name}" for name in names if getattr(display, name) not in {None, False}}


@click.group(
    "config",
    short_help="Create, check and explain the config.",
    help="Create a config, check it, show the effective settings, print its schema.",
    no_args_is_help=False,
    epilog="""\b
Examples:
  wallboard config init
  wallboard config check
  wallboard config show 1005
  wallboard config schema > wallboard.schema.json
""",
)
def command() -> None:
    pass


command.add_command(init)
command.add_command(show)


@command.command(
    "check",
    short_help="Check a config for errors.",
    help="""\
Check FILE, or the config that the board would use.

Errors name file, table and key and how to fix it; warnings are about settings that are valid but
probably a mistake. No server is contacted.
""",
    epilog="""\b
Examples:
  wallboard config check
  wallboard config check /etc/wallboard.toml && systemctl reload wallboard
  wallboard config check --format json | jq '.errors[].message'
\b
Exit status: 0 valid (warnings or not), 78 invalid.
""",
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="The same as FILE.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              help="Output format: text or JSON.")  # fmt: skip
def check(file: Path | None, config: Path | None, form: str) -> int:
    from wallboard.config import ConfigError

    if file and config and file != config:
        raise click.UsageError("FILE and --config are different files; give one.")
    path: Path | None = None
    warned: list[Problem] = []
    errors: tuple[Problem, ...] = ()
    try:
        path = _found(file or config)
        warned = _checked(path)
    except ConfigError as error:
        errors = error.problems
    if form == "json":
        click.echo(_as_json(path, errors, warned), nl=False)
    else:
        _say(path, errors, warned)
    return exit_codes.CONFIG if errors else exit_codes.OK


@command.command(
    "schema",
    short_help="Print a JSON Schema, for editors.",
    help="Print a JSON Schema of the config: every setting with type, limits and description.",
    epilog="""\b
Examples:
  wallboard config schema > wallboard.schema.json
\b
Editors with Taplo (Even Better TOML in VS Code, Helix, Neovim) complete and
check a config whose first line is:
  #:schema ./wallboard.schema.json
""",
)
def schema() -> int:
    from wallboard.config.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
    return exit_codes.OK


def _found(named: Path | None) -> Path:
    from wallboard.config import find_config
    from wallboard.config.config_file import where_looked, working_folder

    path = find_config(named, os.environ, working_folder())
    if path is None:
        raise CommandError(
            f"no config found\nLooked for: {where_looked()}\nTo create one: wallboard config init",
            exit_codes.CONFIG,
        )
    return path


def _checked(path: Path) -> "list[Problem]":
    """The warnings about a config. Raises ``ConfigError`` for what is wrong with it."""
    from wallboard.config import load_config
    from wallboard.config.config_file import read_document
    from wallboard.config.warnings import warnings

    settings = load_config(path, os.environ)
    if settings.keys:
        # Only the wall knows its keys; without any in the config it is not loaded.
        from wallboard.ui.app.configured_keys import with_good_keys

        with_good_keys(settings, path)
    return [*warnings(settings, read_document(path), path), *_theme(settings.theme, path)]


def _theme(name: str, path: Path) -> "list[Problem]":
    from wallboard.config import Problem
    from wallboard.domain.foreign_text import escaped
    from wallboard.domain.nearest import nearest
    from wallboard.ui.look.theme import AUTO, load, theme_files
    from wallboard.ui.look.theme_file import ThemeError

    if name == AUTO:
        return []
    try:
        problem = load(name).problem
    except ThemeError as error:
        known = theme_files()
        why = escaped(error) if name in known else f"is not there; {nearest(name, list(known))}"
        problem = f"{why}; using another theme"
    return [Problem(escaped(path), "", "theme", escaped(problem))] if problem else []


def _say(path: Path | None, errors: "tuple[Problem, ...]", warned: "list[Problem]") -> None:
    for problem in warned:
        click.echo(f"warning: {problem}")
    for problem in errors:
        click.echo(f"error: {problem}")
    if errors:
        count = len(errors)
        click.echo(f"{count} error{'s' * (count != 1)}: invalid config", err=True)
    else:
        from wallboard.domain.foreign_text import safe

        click.echo(f"{safe(str(path))}: OK")


def _as_json(path: Path | None, errors: "tuple[Problem, ...]", warned: "list[Problem]") -> str:
    def listed(problems: "tuple[Problem, ...] | list[Problem]") -> list[dict[str, str]]:
        keys = ("file", "table", "key", "message")
        return [{key: getattr(problem, key) for key in keys} for problem in problems]

    document = {
        "config": str(path) if path else None,
        "usable": not errors,
        "errors": listed(errors),
        "warnings": listed(warned),
    }
    return json.dumps(document, indent=1) + "\n"
