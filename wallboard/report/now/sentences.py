"""The board as sentences for somebody who listens or reads line by line: only ever appended.

Each line has the local time, the level and a whole sentence, in signs that can be spoken.
"""

from collections.abc import Iterator, Sequence

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.foreign_text import safe
from wallboard.domain.node import NodeDifference
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Level
from wallboard.domain.snapshot import EntryPointStatus, Place, Snapshot
from wallboard.domain.vantage import disagree
from wallboard.report.now.nagios import worst_level
from wallboard.report.words.changes import after_words, before_words, subject_word
from wallboard.report.words.expectations import expectation_words
from wallboard.report.words.figures import local_iso, span_in_words
from wallboard.report.words.network import network_back, network_words
from wallboard.report.words.nodes import difference_words
from wallboard.report.words.places import agreement_sentence, place_name, silence_sentences
from wallboard.report.words.rows import counts, marks_of, whose, worst_first


def opening_lines(snapshot: Snapshot, least: Level) -> Iterator[str]:
    """The unreachable servers, then the entry points of all others that are not ok, worst first.

    Levels below ``least`` are left out. The heartbeat comes last.
    """
    if snapshot.blind_since is not None:
        yield network_line(snapshot, None)
    for place in snapshot.places:
        if place.silent_since is not None:
            yield place_line(place, snapshot)
    down = {status.server for status in snapshot.unreachable}
    for server in snapshot.unreachable:
        level = max(s.judgement.level for s in _of(server.server, snapshot))
        if level >= least:
            yield _line(snapshot.at, level, _server_sentence(server, snapshot.at))
    for status in worst_first(snapshot.entry_points.values(), snapshot.at):
        level = status.judgement.level
        told = status.entry_point.key.server in down
        if level >= max(least, Level.WARNING) and not told:
            yield _line(snapshot.at, level, _entry_point_sentence(status, snapshot.at))
    yield heartbeat_line(snapshot)


def change_line(change: Change, entry_point: EntryPoint | None) -> str | None:
    """The line of one change; ``None`` if the line of its server says it already."""
    if change.of_server:
        return None
    who = whose(entry_point) if entry_point else f"server {change.server}"
    what = f", {subject_word(change)}" if change.subject in _NAMED else ""
    was = "ok" if change.before == "ok" else before_words(change)
    said = f"{who}{what}: {after_words(change)}, was {was}{_for(change.lasted)}"
    why = change.summary.removeprefix(f"{change.endpoint}: ")
    if why is not change.summary:
        why = why[:1].upper() + why[1:]
    return _line(change.at, change.level, _sentences(said, why))


def heartbeat_line(snapshot: Snapshot) -> str:
    """The state of the whole board, as a sign that the program still runs."""
    level, total = worst_level(snapshot), len(snapshot.entry_points)
    stand = f"all {total} open" if _all_open(snapshot) else counts(snapshot)
    polls = snapshot.polls_per_minute
    return _line(snapshot.at, level, _sentences(f"{stand}; {polls} polls in the last minute"))


def stale_line(server: str, stale: int, newest_at: float, snapshot: Snapshot) -> str:
    """How many entry points of a server are stale.

    ``newest_at`` is when one of them gave its last answer, Unix time in seconds.
    """
    age, total = snapshot.at - newest_at, len(_of(server, snapshot))
    said = f"server {server}: {stale} of {total} entry points stale"
    newest = f"The newest answer is {span_in_words(age)} old" if age >= 0 else ""
    return _line(snapshot.at, Level.UNKNOWN, _sentences(said, newest))


def fresh_line(server: str, snapshot: Snapshot) -> str:
    """That none of them is stale any more."""
    level = max(status.judgement.level for status in _of(server, snapshot))
    return _line(snapshot.at, level, _sentences(f"server {server}: no stale entry points any more"))


def node_line(server: str, node: str, found: Sequence[NodeDifference], snapshot: Snapshot) -> str:
    """That a node says something else than its server, of how many entry points; or no more."""
    said = f"server {server}, node {node}: says the same as the VIP again"
    if found:
        count, total = len(found), len(_of(server, snapshot))
        said = f"server {server}, node {node}, {count} of {total} entry points: "
        said += difference_words(found[0])
    return _line(snapshot.at, worst_level(snapshot), _sentences(said))


def network_line(snapshot: Snapshot, before: float | None) -> str:
    """That this machine has no network, or has it back; ``before`` is since when it had none."""
    since = snapshot.blind_since
    if since is None:
        lasted = None if before is None else snapshot.at - before
        return _line(snapshot.at, worst_level(snapshot), _sentences(network_back(lasted)))
    return _line(snapshot.at, Level.UNKNOWN, _sentences(network_words(since, snapshot.at)))


def place_line(place: Place, snapshot: Snapshot) -> str:
    """That a place fell silent, or is heard again."""
    silent = next(silence_sentences([place], snapshot.at), "")
    words = silent or f"{place_name(place.name)} heard again"
    return _line(snapshot.at, Level.UNKNOWN if silent else Level.OK, _sentences(words))


def places_line(status: EntryPointStatus, snapshot: Snapshot) -> str:
    """That places disagree about an entry point, or agree again."""
    words = "places disagree" if disagree(status, snapshot.at) else "places agree again"
    said = agreement_sentence(status, snapshot.at)
    level = status.judgement.level_at(snapshot.at)
    who = f"{whose(status.entry_point)}: {words}"
    return _line(snapshot.at, level, _sentences(who, said[:1].upper() + said[1:]))


_NAMED = {Subject.LEVEL, Subject.ENDPOINT}


def _entry_point_sentence(status: EntryPointStatus, now: float) -> str:
    judgement = status.judgement
    stands = ", ".join([judgement.verdict.label, *marks_of(status, now)])
    said = f"{whose(status.entry_point)}: {stands}{_since(status.since, now)}"
    hint = f"Hint: {judgement.hint}" if judgement.hint else ""
    expected = expectation_words(status, now)
    return _sentences(said, judgement.summary, expected[:1].upper() + expected[1:], hint)


def _server_sentence(status: ServerStatus, now: float) -> str:
    why = status.failure.message if status.failure else ""
    said = f"server {status.server}: unreachable{_since(status.since, now)}"
    return _sentences(said, why)


def _since(at: float | None, now: float) -> str:
    return _for(None if at is None else now - at)


def _for(seconds: float | None) -> str:
    return f" for {span_in_words(seconds)}" if seconds and seconds >= 1 else ""


def _sentences(*said: str) -> str:
    return " ".join(f"{one.rstrip().rstrip('.')}." for one in said if one.strip())


def _line(at: float, level: Level, sentence: str) -> str:
    return f"{local_iso(at)} {level.name} {safe(sentence)}"


def _all_open(snapshot: Snapshot) -> bool:
    return all(
        status.judgement.level is Level.OK
        and status.judgement.verdict == "open"
        and not status.judgement.stale(snapshot.at)
        for status in snapshot.entry_points.values()
    )


def _of(server: str, snapshot: Snapshot) -> list[EntryPointStatus]:
    return [s for key, s in snapshot.entry_points.items() if key.server == server]
