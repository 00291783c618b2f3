"""One event and what the board made of it: what the recorder takes from the board's own thread."""

from dataclasses import dataclass

from wallboard.board import Board, EntryPointStatus
from wallboard.domain.change import Change
from wallboard.domain.observation import Observation, ServerStatus
from wallboard.domain.restored import Event


@dataclass(frozen=True, slots=True)
class Heard:
    """An event, the entry points it may have changed, and the change of the server itself."""

    event: Observation | ServerStatus
    statuses: tuple[EntryPointStatus, ...] = ()
    change: Change | None = None


def heard(event: Event, board: Board) -> Heard | None:
    """What to keep of an event that the board has just folded; nothing of what is kept already."""
    if isinstance(event, Observation):
        status = board.status(event.key)
        if status is None:
            return None
        # The board's own copy shares its bytes with all that say the same.
        kept = status.state.endpoint(event.endpoint).last
        return Heard(kept if kept and kept.at == event.at else event, (status,))
    if not isinstance(event, ServerStatus):
        return None
    change = board.newest_event
    if change is None or change.key is not None or change.at != event.at:
        return Heard(event)
    return Heard(event, tuple(board.statuses_of(event.server)), change)
