"""``wallboard themes``: what the board can look like."""

import click

from wallboard.cli.options.values import theme_names, unknown_theme
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError


@click.command(
    "themes",
    short_help="List or preview themes.",
    help="""\
List all themes with their colours, or preview the theme NAME.

Your own themes are files in `themes` in your config directory; they override shipped ones of the
same name.
""",
    epilog="""\b
Examples:
  wallboard themes
  wallboard themes nord
""",
)
@click.argument("name", required=False, shell_complete=theme_names)
def command(name: str | None) -> int:
    from wallboard.ui.look import glyphs
    from wallboard.ui.look.theme import theme_files
    from wallboard.ui.look.theme_file import ThemeError
    from wallboard.ui.themes import theme_preview

    signs = glyphs.choose("auto")
    files = theme_files()
    if name is None:
        click.echo(theme_preview.listing(files.values(), signs), nl=False)
        return exit_codes.OK
    if name not in files:
        raise click.BadParameter(unknown_theme(name, list(files)), param_hint=["NAME"])
    try:
        click.echo(theme_preview.full(files[name], signs), nl=False)
    except ThemeError as error:
        raise CommandError(str(error), exit_codes.CONFIG) from None
    return exit_codes.OK
