"""``wallboard metrics``: the board for a metrics server, and the files to make use of it."""

import asyncio
import logging
import time

import click

from wallboard.cli.exposure import DEFAULT_ADDRESS, Address, address
from wallboard.cli.options import record_options, target_of, target_options

SERVE = "serve"


class _ServesUnlessTold(click.Group):
    """A group whose first command runs where none is named, so that ids need no other word."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in {*self.commands, *self.get_help_option_names(ctx)}:
            args = [SERVE, *args]
        return super().parse_args(ctx, args)


@click.group(
    "metrics",
    cls=_ServesUnlessTold,
    short_help="Serve the board to a metrics server (Prometheus, OpenMetrics).",
    subcommand_metavar="[COMMAND | OPTIONS AND ENTRY POINT IDS]",
    epilog=f"""\b
Examples:
  wallboard metrics                        on http://{DEFAULT_ADDRESS}/metrics
  wallboard metrics --listen 0.0.0.0:{DEFAULT_ADDRESS.port}
  wallboard metrics --url https://ece.example.com 1000-1010
  wallboard metrics rules > wallboard.rules.yml
  wallboard metrics dashboard > wallboard.json
\b
`wallboard metrics serve --help` shows all options.
""",
)
def command() -> None:
    """Poll and serve the board to a metrics server; a scrape itself never polls.

    Needs the extra: pip install "wallboard[metrics]". Without a command it serves.
    """


@command.command(
    SERVE,
    short_help="Poll, and serve what is known to whoever scrapes; runs unless told otherwise.",
    epilog=f"""\b
Examples:
  wallboard metrics
  wallboard metrics --listen {DEFAULT_ADDRESS.port} --config /etc/wallboard.toml
  wallboard metrics --url https://ece.example.com 1000-1010 --no-record
""",
)
@target_options
@click.option("--listen", callback=address, default=str(DEFAULT_ADDRESS), show_default=True,
              metavar="[HOST:]PORT",
              help="Where to listen; beyond this machine only if you say so. Port 0 takes a free "
              "one.")  # fmt: skip
@record_options
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text",
              help="Lines of key=value (the default), or of JSON.")  # fmt: skip
def serve(listen: Address, log_format: str, **parameters: object) -> int:
    """Poll, and serve what is known as `/metrics` until SIGTERM or Ctrl-C.

    It records and shares its polls as a board does: beside a running board it polls nothing. The
    log goes to stderr. SIGHUP reads the config again.
    """
    from wallboard.cli.exposure import need_extra

    need_extra()
    from wallboard.cli.service import Service
    from wallboard.cli.service_log import ServiceLog

    settings, source = target_of(parameters).opened()
    log = ServiceLog(log_format)
    logging.getLogger("wallboard").addHandler(log)
    service = Service(
        settings, source.read, source.board, log, time.time, standby=True, metrics=listen
    )
    return asyncio.run(service.run())
