"""Random faults of a fleet of real processes, and what must hold afterwards."""

import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable

from tests.fleet.world import (
    INTERVAL_SECONDS,
    LEASE_SECONDS,
    Member,
    Told,
    World,
    ledger_rows,
    not_recorded,
    polled_twice,
)
from wallboard.domain.ledger_row import LedgerRow, RowKind

NOTHING_TO_ACKNOWLEDGE = 69
MOST_SENT = 2
"""How often one notice comes: once more where its sender lost the bus, or died, as it sent it."""


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


def live_through(world: World, chances: random.Random, faults: int) -> None:
    """Have things break and mend again in any order, and check what is left of it."""
    operators = Operators(chances)
    started(world)
    for _ in range(faults):
        break_something(world, chances, operators)
        operators.write_anywhere(world)
        time.sleep(chances.uniform(0.5, 3.0))
    heal(world)
    world.until_polled()
    time.sleep(2 * LEASE_SECONDS)
    healed = time.time()
    time.sleep(8 * INTERVAL_SECONDS)
    ended = time.time()
    time.sleep(2 * INTERVAL_SECONDS)
    assert len({one.member for one in world.polls() if one.at > time.time() - 1}) == 1
    for member in world.members:
        assert member.stop() == 0, member.log()
    check(world, operators, healed, ended)


def break_something(world: World, chances: random.Random, operators: Operators) -> None:
    """Break one thing for a while; meanwhile somebody writes on the member that it happens to."""
    member = chances.choice(world.members)
    kind = chances.choice(["kill", "stop", "cut", "one way", "bus", "wipe"])
    print(f"{time.time():.3f} {kind} {member.name}", file=sys.stderr)
    if kind == "kill":
        member.kill()
        operators.write(member)
        time.sleep(chances.uniform(0, 2))
        member.start()
    elif kind == "stop":
        member.signal(signal.SIGSTOP)
        operators.write(member)
        time.sleep(chances.uniform(0.5, 2 * LEASE_SECONDS))
        member.signal(signal.SIGCONT)
    elif kind == "cut":
        world.network.cut(member.host)
        operators.write(member)
        time.sleep(chances.uniform(0.2, 2 * LEASE_SECONDS))
        world.network.mend(member.host)
    elif kind == "one way":
        member.host.refuse(world.bus)
        operators.write(member)
        time.sleep(chances.uniform(0.2, 2 * LEASE_SECONDS))
        member.host.allow(world.bus)
    else:
        world.kill_bus(wiped=kind == "wipe")
        operators.write(member)
        time.sleep(chances.uniform(0.2, 2 * LEASE_SECONDS))
        world.start_bus()


def heal(world: World) -> None:
    """Have every member run and reach everybody."""
    for member in world.members:
        member.signal(signal.SIGCONT)
        if not member.runs:
            member.start()


def check(world: World, operators: Operators, healed: float, ended: float) -> None:
    """What must hold after whatever happened; between two moments nothing did."""
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
    assert odd_notices(told, first) == []
    lost = {
        (one.name, other.name): list(not_recorded(one, other, healed, ended))
        for one in world.members
        for other in world.members
        if one is not other
    }
    assert not any(lost.values()), {pair: what[:5] for pair, what in lost.items() if what}


def odd_notices(told: Iterable[Told], ledger: Iterable[LedgerRow]) -> list[str]:
    """What was told too often, under two ids, or though no ledger knows of it."""
    told, found = list(told), list[str]()
    for (id_, phase), times in Counter((one.id, one.phase) for one in told).items():
        if times > MOST_SENT:
            found.append(f"{id_} ({phase}) came {times} times")
    phases = dict[str, set[str]]()
    for one in told:
        phases.setdefault(one.id, set()).add(one.phase)
    found += [f"{id_} was used for {of}" for id_, of in phases.items() if len(of) > 1]
    reasons = dict[str, set[tuple[object, ...]]]()
    for row in ledger:
        if row.kind is RowKind.QUEUED:
            reason = row.channel, row.key, row.onset, row.text
            reasons.setdefault(row.notice, set()).add(reason)
    found += [f"{id_} is in no ledger" for id_ in phases.keys() - reasons.keys()]
    of = Counter(reason for id_ in phases for reason in reasons.get(id_, ()))
    return found + [f"{reason} came under {ids} ids" for reason, ids in of.items() if ids > 1]
