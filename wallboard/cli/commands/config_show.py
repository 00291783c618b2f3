"""``wallboard config show``: what holds in the end, and where each of it came from."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wallboard.cli.options.board_options import (
    BoardOptions,
    board_options,
    board_options_of,
    record_options,
)
from wallboard.cli.options.display import Face, face_of, face_options
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import config_errors

if TYPE_CHECKING:
    from wallboard.config.effective import WrittenConfig


@click.command(
    "show",
    short_help="Show what holds in the end, and where each of it came from.",
    help="""\
Show every setting that holds and where it came from: the default, a line, an option.

It takes all options of the board. For entry points that IDS, --group or --server choose it
shows the thresholds, levels and button rule that hold for each, and from whom they are
inherited. Secrets are hidden.
""",
    epilog="""\b
Examples:
  wallboard config show
  wallboard config show 1005                     all that 1005 is judged by, and why
  wallboard config show --group EMEA --interval 5
  wallboard config show --format toml > effective.toml
""",
)
@board_options
@record_options
@face_options
@click.option("--format", "form", type=click.Choice(["text", "toml", "json"]), default="text",
              help="Columns for people (the default), TOML with comments, or JSON.")  # fmt: skip
def show(form: str, **parameters: object) -> int:
    from wallboard.config.effective import effective
    from wallboard.report.setup.effective import effective_json, effective_text, effective_toml

    face, target = face_of(parameters), board_options_of(parameters)
    settings, source = target.opened()
    policies = target.url is None and bool(target.ids or target.groups or target.servers)
    written = _written(source.path, {**_target_options(target), **_face_options(face)})
    sections = effective(face.over(settings), written, policies=policies)
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


def _target_options(target: BoardOptions) -> dict[str, str]:
    given = {}
    if target.interval is not None:
        given["interval"] = "--interval"
    if target.record or target.no_record:
        given["record"] = "--no-record" if target.no_record else "--record"
    return given


def _face_options(face: Face) -> dict[str, str]:
    """What ``Face.over`` puts in place of the settings of the same names."""
    names = ("theme", "ascii", "kiosk", "rotate", "lite")
    return {name: f"--{name}" for name in names if getattr(face, name) not in {None, False}}
