"""What each mark, chip, strip and column of the wall means."""

from collections.abc import Iterator

from wallboard.domain.alarm import AlarmState
from wallboard.ui.look.glyphs import Glyphs

Explained = tuple[tuple[str, str], ...]
"""Signs or words of the wall, each with its meaning."""


def legend(glyphs: Glyphs) -> Iterator[tuple[str, Explained]]:
    """The groups of the legend, each with its title."""
    yield "Marks", _marks(glyphs)
    yield "Alarms", _alarms(glyphs)
    yield "Response type (checkEligibility)", _response_types(glyphs)
    yield "Charts and strips", _charts(glyphs)
    yield "Columns of lines and events", _columns()


def _marks(glyphs: Glyphs) -> Explained:
    return (
        (f"{glyphs.partial} partial", "some endpoint fails, or only checkEligibility decides"),
        (f"{glyphs.contradiction} contradiction", "chatAllowed and checkEligibility disagree"),
        (f"{glyphs.lenient} lenient", "a body was not well formed, but could be read"),
        (
            f"{glyphs.node_differs} node differs",
            "a node behind the VIP says something else than it",
        ),
        (f"{glyphs.disputed} disputed", "places of the fleet disagree for longer than a round"),
        ("from 2 of 3", "so many places of the fleet say the same"),
        ("12s old", "stale: the last good answer is that old"),
        ("13m", "for how long it has been in this state"),
        (f"{glyphs.at_least}13m", "at least that long: nobody saw it begin"),
        ("from OPEN", "it has just changed from that"),
        ("slots 0!", "the figure has reached its threshold"),
        (glyphs.unknown, "not known"),
    )


def _alarms(glyphs: Glyphs) -> Explained:
    sign = glyphs.alarm
    return (
        (f"{sign[AlarmState.UNACKNOWLEDGED]} unacknowledged", "raised, and nobody is on it; new"),
        (f"{sign[AlarmState.ACKNOWLEDGED]} by anna", "acknowledged: Anna is on it, and why"),
        (f"{sign[AlarmState.RETURNED]} was DOWN", "it is over, and nobody looked until now"),
        (f"{sign[AlarmState.SHELVED]} until 15:00", "shelved: not now, by whom and why"),
        (
            f"{sign[AlarmState.SUPPRESSED]} suppressed",
            "its server, a calendar or maintenance explains it",
        ),
        ("chattering", "it was raised and over many times in a few minutes"),
        ("over 24h", "it has stood for more than a day"),
        ("2 new", "header: alarms in that state, shown or hidden"),
    )


def _response_types(glyphs: Glyphs) -> Explained:
    return (
        ("eligible", "0: a chat can be offered"),
        ("no agent (1)", "1: no agent is available"),
        ("max depth (2)", "2: the queue has reached its maximum depth"),
        ("? 7", "an answer that is not documented"),
        (glyphs.unknown, "not known, or stale"),
    )


def _charts(glyphs: Glyphs) -> Explained:
    rising = glyphs.blocks[:: max(1, len(glyphs.blocks) // 3)]
    chart = f"{rising}{glyphs.gap}{glyphs.blocks[1]} {glyphs.at_most}60s"
    return (
        (chart, "waits of the last polls and their scale; a gap is a failed poll"),
        (f"{glyphs.gap * 3} in a strip", "no data recorded"),
        (glyphs.position, "replay: the position; blocks show how much of the board is not OK"),
        (glyphs.becomes, "from one state to another"),
    )


def _columns() -> Explained:
    return (
        ("WAIT", "estimated wait of a new chat"),
        ("QUEUE", "chats that wait now"),
        ("SLOTS", "chats that agents can still take"),
        ("BUTTON", "whether customers see the chat button"),
        ("WAS, BECAME", "events: the state before and after"),
        ("AFTER", "events: how long it had been in the state before"),
    )
