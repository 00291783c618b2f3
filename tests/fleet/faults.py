"""Random faults of a fleet of real processes, and what must hold afterwards."""

import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import permutations

from tests.fleet.left_over import has_polls, ledger_rows, missing, recorded_polls
from tests.fleet.world import (
    INTERVAL_SECONDS,
    LEASE_SECONDS,
    Member,
    Told,
    World,
    polled_twice,
    wait_until,
)
from wallboard.domain.ledger_row import LedgerRow, RowKind

NOTHING_TO_ACKNOWLEDGE = 69
KINDS = ("kill", "stop", "cut", "mute", "deaf", "no server", "bus", "wipe")

POLLER_SHARE = 0.5
"""How often a fault hits whoever polls."""

MOST_SENT = 2
"""How often one notice comes at most."""

BEFORE_SECONDS = 2 * INTERVAL_SECONDS
AFTER_SECONDS = LEASE_SECONDS + 2 * INTERVAL_SECONDS + 3.0
"""How long before a fault something may be on its way, and how long after it somebody polls."""


def started(world: World) -> str:
    """The name of the member that polls, once all of them run."""
    for member in world.members:
        member.start()
    return world.until_polled()


class Operators:
    """Who acknowledges and writes notes on all members, whatever is broken just then."""

    def __init__(self, chances: random.Random) -> None:
        self.written = dict[str, RowKind]()
        """What was taken, by its text."""
        self._chances = chances

    def write(self, member: Member) -> None:
        """Write a note on a member, and acknowledge what stands there."""
        text = f"said on {member.name}, {len(self.written)}"
        member.run("alarms", "note", "--text", text)
        self.written[text] = RowKind.NOTE
        why = f"seen on {member.name}, {len(self.written)}"
        if member.tries("alarms", "ack", "--all", "--why", why, refused=NOTHING_TO_ACKNOWLEDGE):
            self.written[why] = RowKind.ACKNOWLEDGED

    def write_anywhere(self, world: World) -> None:
        """The same on any of them."""
        self.write(self._chances.choice(world.members))


class Troubles:
    """The times in which a fault kept whoever polled, or the bus, from telling the others."""

    def __init__(self) -> None:
        self.began = time.time()
        self.faults = 0
        self._last = self.began
        self._spans: list[tuple[float, float]] = []

    def note(self, began: float, *, matters: bool, forgets: bool) -> None:
        """Note a fault that is over, and whether it mattered to more than the one that it hit.

        A bus that ``forgets`` may do so before all have read what they missed at the last fault.
        """
        self.faults += 1
        if matters:
            begin = self._last if forgets else began
            self._spans.append((begin - BEFORE_SECONDS, time.time() + AFTER_SECONDS))
        self._last = began

    def calm(self, until: float) -> list[tuple[float, float]]:
        """The times between, in their order."""
        found, since = list[tuple[float, float]](), self.began
        for begin, end in [*self._spans, (until, until)]:
            found += [(since, begin)] if begin > since else []
            since = max(since, end)
        return found


def live_through(world: World, chances: random.Random, faults: int) -> None:
    """Have things break and mend again in any order, and check what is left of it."""
    operators = Operators(chances)
    started(world)
    wait_until(lambda: all(map(has_polls, world.members)))
    troubles = Troubles()
    for kind in kinds(chances, faults):
        break_something(world, kind, chances, operators, troubles)
        operators.write_anywhere(world)
        time.sleep(chances.uniform(0.5, 3.0))
    heal(world)
    world.until_polled()
    time.sleep(2 * LEASE_SECONDS)
    time.sleep(8 * INTERVAL_SECONDS)
    ended = time.time()
    time.sleep(2 * INTERVAL_SECONDS)
    assert len({one.member for one in world.polls() if one.at > time.time() - 1}) == 1
    for member in world.members:
        assert member.stop() == 0, member.log()
    check(world, operators, troubles, ended)


def kinds(chances: random.Random, count: int) -> list[str]:
    """So many kinds of fault, each once before one comes again."""
    found = list[str]()
    while len(found) < count:
        found += chances.sample(KINDS, len(KINDS))
    return found[:count]


def break_something(
    world: World, kind: str, chances: random.Random, operators: Operators, troubles: Troubles
) -> None:
    """Break one thing for a while; meanwhile somebody writes on the member that it happens to."""
    began, polled = time.time(), world.poller()
    hits_poller = bool(polled) and chances.random() < POLLER_SHARE
    member = world.member(polled) if hits_poller else chances.choice(world.members)
    print(f"{began:.3f} {kind} {member.name}, {polled or 'nobody'} polls", file=sys.stderr)
    with broken(world, kind, member):
        operators.write(member)
        time.sleep(chances.uniform(0.5, 2 * LEASE_SECONDS))
    of_bus = kind in {"bus", "wipe"}
    # Who does not reach the server tells the others all the same.
    matters = of_bus or (polled in {"", member.name} and kind != "no server")
    troubles.note(began, matters=matters, forgets=kind == "wipe")


@contextmanager
def broken(world: World, kind: str, member: Member) -> Iterator[None]:
    """Have one thing be broken for as long as this context lasts."""
    match kind:
        case "kill":
            member.kill()
            yield
            member.start()
        case "stop":
            member.signal(signal.SIGSTOP)
            yield
            member.signal(signal.SIGCONT)
        case "cut":
            world.network.cut(member.host)
            yield
            world.network.mend(member.host)
        case "mute":
            member.host.refuse(world.bus)
            yield
            member.host.allow(world.bus)
        case "deaf":
            world.bus.refuse(member.host)
            yield
            world.bus.allow(member.host)
        case "no server":
            member.host.refuse(world.ece)
            yield
            member.host.allow(world.ece)
        case _:
            world.kill_bus(wiped=kind == "wipe")
            yield
            world.start_bus()


def heal(world: World) -> None:
    """Have every member run and reach everybody."""
    for member in world.members:
        member.signal(signal.SIGCONT)
        if not member.runs:
            member.start()


def check(world: World, operators: Operators, troubles: Troubles, ended: float) -> None:
    """What must hold after whatever happened."""
    polls = world.polls()
    assert polled_twice(polls) <= LEASE_SECONDS + INTERVAL_SECONDS
    assert not {one.member for one in polls} & {one.name for one in world.viewers}
    first, *others = map(ledger_rows, world.members)
    for rows in others:
        assert rows == first
    kept = {row.text: row.kind for row in first if row.text in operators.written}
    assert RowKind.ACKNOWLEDGED in operators.written.values()
    assert kept == operators.written
    told = world.notices()
    assert told
    assert odd_notices(told, first, troubles.faults) == []
    recorded = {one.name: recorded_polls(one) for one in world.members}
    lost = {
        (one, other): list(missing(recorded[one], recorded[other], *calm))
        for one, other in permutations(recorded, 2)
        for calm in troubles.calm(ended)
    }
    assert not any(lost.values()), {pair: what[:5] for pair, what in lost.items() if what}


def odd_notices(told: Iterable[Told], ledger: Iterable[LedgerRow], faults: int) -> list[str]:
    """What was told too often, under two ids, or otherwise than the ledger says.

    A notice comes once more where its sender lost the bus, or died, as it sent it.
    """
    told, found = list(told), list[str]()
    counts = Counter((one.id, one.phase) for one in told)
    for (id_, phase), times in counts.items():
        if times > MOST_SENT:
            found.append(f"{id_} ({phase}) came {times} times")
    if (again := counts.total() - len(counts)) > faults:
        found.append(f"{again} notices came again, though only {faults} things broke")
    phases = dict[str, set[str]]()
    for one in told:
        phases.setdefault(one.id, set()).add(one.phase)
    found += [f"{id_} was used for {of}" for id_, of in phases.items() if len(of) > 1]
    reasons = dict[str, set[tuple[object, ...]]]()
    for row in ledger:
        if row.kind is RowKind.QUEUED:
            reason = row.channel, row.key, row.onset, row.text
            reasons.setdefault(row.notice, set()).add(reason)
        elif row.kind is RowKind.SENT and row.notice not in phases:
            found.append(f"{row.notice} never came")
    found += [f"{id_} is in no ledger" for id_ in phases.keys() - reasons.keys()]
    of = Counter(reason for id_ in phases for reason in reasons.get(id_, ()))
    return found + [f"{reason} came under {ids} ids" for reason, ids in of.items() if ids > 1]
