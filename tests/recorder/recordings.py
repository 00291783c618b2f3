"""Recordings made of events, as a board that was polled would have made them."""

import weakref
from collections.abc import Iterable, Sequence

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Failure, Observation, Request, Response
from wallboard.domain.policy import Level, Policy
from wallboard.ece.answer.decode import decode
from wallboard.recorder.writing.writer import Writer

START = 1_790_000_000.0
"""When the recordings of the tests begin, Unix time in seconds."""

SERVER = "prod"
BODIES = {
    Endpoint.CHAT_ALLOWED: '<chatAllowed allowed="{}"/>',
    Endpoint.CHECK_ELIGIBILITY: '<checkEligibility responseType="{}"/>',
    Endpoint.LIVE_SESSION_STATUS: "<sessionStatus><waitTime>{}</waitTime>"
    "<queueDepth>{}</queueDepth></sessionStatus>",
    Endpoint.CAPACITY: "<availableSlots><count>{}</count></availableSlots>",
    Endpoint.AGENT_AVAILABILITY: '<agentAvailability available="{}"/>',
}
HEAD = b"Content-Type: application/xml\r\nSet-Cookie: secret=1\r\nDate: now"


def board_of(*ids: int, policy: Policy | None = None) -> list[tuple[EntryPoint, Policy]]:
    """Entry points of one server, called after their ids."""
    points = [EntryPoint(EntryPointKey(SERVER, id_), f"Entry {id_}", "Sales") for id_ in ids]
    return [(point, policy or Policy()) for point in points]


def poll(
    endpoint: Endpoint,
    at: float,
    *values: object,
    id: int = 1000,  # noqa: A002
    body: bytes | None = None,
    failure: Failure | None = None,
    elapsed: float = 0.02,
    status: int = 200,
) -> Observation:
    """One poll, ``at`` seconds after ``START``; the values are what the body says."""
    if body is None and not failure:
        body = BODIES[endpoint].format(*values).encode()
    response = None if body is None else Response(status, "OK", HEAD, body)
    outcome = failure or decode(endpoint, body or b"")
    request = Request("GET", f"http://ece.example.com/{endpoint}/{id}", (("X-Key", "•••"),))
    key = EntryPointKey(SERVER, id)
    return Observation(key, endpoint, START + at, elapsed, outcome, request, response)


def record(
    path,
    events: Iterable,
    *,
    entry_points: Sequence[tuple[EntryPoint, Policy]] | None = None,
    title: str = "Tests",
    each: int = 50,
    close: bool = True,
) -> Writer:
    """Record events as a board takes them in, ``each`` so many in a transaction."""
    entry_points = entry_points or board_of(1000)
    writer = Writer.open(path, clock=lambda: START)
    writer.listed(entry_points, title)
    tell(writer, Board(entry_points), events, each=each)
    if close:
        writer.close()
    else:  # whoever forgets the writer lets go of the file, as a process that is killed does
        weakref.finalize(writer, writer.database.close)
    return writer


def tell(writer: Writer, board: Board, events: Iterable, *, each: int = 50) -> None:
    """Have a board and then the recording take in events."""
    batch = []
    for event in events:
        batch.append(board.fold(event))
        if len(batch) == each:
            writer.write(batch)
            batch.clear()
    writer.write(batch)


def worst_levels(recording, start, end, count):
    """The worst level of the board in each of ``count`` slices; ``None`` in a gap."""
    return [
        max(level for level in Level if shares[level]) if shares else None
        for shares in recording.level_shares(start, end, count)
    ]
