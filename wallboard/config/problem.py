"""Problems of a config, in words that are safe to print."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wallboard.domain.foreign_text import escaped, has_controls

LONGEST_SHOWN = 60
"""Characters of a value that a message repeats."""

LONGEST_NAME = 500
"""Characters of a text that faces show: a name, a reason, a question, a phone number."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem: the file, the table and the key, and what to do.

    A part that does not apply is empty. No part holds a control character or a secret.
    """

    file: str
    table: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.file, self.table, self.key, self.message)))


class ConfigError(Exception):
    """The config cannot be used; ``problems`` are all its problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def shown(value: object) -> str:
    """A value from the config for a message: short, printable, in TOML terms."""
    match value:
        case str():
            short = value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "…"
            return f'"{escaped(short)}"'
        case bool():
            return str(value).lower()
        case int():
            # TOML stops at 64 bits, and Python refuses to print a number of thousands of digits.
            return str(value) if value.bit_length() <= 64 else "a number of more than 64 bits"
        case float():
            return f"{value:g}"
        case dt.date() | dt.time():
            return f"the date or time {value.isoformat()}"
        case dict():
            return "a table"
        case _:
            return "a list"


def name_fault(text: str, longest: int = LONGEST_NAME) -> str:
    """Why faces cannot show a text, which must not move the cursor; empty if they can."""
    if text and not text.strip():
        return "must not be blank"
    if len(text) > longest:
        return f"must have at most {longest} characters, not {len(text)}"
    if has_controls(text):
        return f"must not contain control characters: {shown(text)}"
    return ""


def one_problem(file: Path | str, message: str) -> ConfigError:
    """An error about a file as a whole."""
    return ConfigError([Problem(escaped(file), "", "", message)])
