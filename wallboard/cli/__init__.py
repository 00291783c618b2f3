"""The command line: one file per command, and the only place that wires parts together."""

TYPE_CHECKING = False
"""Not from ``typing``: loading that takes longer than answering ``--version``."""

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def main(args: "Sequence[str] | None" = None) -> "NoReturn":
    """Run the command in ``args`` (``sys.argv`` unless given) and exit with its status."""
    import sys

    try:
        from wallboard.cli.run.run import run
    except KeyboardInterrupt:
        # Ctrl-C before there is anything to end.
        sys.exit(130)
    sys.exit(run(sys.argv[1:] if args is None else list(args)))
