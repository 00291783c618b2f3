"""For how many rounds two endpoints had contradicted each other at a moment."""

from collections.abc import Mapping

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.reading import ChatAllowed, CheckEligibility
from wallboard.domain.state import EndpointState, contradicts


def rounds_in_a_row(
    endpoints: Mapping[Endpoint, EndpointState], polls: Mapping[Endpoint, int]
) -> int:
    """The rounds in which ``chatAllowed`` and ``checkEligibility`` both said what they said last.

    A change from one contradiction to another therefore counts anew. ``polls`` is how many polls of
    each endpoint in a row said the last.
    """
    pair = (Endpoint.CHAT_ALLOWED, Endpoint.CHECK_ELIGIBILITY)
    allowed, eligibility = (
        known.last.outcome if (known := endpoints.get(endpoint)) and known.last else None
        for endpoint in pair
    )
    if not isinstance(allowed, ChatAllowed) or not isinstance(eligibility, CheckEligibility):
        return 0
    if not contradicts(allowed, eligibility):
        return 0
    return min(polls.get(endpoint, 0) for endpoint in pair)
