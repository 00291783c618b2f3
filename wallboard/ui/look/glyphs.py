"""The signs for verdicts, levels and charts, by what the terminal can show."""

import locale
import os
from collections.abc import Mapping
from typing import Literal

from wallboard.domain.alarm import AlarmState
from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen

RESPONSE_TYPE = {"0": "CAN TAKE", "1": "NO AGENT", "2": "MAX DEPTH"}


@frozen
class Glyphs:
    """One set of signs, each of one cell.

    Only ``contradiction``, ``becomes``, ``node_differs`` and ``disputed`` may take more.
    ``blocks`` goes from the lowest to the highest column of a chart and may have any length;
    ``edges`` and ``strip`` are the left edge of a tile and a slice of a strip of states at each
    level, told apart without colours.
    ``gap`` marks missing values in a chart, ``position`` the position of a replay, ``unknown`` an
    unknown figure, ``at_most`` the top of a scale, ``at_least`` a span that may be longer; big
    letters are made of ``block`` and ``halves``, a cell filled in its upper and in its lower half.
    ``alarm`` are the signs of the states of an alarm that have one. ``beyond_ascii`` are the
    characters besides ASCII that the terminal can show, ``None`` for any. A verdict without a sign
    has that of its level.
    """

    name: str
    verdict: Mapping[Verdict, str]
    level: Mapping[Level, str]
    partial: str
    contradiction: str
    lenient: str
    node_differs: str
    disputed: str
    heartbeat: str
    blocks: str
    gap: str
    position: str
    edges: Mapping[Level, str]
    strip: Mapping[Level, str]
    ellipsis: str
    unknown: str
    at_most: str
    at_least: str
    separator: str
    pointer: str
    decides: str
    becomes: str
    times: str
    block: str
    halves: str
    folded: str
    unfolded: str
    alarm: Mapping[AlarmState, str]
    beyond_ascii: frozenset[str] | None

    def __post_init__(self) -> None:
        """Every verdict has a sign."""
        signs = {one: self.verdict.get(one, self.level[one.default_level]) for one in Verdict}
        object.__setattr__(self, "verdict", signs)


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
    node_differs="⇄",
    disputed="±",
    heartbeat="⠋⠙⠸⢰⣠⣄⡆⠇",
    blocks="▁▂▃▄▅▆▇█",
    gap="╌",
    position="┃",
    edges={Level.OK: "│", Level.WARNING: "┃", Level.UNKNOWN: "┋", Level.CRITICAL: "█"},
    strip={Level.OK: "▁", Level.WARNING: "▄", Level.UNKNOWN: "▒", Level.CRITICAL: "█"},
    ellipsis="…",
    unknown="–",
    at_most="≤",
    at_least="≥",
    separator="·",
    pointer="▶",
    decides="◄",
    becomes="→",
    times="×",
    block="█",
    halves="▀▄",
    folded="▸",
    unfolded="▾",
    alarm={
        AlarmState.UNACKNOWLEDGED: "●",
        AlarmState.ACKNOWLEDGED: "✓",
        AlarmState.RETURNED: "↺",
        AlarmState.SHELVED: "◷",
        AlarmState.SUPPRESSED: "⊘",
    },
    beyond_ascii=None,
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
    node_differs="<>",
    disputed="+-",
    heartbeat="|/-\\",
    blocks="_.:-=+*#",
    gap="'",
    position="|",
    edges={Level.OK: "|", Level.WARNING: "!", Level.UNKNOWN: "?", Level.CRITICAL: "#"},
    strip={Level.OK: "_", Level.WARNING: "=", Level.UNKNOWN: "?", Level.CRITICAL: "#"},
    ellipsis=">",
    unknown="-",
    at_most="^",
    at_least=">",
    separator="-",
    pointer=">",
    decides="<",
    becomes="->",
    times="x",
    block="#",
    halves='"_',
    folded="+",
    unfolded="-",
    alarm={
        AlarmState.UNACKNOWLEDGED: "N",
        AlarmState.ACKNOWLEDGED: "A",
        AlarmState.RETURNED: "R",
        AlarmState.SHELVED: "S",
        AlarmState.SUPPRESSED: "/",
    },
    beyond_ascii=frozenset(),
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
    node_differs="<>",
    disputed="±",
    heartbeat=ASCII.heartbeat,
    blocks="░▒▓█",
    gap="-",
    position="│",
    edges={Level.OK: "│", Level.WARNING: "║", Level.UNKNOWN: "▒", Level.CRITICAL: "█"},
    strip={Level.OK: "_", Level.WARNING: "▄", Level.UNKNOWN: "▒", Level.CRITICAL: "█"},
    ellipsis=">",
    unknown="-",
    at_most="≤",
    at_least="≥",
    separator="·",
    pointer="►",
    decides="◄",
    becomes="->",
    times="x",
    block="█",
    halves="▀▄",
    folded="►",
    unfolded="▼",
    alarm={**ASCII.alarm, AlarmState.ACKNOWLEDGED: "√"},
    beyond_ascii=frozenset(bytes(range(128, 255)).decode("cp437") + "►◄▲▼○♦"),
)
"""The characters that all fonts of the Linux console have: code page 437."""


def choose(ascii_only: bool | Literal["auto"], environ: Mapping[str, str] = os.environ) -> Glyphs:
    """The set to use: by the config, or by the locale's encoding and ``TERM``."""
    if ascii_only == "auto":
        ascii_only = not _is_unicode(_encoding(environ))
    if ascii_only:
        return ASCII
    return CONSOLE if environ.get("TERM") == "linux" else UNICODE


def _encoding(environ: Mapping[str, str]) -> str:
    """The encoding of the locale; Python's own is no help, since it maps C to UTF-8."""
    for variable in ("LC_ALL", "LC_CTYPE", "LANG"):
        named = environ.get(variable)
        if named:
            encoding = named.partition(".")[2].partition("@")[0]
            return "ascii" if named in {"C", "POSIX"} else encoding or locale.getencoding()
    return locale.getencoding()


def _is_unicode(encoding: str) -> bool:
    return encoding.lower().replace("-", "") == "utf8"
