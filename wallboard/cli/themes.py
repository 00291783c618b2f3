"""``wallboard themes``: what the board can look like."""

import click

from wallboard.cli import status
from wallboard.cli.errors import CommandError
from wallboard.cli.names import theme_names


@click.command(
    "themes",
    short_help="List the themes and show their colours.",
    help="""\
List all themes with their colours, or show everything in the one of that NAME.

Your own are files in the folder `themes` beside wallboard.toml in your config folder; they go
before shipped ones of the same name.
""",
    epilog="""\b
Examples:
  wallboard themes
  wallboard themes nord
""",
)
@click.argument("name", required=False, shell_complete=theme_names)
def command(name: str | None) -> int:
    from wallboard.ui import glyphs, preview
    from wallboard.ui.theme import theme_files
    from wallboard.ui.theme_file import ThemeError

    signs = glyphs.choose("auto")
    files = theme_files()
    if name is None:
        click.echo(preview.listing(files.values(), signs), nl=False)
        return status.OK
    if name not in files:
        raise click.BadParameter(_unknown(name, list(files)), param_hint=["NAME"])
    try:
        click.echo(preview.full(files[name], signs), nl=False)
    except ThemeError as error:
        raise CommandError(str(error), status.CONFIG) from None
    return status.OK


def _unknown(name: str, known: list[str]) -> str:
    from wallboard.config.problem import nearest

    return f"There is no theme {name!r}: {nearest(name, known)}"
