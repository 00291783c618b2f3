"""The keys that a kiosk does not have."""

NOT_IN_A_KIOSK = frozenset(
    {
        "poll_now",
        "acknowledge",
        "acknowledge_all",
        "shelve",
        "note",
        "freeze",
        "unfreeze",
        "go_to",
        "change",
        "interval",
        "play",
        "pause",
        "speed",
        "go_live",
        "go_end",
        "copy_body",
        "copy_curl",
        "copy_bundle",
        "quit",
        "quit_anywhere",
        "suspend_process",
        "survey",
        "handover",
        "doctor",
    }
)
"""Actions that do more than change the view, or would leave a kiosk stopped or out of date."""
