"""The shapes that say the same as the colours, for whoever cannot see colours."""

from wallboard.domain.policy import Level, Verdict

VERDICT = {
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
}

LEVEL = {Level.OK: " ", Level.WARNING: "▲", Level.UNKNOWN: "?", Level.CRITICAL: "◆"}

PARTIAL, CONTRADICTION, LENIENT = "◐", "≠", "~"

RESPONSE_TYPE = {"0": "CAN TAKE", "1": "NO AGENT", "2": "MAX DEPTH"}

HEARTBEAT = "⠋⠙⠸⢰⣠⣄⡆⠇"
BLOCKS = "▁▂▃▄▅▆▇█"
GAP = "╌"
EDGE, SELECTED_EDGE = "▎", "█"
