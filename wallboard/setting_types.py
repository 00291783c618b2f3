"""The kinds of values that settings are made of."""

import re
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MinLen

from wallboard.frozen import frozen

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
"""What a header may be called, and what it may hold: printable ASCII."""

SHORTEST_INTERVAL_SECONDS = 0.1
LONGEST_INTERVAL_SECONDS = 86_400
LARGEST_FIGURE = 10**9
"""Of what an answer is compared with; a recording holds no larger one."""

Interval = Annotated[float, Ge(SHORTEST_INTERVAL_SECONDS), Le(LONGEST_INTERVAL_SECONDS)]
Patience = Annotated[float, Gt(0), Le(86_400)]
"""Seconds that something is waited for."""

Days = Annotated[float, Gt(0), Le(36_500)]
Seconds = Annotated[float, Ge(0), Le(LARGEST_FIGURE)]
Count = Annotated[int, Ge(0), Le(LARGEST_FIGURE)]
Slots = Annotated[int, Ge(-LARGEST_FIGURE), Le(LARGEST_FIGURE)]
Name = Annotated[str, MinLen(1)]
Off = Literal[False]
DesktopSequence = Literal["osc9", "osc777", "osc99", "bell"]

STRICT = {"extra": "forbid", "strict": True}
"""How pydantic checks a table: nothing but its own settings, each of its own type."""


@frozen
class Secret:
    """A text that never appears in output, logs or errors."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "•••"
