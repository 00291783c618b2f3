"""What would change in a config, as a unified diff without secrets."""

import difflib
from collections.abc import Iterator

from wallboard.config.toml_text import lines_in
from wallboard.domain.foreign_text import safe
from wallboard.settings import Secret

_SECRET_KEYS = frozenset({"headers", "proxy"})
_HIDDEN = str(Secret(""))


def config_diff(before: str, after: str, name: str) -> list[str]:
    """The lines of the diff, safe on a terminal. Both texts must be valid TOML, or empty."""
    lines = difflib.unified_diff(
        list(_shown(before)), list(_shown(after)), name if before else "nothing", name, lineterm=""
    )
    return [safe(line.replace("\t", "    ")) for line in lines]


def _shown(text: str) -> Iterator[str]:
    """The lines of a config with secrets hidden, also those in comments beside them."""
    found = lines_in(text)
    starts = set(found.values())
    secret = {line for path, line in found.items() if _is_secret(path)}
    hiding = False
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        bare = line.removesuffix("\r")
        if number in starts:
            hiding = number in secret
        is_header = number in starts and bare.lstrip().startswith("[")
        yield _hidden(bare) if hiding and not is_header else bare


def _is_secret(path: tuple[str | int, ...]) -> bool:
    return len(path) > 2 and path[0] == "server" and path[2] in _SECRET_KEYS


def _hidden(line: str) -> str:
    if not line.strip():
        return line
    key, equals, _ = line.partition("=")
    return f"{key}= {_HIDDEN}" if equals else _HIDDEN
