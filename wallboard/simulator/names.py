"""Plausible ids, names and groups for a demo board."""

FIRST_ID = 1000

_TEAMS = (
    "Sales",
    "Billing",
    "Support",
    "Returns",
    "Orders",
    "Claims",
    "Renewals",
    "Cards",
    "Loans",
    "Travel",
    "Technical Help",
    "Accounts",
    "Mobile",
    "Broadband",
    "Complaints",
    "Delivery",
)
_LINES = ("", "Premium", "Business", "Español", "Français", "Deutsch", "Weekend", "App", "VIP")
_GROUPS = ("EMEA", "AMER", "APAC")


def entry_point_ids(count: int) -> range:
    """The ids of ``count`` entry points, from 1000 as real servers number them."""
    return range(FIRST_ID, FIRST_ID + count)


def entry_point_name(index: int) -> str:
    """The name of the entry point at ``index``; no two indexes share one."""
    rest, team = divmod(index, len(_TEAMS))
    number, line = divmod(rest, len(_LINES))
    words = (_TEAMS[team], _LINES[line], str(number + 1) if number else "")
    return " ".join(filter(None, words))


def entry_point_group(index: int) -> str:
    """The region of the entry point at ``index``."""
    return _GROUPS[index % len(_GROUPS)]
