"""``wallboard status``: the status of the board in one line."""

from pathlib import Path

import click

from wallboard.cli.options.recording import recording_of_config, recording_options
from wallboard.cli.run.status import FORMATS, print_status


@click.command(
    "status",
    short_help="One line on the board, for a prompt or a status bar.",
    help="""\
Print how the board stands in one line: alarms that are new, acknowledged or shelved, and how many
entry points are open. Polls nothing: it reads the recording, which a board keeps while it runs.
""",
    epilog="""\b
Examples:
  wallboard status                        2 new · 1 acked · 57 open
  wallboard status --format json
  tmux set -g status-right '#(wallboard status)' \\; set -g status-interval 5
\b
Exit status: 0 no alarm stands, 1 all are handled, 2 some are not, 3 nothing
is known: no data, no network, no recording yet; 64 and above: an error.
""",
)
@recording_options
@click.option("--format", "form", type=click.Choice(FORMATS), default="text",
              help="Output format: text or JSON.")  # fmt: skip
def command(file: Path | None, config: Path | None, form: str) -> int:
    return print_status(str(file or recording_of_config(config)[0]), form)
