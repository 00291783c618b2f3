"""Does the customer see the chat button? One rule for each endpoint a site may ask."""

from wallboard.domain.policy import Button, ButtonPolicy
from wallboard.domain.reading import (
    CAN_TAKE_CHATS,
    MAXIMUM_DEPTH,
    NO_AGENT,
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)
from wallboard.domain.state import EntryPointState


def button_of(state: EntryPointState, policy: ButtonPolicy) -> Button:
    """Whether the button shows, by the site's rule and the newest answer to what it asks.

    Nobody knows what a site's page does when its question fails, so that is ``unknown``.
    """
    last = state.endpoint(policy.rule).last
    match last.outcome if last else None:
        case ChatAllowed(allowed=allowed):
            return _shown(allowed)
        case AgentAvailability(available=available):
            return _shown(available)
        case Capacity(count=count):
            return _shown(None if count is None else count > 0)
        case CheckEligibility(response_type=response_type):
            known = response_type in {CAN_TAKE_CHATS, NO_AGENT, MAXIMUM_DEPTH}
            return _shown(response_type == CAN_TAKE_CHATS if known else None)
        case LiveSessionStatus(wait_seconds=wait, queue_depth=depth):
            return _shown(_within(wait, depth, policy))
        case _:
            return Button.UNKNOWN


def _within(wait: float | None, depth: int | None, policy: ButtonPolicy) -> bool | None:
    if (wait is not None and wait > policy.max_wait) or (
        depth is not None and depth > policy.max_queue
    ):
        return False
    return None if wait is None or depth is None else True


def _shown(answer: bool | None) -> Button:
    if answer is None:
        return Button.UNKNOWN
    return Button.SHOWN if answer else Button.HIDDEN
