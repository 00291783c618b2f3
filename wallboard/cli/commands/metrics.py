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
        raise click.BadParameter(f"not a duration: {text!r}; use 30s or 5m.")
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
    short_help="Serve metrics for Prometheus (OpenMetrics).",
    help="""\
Poll and serve metrics for Prometheus; scrapes never trigger polls.

Needs the extra: pip install "wallboard[metrics]". Without a command: serve.
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
    short_help="Poll and serve metrics (the default).",
    help="""\
Poll, and serve `/metrics` until SIGTERM or Ctrl-C.

Polls are recorded and shared as by a board: next to a running board it polls nothing.
The log goes to stderr. SIGHUP reloads the config.
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
              help="Listen address; local only by default. Port 0: any free port.")  # fmt: skip
@record_options
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text",
              help="Log lines as key=value (text) or JSON.")  # fmt: skip
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
    short_help="Print recording and alerting rules for Prometheus.",
    help="Print rules; list the file under `rule_files` in the config of Prometheus.",
    epilog="""\b
Examples:
  wallboard metrics rules > /etc/prometheus/wallboard.rules.yml
  wallboard metrics rules --wait 120 --for 5m
  wallboard monitoring prometheus-rules     the same command
  promtool check rules wallboard.rules.yml
""",
)
@click.option("--wait", type=Number(min=0), default=None, metavar="SECONDS",
              help="Threshold of the high wait alert; default 60.")  # fmt: skip
@click.option("--for", "after", callback=duration, metavar="DURATION",
              help="`for` of every alert, such as 30s or 5m; default: one per alert.")  # fmt: skip
@click.option("--interval", callback=duration, metavar="DURATION",
              help="Evaluation interval; default: that of the metrics server."
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
    short_help="Print a Grafana dashboard.",
    help="""\
Print a dashboard as JSON, to import or provision in Grafana.
""",
    epilog="""\b
Examples:
  wallboard metrics dashboard > wallboard.json
  wallboard metrics dashboard --datasource my-metrics-server
  wallboard monitoring grafana              the same command
""",
)
@click.option("--datasource", metavar="UID",
              help="Uid of the data source; default: a picker in the dashboard."
              )  # fmt: skip
def dashboard(datasource: str | None) -> int:
    from wallboard.report.metrics.templates import dashboard as made

    click.echo(made(datasource), nl=False)
    return exit_codes.OK
