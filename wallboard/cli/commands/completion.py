"""``wallboard completion``: what makes a shell complete the command line."""

import click

from wallboard.cli.run import exit_codes

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    short_help="Print what makes your shell complete commands.",
    help="""\
Print a script that makes SHELL complete wallboard's command line.

It completes commands and options, and names of themes, scenarios, servers, groups and entry
points as they are at that moment. Start a new shell, or source the script, to have it.
""",
    epilog="""\b
Examples:
  wallboard completion bash > ~/.local/share/bash-completion/completions/wallboard
  wallboard completion zsh > "${fpath[1]}/_wallboard"
  wallboard completion fish > ~/.config/fish/completions/wallboard.fish
  source <(wallboard completion bash)                  only for this shell
""",
)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    from wallboard.cli.run.registry import script

    click.echo(script(shell), nl=False)
    return exit_codes.OK
