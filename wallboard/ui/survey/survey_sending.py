"""Sends a survey while the board goes on."""

import asyncio
from typing import TYPE_CHECKING

from wallboard.ece.survey.survey import Delivery, Outcome
from wallboard.settings import ServerSettings, Settings

if TYPE_CHECKING:
    from wallboard.ece.survey.survey_post import SurveyPost


async def posted(server: ServerSettings, settings: Settings, body: bytes) -> Outcome:
    """Post these bytes once, and tell what came of it. Raises nothing but ``CancelledError``."""
    try:
        # Loading the client and reading certificates would hold up the picture.
        post = await asyncio.to_thread(_ready, server, settings, body)
    except Exception as error:  # noqa: BLE001  whatever it is, nothing was sent, and that is to be said
        return Outcome(Delivery.NOT_SENT, f"Nothing was sent. {error}")
    return await post.send()


def _ready(server: ServerSettings, settings: Settings, body: bytes) -> "SurveyPost":
    from wallboard.ece.survey.survey_post import SurveyPost

    return SurveyPost(server, settings, body)
