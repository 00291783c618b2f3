"""Values as TOML writes them, all on one line and safe on any terminal."""

import re
from collections.abc import Mapping

from wallboard.config.place import Toml

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(value: Toml) -> str:
    """A value in TOML; what a terminal might act on is spelled out as an escape."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{"".join(map(_escaped, value))}"'
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case Mapping():
            inner = ", ".join(f"{bare(key)} = {literal(item)}" for key, item in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(map(literal, value))}]"
        case _:
            return str(value)


def bare(key: str) -> str:
    """A key in TOML, in quotes only where it needs them."""
    return key if _BARE.fullmatch(key) else literal(key)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
