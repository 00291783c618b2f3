"""What is left of a fleet: the recordings and ledgers of its members, compared."""

from collections.abc import Iterator
from dataclasses import replace

from tests.fleet.world import Member
from wallboard.domain.ledger_row import LedgerRow
from wallboard.frozen import frozen
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.ledger.reader import LedgerReader
from wallboard.recorder.paths import RecordingFile, ledger_file
from wallboard.recorder.recording import Recording


def ledger_rows(member: Member) -> set[LedgerRow]:
    """The rows of its ledger, less what is its own: the numbers."""
    path = ledger_file(RecordingFile(member.recording)).path
    if not path.exists():
        return set()
    with LedgerReader(path) as reader:
        return {replace(row, number=0) for row in reader.rows()}


@frozen
class Alike:
    """Polls with the same answer one after the other, Unix time in seconds."""

    first: float
    last: float
    polls: int
    outcome: str


Recorded = dict[tuple[object, str], list[Alike]]


def recorded_polls(member: Member) -> Recorded:
    """By entry point and endpoint, the answers of its recording, in their order."""
    found: Recorded = {}
    with Recording.open(member.recording) as recording:
        for run in recording.runs():
            alike = Alike(run.first_at, run.last_at, run.polls, repr(run.outcome))
            found.setdefault((run.key, str(run.endpoint)), []).append(alike)
    return {target: sorted(runs, key=lambda one: one.first) for target, runs in found.items()}


def has_polls(member: Member) -> bool:
    """Whether it has begun to record."""
    try:
        return bool(recorded_polls(member))
    except RecordingError:
        return False


def not_recorded(
    of: Member, by: Member, since: float = 0.0, until: float = float("inf")
) -> Iterator[str]:
    """What one member recorded between two moments, and another one did not."""
    return missing(recorded_polls(of), recorded_polls(by), since, until)


def missing(
    recorded: Recorded, others: Recorded, since: float, until: float, exact: float = 0.002
) -> Iterator[str]:
    """What one recording has between two moments, and another one has not."""
    for target, runs in recorded.items():
        known = others.get(target, [])
        for run in runs:
            alike = [
                one
                for one in known
                if one.outcome == run.outcome
                and one.first - exact <= run.last
                and run.first <= one.last + exact
            ]
            for at in {run.first, run.last}:
                held = any(one.first - exact <= at <= one.last + exact for one in alike)
                if since <= at <= until and not held:
                    yield f"{target} at {at:.3f}: {run.outcome}"
            lost = run.polls - sum(one.polls for one in alike)
            if since <= run.first and run.last <= until and alike and lost > 0:
                yield f"{target}, {lost} of {run.polls} from {run.first:.3f} on: {run.outcome}"
