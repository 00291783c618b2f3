"""``wallboard raw``: one answer of one endpoint, as it came."""

import asyncio
import sys
from dataclasses import replace

import click

from wallboard.cli.options.board_options import board_options_of, reach_options
from wallboard.cli.options.values import endpoint_names, entry_point_ids, server_names
from wallboard.cli.run import exit_codes
from wallboard.cli.run.errors import CommandError, client_errors, config_errors
from wallboard.cli.run.output import output_size
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure, Observation, Response
from wallboard.settings import ServerSettings, Settings


def _endpoint(_context: click.Context, _parameter: click.Parameter, name: str) -> Endpoint:
    """The endpoint of a name in whatever case."""
    found = {endpoint.lower(): endpoint for endpoint in Endpoint}.get(name.lower())
    if found is None:
        from wallboard.domain.nearest import nearest

        raise click.BadParameter(f"Unknown endpoint {name!r}; {nearest(name, list(Endpoint))}")
    return found


def _place(
    _context: click.Context, _parameter: click.Parameter, word: str
) -> tuple[str | None, int]:
    """The server, where the word names one, and the id."""
    from wallboard.config.selection import range_in

    server, colon, digits = word.rpartition(":")
    if not (digits.isascii() and digits.isdecimal()):
        raise click.BadParameter(f"not an id: {word!r}; use 1000 or SERVER:1000.")
    try:
        number, _ = range_in(digits)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None
    return server if colon else None, number


def _node(_context: click.Context, _parameter: click.Parameter, address: str) -> str:
    """A node by host and port."""
    from wallboard.config.address import node_fault

    if address and (fault := node_fault(address)):
        raise click.BadParameter(f"{fault}.")
    return address


@click.command(
    "raw",
    short_help="Request one endpoint once and print the raw answer.",
    help="""\
Request ENDPOINT of entry point ID once, and print the raw answer.

Byte for byte into a pipe; on a terminal control characters are escaped. Errors go to stderr.
""",
    epilog="""\b
Examples:
  wallboard raw chatAllowed 1000
  wallboard raw capacity prod:1000 --pretty
  wallboard raw chatAllowed 1000 --node 10.0.0.12:443
  wallboard raw -i livesessionstatus 1000 --url https://ece.example.com > answer
\b
ENDPOINT is chatAllowed, checkEligibility, liveSessionStatus, capacity or
agentAvailability; case does not matter.
\b
Exit status: 0 valid answer, whatever it says; 76 invalid answer (printed
anyway); 69 no answer.
""",
)
@click.argument("endpoint", callback=_endpoint, shell_complete=endpoint_names)
@click.argument("place", metavar="ID", callback=_place, shell_complete=entry_point_ids)
@reach_options(url="Use this server instead of the config.")
@click.option("--server", "server_name", metavar="NAME", shell_complete=server_names,
              help="Server of the config, if the id is on several; same as SERVER:ID.")  # fmt: skip
@click.option("--node", metavar="HOST:PORT", default="", callback=_node,
              help="Ask this node behind the server, by the name of the server.")  # fmt: skip
@click.option("-i", "--include", is_flag=True, help="Include the status line and headers.")
@click.option("--pretty", is_flag=True, help="Pretty-print the body.")
def command(
    endpoint: Endpoint,
    place: tuple[str | None, int],
    server_name: str | None,
    node: str,
    *,
    include: bool,
    pretty: bool,
    **parameters: object,
) -> int:
    target = board_options_of(parameters)
    named, number = place
    if named and server_name and named != server_name:
        raise click.UsageError(f"ID names server {named!r}, and --server {server_name!r}.")
    server_name = server_name or named
    if target.url is not None:
        target = replace(target, ids=(str(number),))
    if target.url is not None and server_name:
        raise click.UsageError("--server needs a config; it cannot be used with --url.")
    settings = target.settings()
    server = _server(settings, number, server_name)
    with client_errors():
        observation = asyncio.run(_ask(server, settings, endpoint, number, node))
    if observation.response:
        _print(observation.response, head=include, pretty=pretty)
    if isinstance(observation.outcome, Failure):
        raise CommandError(observation.outcome.message, _status_of(observation.outcome))
    return exit_codes.OK


def _server(settings: Settings, number: int, name: str | None) -> ServerSettings:
    """The server to ask. Raises ``click.UsageError`` or ``CommandError``."""
    from wallboard.config.selection import Selection, named_keys, selected

    servers = {server.name: server for server in settings.server}
    if name in servers:
        return servers[name]
    with config_errors():
        if name is not None:
            selected(settings, Selection(servers=(name,)))
        known = [EntryPointKey(server.name, entry.id)
                 for server in settings.server for entry in server.entry_point]  # fmt: skip
        first, *others = sorted(named_keys([str(number)], known))
    if others:
        names = ", ".join(key.server for key in (first, *others))
        raise click.UsageError(
            f"{number} is on several servers ({names}); choose one with --server."
        )
    return servers[first.server]


async def _ask(
    server: ServerSettings, settings: Settings, endpoint: Endpoint, number: int, node: str
) -> Observation:
    from wallboard.ece.ask.client import EceClient

    entry_point = EntryPoint(EntryPointKey(server.name, number), str(number))
    async with EceClient(server, settings, node=node) as client:
        return await client.poll(client.prepare(entry_point, endpoint))


def _print(response: Response, *, head: bool, pretty: bool) -> None:
    from wallboard.report.evidence.raw import raw_bytes, raw_text

    if pretty or sys.stdout.isatty():
        width = output_size().columns
        click.echo(raw_text(response, head=head, pretty=pretty, width=width), nl=False)
    else:
        click.echo(raw_bytes(response, head=head), nl=False)


def _status_of(failure: Failure) -> int:
    if failure.cause is Cause.INTERNAL:
        return exit_codes.INTERNAL
    return exit_codes.UNAVAILABLE if failure.cause.unreachable else exit_codes.BAD_ANSWER
