"""That this machine has no network, in words."""

from wallboard.report.words.figures import minute, span_in_words

LOST = "no network"


def network_words(since: float, now: float, *, witnesses: int = 0, who: str = "") -> str:
    """``This machine has no network since 14:03 (3 witnesses fail)``.

    Times are Unix time in seconds. ``witnesses`` is how many were asked, where that is known, and
    ``who`` the process that polls, if it is another one.
    """
    asked = "no witness answers"
    if witnesses:
        asked = f"{witnesses} witness{'es fail' if witnesses > 1 else ' fails'}"
    return f"{_whose(who)} has {LOST} since {minute(since, now)} ({asked})"


def network_back(lasted: float | None = None) -> str:
    """That the network is back, and after how many seconds."""
    after = f" after {span_in_words(lasted)}" if lasted else ""
    return f"This machine has its network back{after}"


def _whose(who: str) -> str:
    return f"The machine of {who}" if who else "This machine"
