"""The shapes that say the same as the colours, in what the terminal's font can show."""

from collections.abc import Mapping
from dataclasses import dataclass

from wallboard.domain.policy import Level, Verdict

RESPONSE_TYPE = {"0": "CAN TAKE", "1": "NO AGENT", "2": "MAX DEPTH"}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs. All take one cell, but ``contradiction`` and ``becomes`` may take more.

    ``blocks`` goes from the lowest to the highest column of a chart and may have any length;
    ``gap`` stands in a chart where nothing is known. ``unknown`` stands for a figure that is not
    known, ``at_most`` before the top of a scale. ``scroll_ends`` are Textual's eighths of a row,
    and ``block`` is the full cell of which big digits are made.
    """

    name: str
    verdict: Mapping[Verdict, str]
    level: Mapping[Level, str]
    partial: str
    contradiction: str
    lenient: str
    heartbeat: str
    blocks: str
    gap: str
    edge: str
    selected_edge: str
    ellipsis: str
    unknown: str
    at_most: str
    separator: str
    pointer: str
    becomes: str
    times: str
    scroll_ends: str
    block: str
    folded: str
    unfolded: str


UNICODE = Glyphs(
    name="unicode",
    verdict={
        Verdict.OPEN: "✓",
        Verdict.QUEUE_DEPTH_REACHED: "▲",
        Verdict.AGENT_NOT_AVAILABLE: "○",
        Verdict.SERVICE_NOT_RUNNING: "✗",
        Verdict.INVALID_ENTRY_POINT: "#",
        Verdict.ENTRY_POINT_INACTIVE: "□",
        Verdict.OTHER: "■",
        Verdict.UNKNOWN: "?",
        Verdict.UNREACHABLE: "╳",
        Verdict.ERROR: "!",
        Verdict.WAITING: "·",
    },
    level={Level.OK: " ", Level.WARNING: "▲", Level.UNKNOWN: "?", Level.CRITICAL: "◆"},
    partial="◐",
    contradiction="≠",
    lenient="~",
    heartbeat="⠋⠙⠸⢰⣠⣄⡆⠇",
    blocks="▁▂▃▄▅▆▇█",
    gap="╌",
    edge="▎",
    selected_edge="█",
    ellipsis="…",
    unknown="–",
    at_most="≤",
    separator="·",
    pointer="▶",
    becomes="→",
    times="×",
    scroll_ends="▁▂▃▄▅▆▇ ",
    block="█",
    folded="▸",
    unfolded="▾",
)

ASCII = Glyphs(
    name="ascii",
    verdict={
        Verdict.OPEN: "+",
        Verdict.QUEUE_DEPTH_REACHED: "^",
        Verdict.AGENT_NOT_AVAILABLE: "o",
        Verdict.SERVICE_NOT_RUNNING: "v",
        Verdict.INVALID_ENTRY_POINT: "#",
        Verdict.ENTRY_POINT_INACTIVE: "=",
        Verdict.OTHER: "*",
        Verdict.UNKNOWN: "?",
        Verdict.UNREACHABLE: "X",
        Verdict.ERROR: "!",
        Verdict.WAITING: ".",
    },
    level={Level.OK: " ", Level.WARNING: "^", Level.UNKNOWN: "?", Level.CRITICAL: "*"},
    partial="%",
    contradiction="!=",
    lenient="~",
    heartbeat="|/-\\",
    blocks="_.:-=+*#",
    gap="'",
    edge="|",
    selected_edge="#",
    ellipsis=">",
    unknown="-",
    at_most="^",
    separator="-",
    pointer=">",
    becomes="->",
    times="x",
    scroll_ends=" " * 8,
    block="#",
    folded="+",
    unfolded="-",
)

CONSOLE = Glyphs(
    name="console",
    verdict={
        **ASCII.verdict,
        Verdict.OPEN: "√",
        Verdict.QUEUE_DEPTH_REACHED: "▲",
        Verdict.AGENT_NOT_AVAILABLE: "○",
        Verdict.SERVICE_NOT_RUNNING: "▼",
        Verdict.OTHER: "■",
        Verdict.UNREACHABLE: "╬",
        Verdict.WAITING: "·",
    },
    level={Level.OK: " ", Level.WARNING: "▲", Level.UNKNOWN: "?", Level.CRITICAL: "♦"},
    partial="%",
    contradiction="!=",
    lenient="~",
    heartbeat=ASCII.heartbeat,
    blocks="░▒▓█",
    gap="-",
    edge="▌",
    selected_edge="█",
    ellipsis=">",
    unknown="-",
    at_most="≤",
    separator="·",
    pointer="►",
    becomes="->",
    times="x",
    scroll_ends=" " * 8,
    block="█",
    folded="►",
    unfolded="▼",
)
"""What the fonts of the Linux console have in common: the signs of code page 437."""
