"""What the doctor finds of the nodes behind a server: reach, certificate and answer, one by one."""

import asyncio
from collections.abc import Callable

from wallboard.domain.doctor import Finding, Step
from wallboard.domain.endpoint import Endpoint, EntryPoint
from wallboard.domain.node import Stance, stance_of
from wallboard.domain.observation import Failure
from wallboard.domain.policy import Level
from wallboard.ece.ask.client import EceClient
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.feeds.poll_feed import by_server
from wallboard.settings import ServerSettings, Settings

_SAYS = {Stance.OPEN: "it is open", Stance.CLOSED: "it is closed", None: "neither yes nor no"}


async def node_findings(
    server: ServerSettings, settings: Settings, *, clock: Callable[[], float]
) -> list[Finding]:
    """A finding for each node of a server, asked of its first entry point all at once."""
    asked = next((points for one, points in by_server(settings) if one.name == server.name), [])
    if not asked:
        return []
    return await asyncio.gather(
        *(_finding(node, asked[0], server, settings, clock) for node in server.nodes)
    )


async def _finding(
    node: str,
    entry_point: EntryPoint,
    server: ServerSettings,
    settings: Settings,
    clock: Callable[[], float],
) -> Finding:
    facts = {"node": node}
    try:
        async with EceClient(server, settings, clock=clock, node=node) as client:
            poll = await client.poll(client.prepare(entry_point, Endpoint.CHAT_ALLOWED))
    except ClientSetupError:
        return Finding(
            Step.NODE, None, f"{node}: not asked; see settings.", server.name, facts=facts
        )
    if isinstance(poll.outcome, Failure):
        failure = poll.outcome
        words = failure.message if node in failure.message else f"{node}: {failure.message}"
        return Finding(
            Step.NODE,
            Level.WARNING,
            words,
            server.name,
            poll.elapsed_seconds,
            failure.cause,
            facts,
            failure.blame,
        )
    said = _SAYS[stance_of(poll)]
    words = f"{node} answers for {entry_point.key.id}: {said}."
    return Finding(Step.NODE, Level.OK, words, server.name, poll.elapsed_seconds, facts=facts)
