"""``wallboard monitoring``: files for the monitoring systems that people already run."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from wallboard.cli.commands.metrics import dashboard, rules
from wallboard.cli.options.board_options import (
    BoardOptions,
    config_option,
    group_and_server_options,
)
from wallboard.cli.options.values import (
    Command,
    entry_point_ids,
    stacked,
)
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError
from wallboard.cli.run.metrics_server import DEFAULT_ADDRESS, Address, address

if TYPE_CHECKING:
    from wallboard.report.monitoring.site import Site


@click.group(
    "monitoring",
    short_help="Print files for Icinga 2, Nagios, Checkmk, Zabbix, PRTG and others.",
    help="""\
Print files that have a monitoring system run the checks, made from the config.

Names are written as each system needs them. Make the files again when entry points come or go.
""",
    no_args_is_help=False,
    epilog="""\b
Examples:
  wallboard monitoring icinga2 > /etc/icinga2/conf.d/wallboard.conf
  wallboard monitoring nagios --group EMEA > wallboard.cfg
  wallboard monitoring zabbix > wallboard.json
  wallboard monitoring grafana > dashboard.json
""",
)
def command() -> None:
    pass


def site_options(command: Command) -> Command:
    """Adds the options that say what to watch and how to call the program."""
    return stacked(
        click.argument("ids", nargs=-1, metavar="[IDS]...", shell_complete=entry_point_ids),
        config_option,
        group_and_server_options,
        click.option("--program", metavar="FILE",
                     help="The wallboard that is called there; default: this one."),
    )(command)  # fmt: skip


def site_of(
    ids: tuple[str, ...],
    config: Path | None,
    groups: tuple[str, ...],
    servers: tuple[str, ...],
    program: str | None,
) -> "Site":
    """What to watch. Raises ``CommandError`` or ``click.UsageError``."""
    from wallboard.inheritance import entry_points_of
    from wallboard.report.monitoring.site import Call, Site

    target = BoardOptions(url=None, ids=ids, config=config, no_verify=False, headers=(),
                          groups=groups, servers=servers)  # fmt: skip
    settings, source = target.opened()
    # No link is followed: its name is what stays when the file is replaced.
    path = os.path.abspath(source.path or "")  # noqa: PTH100
    chosen = [*(f"--group={name}" for name in groups), *(f"--server={name}" for name in servers)]
    called = os.path.abspath(program or _this_program())  # noqa: PTH100
    call = Call(_one_line(called), _one_line(path), (*chosen, *ids))
    hosts = tuple((one.name, urlsplit(one.url).hostname or one.name) for one in settings.server)
    return Site(hosts, tuple(one for one, _policy in entry_points_of(settings)), call)


def _this_program() -> str:
    """The file that was started, or the one beside the interpreter where it is a module."""
    beside = Path(sys.executable).with_name("wallboard")
    found = which(sys.argv[0]) or which(beside) or which("wallboard")
    if found is None:
        raise click.UsageError("It is not clear how wallboard is started there; give --program.")
    return found


def _one_line(path: str) -> str:
    """The path, if it can stand in a file of lines."""
    if path.isprintable():
        return path
    raise CommandError(
        f"{path!r} has characters that no file of a monitoring system can hold\nMove or rename it.",
        exit_codes.CONFIG,
    )


def _prints(text: "Callable[[Site], str]", **options: Any) -> int:  # noqa: ANN401 - as click gives them
    click.echo(text(site_of(**options)), nl=False)
    return exit_codes.OK


@command.command(
    "icinga2",
    short_help="Print a command, hosts and services for Icinga 2.",
    help="""\
Print a CheckCommand, a host for each server and a service for each entry point.

Each service polls its entry point once a minute. Add `vars.wallboard_warning` and
`vars.wallboard_critical` for ranges as of `check -w` and `-c`.
""",
    epilog="""\b
Examples:
  wallboard monitoring icinga2 > /etc/icinga2/conf.d/wallboard.conf
  icinga2 daemon -C
""",
)
@site_options
def icinga2(**options: Any) -> int:  # noqa: ANN401 - as click gives them
    from wallboard.report.monitoring.icinga2 import icinga2 as made

    return _prints(made, **options)


@command.command(
    "nagios",
    short_help="Print a command, hosts and services for Nagios.",
    help="""\
Print a command, a host for each server and a service for each entry point.

Each service polls its entry point once a minute. Naemon and Icinga 1 read the same.
""",
    epilog="""\b
Examples:
  wallboard monitoring nagios > /etc/nagios4/conf.d/wallboard.cfg
  nagios4 -v /etc/nagios4/nagios.cfg
""",
)
@site_options
def nagios(**options: Any) -> int:  # noqa: ANN401 - as click gives them
    from wallboard.report.monitoring.nagios import nagios as made

    return _prints(made, **options)


@command.command(
    "checkmk",
    short_help="Print a local check for the Checkmk agent.",
    help="""\
Print a local check, which polls all entry points at once; each becomes a service.

It belongs into a folder of `local` that is named after an interval in seconds, so that the agent
runs it in the background.
""",
    epilog="""\b
Examples:
  wallboard monitoring checkmk > /usr/lib/check_mk_agent/local/60/wallboard
  chmod +x /usr/lib/check_mk_agent/local/60/wallboard
""",
)
@site_options
def checkmk(**options: Any) -> int:  # noqa: ANN401 - as click gives them
    from wallboard.report.monitoring.agents import checkmk as made

    return _prints(made, **options)


@command.command(
    "zabbix",
    short_help="Print a template for Zabbix, or what its agent needs.",
    help="""\
Print a template for Zabbix 6.0 or newer; with --agent, the file for its agent.

The agent polls all entry points at once. The template discovers them in the answer; all of their
items depend on it.
""",
    epilog="""\b
Examples:
  wallboard monitoring zabbix > wallboard.json     import it under Templates
  wallboard monitoring zabbix --agent > /etc/zabbix/zabbix_agentd.d/wallboard.conf
""",
)
@site_options
@click.option("--agent", is_flag=True, help="Print the file for the agent, which runs the check.")
def zabbix(agent: bool, **options: Any) -> int:  # noqa: ANN401 - as click gives them
    from wallboard.report.monitoring.zabbix import agent as for_agent
    from wallboard.report.monitoring.zabbix import template

    if agent:
        return _prints(for_agent, **options)
    click.echo(template(), nl=False)
    return exit_codes.OK


@command.command(
    "prtg",
    short_help="Print a script for sensors of PRTG.",
    help="""\
Print a script for sensors of the kind SSH Script Advanced, one for each entry point.

The parameters of each sensor stand at its beginning.
""",
    epilog="""\b
Examples:
  wallboard monitoring prtg > /var/prtg/scriptsxml/wallboard.sh
  chmod +x /var/prtg/scriptsxml/wallboard.sh
""",
)
@site_options
def prtg(**options: Any) -> int:  # noqa: ANN401 - as click gives them
    from wallboard.report.monitoring.agents import prtg as made

    return _prints(made, **options)


@command.command(
    "telegraf",
    short_help="Print an input for Telegraf.",
    help="Print an input `exec`, which polls all entry points at once; each becomes a point.",
    epilog="""\b
Examples:
  wallboard monitoring telegraf > /etc/telegraf/telegraf.d/wallboard.conf
  telegraf --test --config /etc/telegraf/telegraf.d/wallboard.conf
""",
)
@site_options
def telegraf(**options: Any) -> int:  # noqa: ANN401 - as click gives them
    from wallboard.report.monitoring.agents import telegraf as made

    return _prints(made, **options)


@command.command(
    "prometheus",
    short_help="Print the scrape config for Prometheus.",
    help="Print the part of prometheus.yml that scrapes `wallboard metrics` and loads its rules.",
    epilog=f"""\b
Examples:
  wallboard monitoring prometheus >> prometheus.yml
  wallboard monitoring prometheus --listen jump1:{DEFAULT_ADDRESS.port}
""",
)
@click.option("--listen", callback=address, default=str(DEFAULT_ADDRESS), show_default=True,
              metavar="[HOST:]PORT", help="Where `wallboard metrics` listens.")  # fmt: skip
def prometheus(listen: Address) -> int:
    from wallboard.report.monitoring.agents import prometheus as made

    click.echo(made(str(listen)), nl=False)
    return exit_codes.OK


command.add_command(rules, "prometheus-rules")
command.add_command(dashboard, "grafana")
