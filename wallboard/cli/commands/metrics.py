"""``wallboard metrics``: the board for a metrics server, and the files to make use of it."""

import asyncio
import logging
import re
import time

import click

from wallboard.cli.options.board_options import board_options, board_options_of, record_options
from wallboard.cli.options.values import Number
from wallboard.cli.run import exit_codes
from wallboard.cli.run.metrics_server import DEFAULT_ADDRESS, Address, address

SERVE = "serve"

_DURATION = re.compile(r"([0-9]+(ms|s|m|h|d|w|y))+", re.ASCII)


def duration(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    """A callback for options: a span of time as a metrics server writes it."""
    if text is not None and not _DURATION.fullmatch(text):
        raise click.BadParameter(f"{text!r} is no duration; write it like 30s or 5m.")
    return text


class _ServesUnlessTold(click.Group):
    """A group whose first command runs where none is named, so that ids need no other word."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and ctx.resilient_parsing:
            # The line is being completed: any command may still come.
            return super().parse_args(ctx, args)
        if not args or args[0] not in {*self.commands, *self.get_help_option_names(ctx)}:
            args = [SERVE, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of serving, which is what runs without a command, then the commands."""
        options = [param for param in serve.get_params(ctx) if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(records)
        self.format_commands(ctx, formatter)


@click.group(
    "metrics",
    cls=_ServesUnlessTold,
    short_help="Serve the board to a metrics server (Prometheus, OpenMetrics).",
    help="""\
Poll and serve the board to a metrics server; a scrape itself never polls.

Needs the extra: pip install "wallboard[metrics]". Without a command it serves.
""",
    subcommand_metavar="[COMMAND | OPTIONS AND ENTRY POINT IDS]",
    epilog=f"""\b
Examples:
  wallboard metrics                        on http://{DEFAULT_ADDRESS}/metrics
  wallboard metrics --listen 0.0.0.0:{DEFAULT_ADDRESS.port}
  wallboard metrics --url https://ece.example.com 1000-1010
  wallboard metrics rules > wallboard.rules.yml
  wallboard metrics dashboard > wallboard.json
""",
)
def command() -> None:
    pass


@command.command(
    SERVE,
    short_help="Poll and serve what is known; runs where no command is named.",
    help="""\
Poll, and serve what is known as `/metrics` until SIGTERM or Ctrl-C.

It records and shares its polls as a board does: beside a running board it polls nothing. The
log goes to stderr. SIGHUP reads the config again.
""",
    epilog=f"""\b
Examples:
  wallboard metrics
  wallboard metrics --listen {DEFAULT_ADDRESS.port} --config /etc/wallboard.toml
  wallboard metrics --url https://ece.example.com 1000-1010 --no-record
""",
)
@board_options
@click.option("--listen", callback=address, default=str(DEFAULT_ADDRESS), show_default=True,
              metavar="[HOST:]PORT",
              help="Where to listen; beyond this machine only if you say so. Port 0 takes a free "
              "one.")  # fmt: skip
@record_options
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text",
              help="Lines of key=value (the default), or of JSON.")  # fmt: skip
def serve(listen: Address, log_format: str, **parameters: object) -> int:
    from wallboard.cli.run.metrics_server import need_extra

    need_extra()
    from wallboard.cli.run.service import Service, ServiceLog

    settings, source = board_options_of(parameters).opened()
    log = ServiceLog(log_format)
    logging.getLogger("wallboard").addHandler(log)
    service = Service(settings, source, log, time.time, standby=True, metrics=listen)
    return asyncio.run(service.run())


@command.command(
    "rules",
    short_help="Print recording and alerting rules for the metrics server.",
    help="Print rules for a file that is named under `rule_files` in the metrics server's config.",
    epilog="""\b
Examples:
  wallboard metrics rules > /etc/prometheus/wallboard.rules.yml
  wallboard metrics rules --wait 120 --for 5m
  promtool check rules wallboard.rules.yml
""",
)
@click.option("--wait", type=Number(min=0), default=None, metavar="SECONDS",
              help="From where on an estimated wait is high; 60 unless given.")  # fmt: skip
@click.option("--for", "after", callback=duration, metavar="DURATION",
              help="How long anything must hold before an alert fires, as in 30s or 5m; each alert "
              "has a time of its own unless given.")  # fmt: skip
@click.option("--interval", callback=duration, metavar="DURATION",
              help="How often the rules are worked out; as the metrics server does unless given."
              )  # fmt: skip
def rules(wait: float | None, after: str | None, interval: str | None) -> int:
    from wallboard.report.metrics.templates import HIGH_WAIT_SECONDS
    from wallboard.report.metrics.templates import rules as filled

    high = HIGH_WAIT_SECONDS if wait is None else wait
    text = filled(high_wait_seconds=high, after=after, interval=interval)
    click.echo(text, nl=False)
    return exit_codes.OK


@command.command(
    "dashboard",
    short_help="Print a dashboard for Grafana.",
    help="""\
Print a dashboard in JSON: import it in Grafana, or put it where dashboards are provided.
""",
    epilog="""\b
Examples:
  wallboard metrics dashboard > wallboard.json
  wallboard metrics dashboard --datasource my-metrics-server
""",
)
@click.option("--datasource", metavar="UID",
              help="The uid of the data source; the dashboard lets you pick one unless it is given."
              )  # fmt: skip
def dashboard(datasource: str | None) -> int:
    from wallboard.report.metrics.templates import dashboard as made

    click.echo(made(datasource), nl=False)
    return exit_codes.OK
