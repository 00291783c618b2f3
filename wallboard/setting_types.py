"""The kinds of values that settings are made of."""

import re
from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Ge, Gt, MinLen

from wallboard.frozen import frozen

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
"""What a header may be called, and what it may hold: printable ASCII."""

Positive = Annotated[float, Gt(0)]
Seconds = Annotated[float, Ge(0)]
Count = Annotated[int, Ge(0)]
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
