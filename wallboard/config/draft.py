"""A new config: its text with comments, and writing it to a file."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path

from wallboard.config.document import Toml, bare, literal
from wallboard.config.schema import Keys, explanations
from wallboard.frozen import frozen
from wallboard.settings import EntryPointSettings

_FOREWORD = """\
# The config of wallboard. Only what differs from the defaults must stand here.
# `wallboard config show` says what holds and why, `config check` what is wrong.
#
# Editors that go by Taplo (Even Better TOML in VS Code) complete and check it:
# write wallboard.schema.json with `wallboard config schema`, and make this the
# first line: #:schema ./wallboard.schema.json
"""


@frozen(kw_only=True)
class Draft:
    """The content of a new config: one server and its entry points.

    ``headers`` are as a config has them, texts or ``{"env": "NAME"}``; ``interval`` is seconds.
    """

    name: str
    url: str
    entry_points: tuple[EntryPointSettings, ...]
    interval: float
    headers: Mapping[str, Toml] = field(default_factory=dict, repr=False)

    @property
    def is_secret(self) -> bool:
        """Whether it holds a secret itself, not only the name of a variable."""
        return any(isinstance(value, str) for value in self.headers.values())

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that it needs."""
        return tuple(value["env"] for value in self.headers.values() if isinstance(value, Mapping))

    def text(self, *, hidden: str | None = None) -> str:
        """The config in TOML, with comments; ``hidden`` takes the place of secrets."""
        return "\n".join(self._lines(hidden)) + "\n"

    def _lines(self, hidden: str | None) -> Iterator[str]:
        yield _FOREWORD
        yield _setting(("interval",), self.interval)
        yield "\n[[server]]"
        yield _setting(("server", "name"), self.name)
        yield _setting(("server", "url"), self.url)
        if self.headers:
            yield f"\n# {explanations()['server', 'headers']}\n[server.headers]"
        for name, value in self.headers.items():
            shown = hidden if hidden is not None and isinstance(value, str) else value
            yield f"{bare(name)} = {literal(shown)}"
        for number, entry in enumerate(self.entry_points):
            yield "\n[[server.entry_point]]"
            for key in ("id", "name", "group"):
                if (value := getattr(entry, key)) != "":
                    where = ("server", "entry_point", key)
                    yield _setting(where, value) if not number else f"{key} = {literal(value)}"


def write(draft: Draft, path: Path, *, force: bool) -> None:
    """Write a new file, readable by its owner only if there is a secret in it.

    Raises ``FileExistsError`` unless ``force``, and other ``OSError``.
    """
    from wallboard.files import replaced

    path.parent.mkdir(parents=True, exist_ok=True)
    os.umask(mask := os.umask(0o077))
    mode = 0o600 if draft.is_secret else 0o666 & ~mask
    if force and path.exists():
        # The new file is no more readable to others than the old one.
        mode &= path.stat().st_mode
    with replaced(path, mode=mode, new=not force) as file:
        file.write(draft.text().encode())


def _setting(keys: Keys, value: Toml) -> str:
    return f"# {explanations()[keys]}\n{keys[-1]} = {literal(value)}"
