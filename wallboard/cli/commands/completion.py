"""``wallboard completion``: what makes a shell complete the command line."""

import click

from wallboard.cli.run import exit_codes

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    short_help="Print a shell completion script.",
    help="""\
Print what makes a shell complete the command line of wallboard.

It completes commands, options, and the names of themes, scenarios, servers, groups and entry
points. Start a new shell, or source the script.
""",
    epilog="""\b
Examples:
  wallboard completion bash > ~/.local/share/bash-completion/completions/wallboard
  wallboard completion zsh > "${fpath[1]}/_wallboard"
  wallboard completion fish > ~/.config/fish/completions/wallboard.fish
  source <(wallboard completion bash)                  this shell only
""",
)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    from wallboard.cli.run.registry import script

    click.echo(script(shell), nl=False)
    return exit_codes.OK
