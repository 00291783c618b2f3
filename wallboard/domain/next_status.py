"""What becomes of an entry point in a new state: its judgement, since when, and its changes."""

import math

from wallboard.domain.change import Change, changes_of_judgement
from wallboard.domain.judgement import Judgement
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.onset import Onset, onset_of
from wallboard.domain.outage import as_end_of_outage
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.state import EntryPointState
from wallboard.domain.state_strip import State
from wallboard.domain.verdict import judge, rejudge


def next_status(
    before: EntryPointStatus,
    state: EntryPointState,
    at: float,
    failure: Failure | None,
    *,
    poll: Observation | None,
    of_server: bool,
    went_on: bool,
) -> tuple[EntryPointStatus, tuple[Change, ...]]:
    """The status in this state from ``at`` on, Unix time in seconds, and how its judgement changed.

    It is because of a ``poll``, of the whole server, or neither; ``failure`` is that of the server.
    ``went_on`` is false after a gap: then it is unknown since when the state holds.
    """
    was, policy, expectation = before.judgement, before.policy, before.expectation
    if poll:
        judgement = rejudge(before.state, was, state, poll, policy, failure, expectation)
    else:
        judgement = judge(state, policy, failure, expectation)
    since, onset, changes = before.since, before.onset, tuple[Change, ...]()
    if not judgement.same_state(was):
        since, onset, changes = _changed(
            before, judgement, at, poll, of_server=of_server, went_on=went_on
        )
    if not went_on and judgement.verdict is not Verdict.WAITING:
        since, onset = at, Onset(at)
    known_until, strip = before.known_until, before.strip
    if poll or of_server:
        known_until = math.inf if failure else at + policy.stale_after
        strip = strip.polled(at, State(judgement.level, judgement.verdict), went_on=went_on)
    after = EntryPointStatus(
        state,
        policy,
        judgement,
        since,
        onset,
        known_until,
        before.timeline,
        strip,
        expectation,
        before.nodes,
        before.places,
    )
    return after, changes


def _changed(
    before: EntryPointStatus,
    judgement: Judgement,
    at: float,
    observation: Observation | None,
    *,
    of_server: bool,
    went_on: bool,
) -> tuple[float | None, Onset | None, tuple[Change, ...]]:
    """Since when another verdict or level holds, how it began, and the changes it makes."""
    since, onset, was = before.since, before.onset, before.judgement
    stays = judgement.verdict is was.verdict
    began = (onset.at if onset else None) if stays else since
    found = changes_of_judgement(
        before.entry_point.key,
        was,
        judgement,
        at,
        began if went_on else None,
        observation,
        of_server=of_server,
    )
    changes = tuple(as_end_of_outage(one, onset, before.timeline) for one in found)
    if changes:
        last = changes[-1]
        onset = onset_of(at, last.subject, last.before, last.lasted)
    return since if stays else at, onset, changes
