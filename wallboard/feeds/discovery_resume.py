"""What a sweep that did not get to its end has found, kept until it is resumed."""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge

from wallboard.config.selection import ids_in
from wallboard.config.state_folder import file_name_of, state_folder
from wallboard.domain.discovery import Discovery, Found, ranges
from wallboard.domain.endpoint import Endpoint
from wallboard.ece.ask.outgoing import url_of
from wallboard.files import read_file, replaced
from wallboard.frozen import frozen
from wallboard.settings import ServerSettings

LARGEST_FILE = 64 * 1024 * 1024


@frozen
class _Kept:
    """The shape of the file, which anybody may have written."""

    version: Literal[1]
    sweep: str
    missing: list[str]
    refusals: dict[str, Annotated[int, Ge(0)]]
    found: list[Found]
    unclear: list[Found]


class Unfinished:
    """The file of one sweep: one address and one set of ids."""

    def __init__(self, server: ServerSettings, ids: list[int], environ: Mapping[str, str]) -> None:
        """``environ`` may name the state folder."""
        self._sweep = f"{url_of(server, Endpoint.CHAT_ALLOWED, 0)} {','.join(ranges(ids))}"
        self._ids = ids
        self._environ = environ

    @property
    def _path(self) -> Path:
        """Where it is kept. Raises ``OSError`` where there is no state folder."""
        folder = state_folder(self._environ) / "discoveries"
        return folder / f"{file_name_of(self._sweep)}.json"

    def load(self) -> Discovery | None:
        """What was found before, or ``None`` if nothing was kept, or nothing that can be read."""
        from pydantic import TypeAdapter

        try:
            text = read_file(self._path, LARGEST_FILE)
            kept = TypeAdapter(_Kept).validate_json(text, strict=True)
            return _discovery(kept, self._ids) if kept.sweep == self._sweep else None
        except (OSError, ValueError):
            return None

    def save(self, discovery: Discovery) -> None:
        """Keep what was found. Raises ``OSError``."""
        document = {
            "version": 1,
            "sweep": self._sweep,
            "missing": list(ranges(discovery.missing)),
            "refusals": discovery.refusals,
            "found": [asdict(one) for one in discovery.entry_points.values()],
            "unclear": [asdict(one) for one in discovery.unclear.values()],
        }
        path = self._path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replaced(path) as file:
            file.write(json.dumps(document).encode())

    def forget(self) -> None:
        """Keep nothing: the sweep is complete."""
        with suppress(OSError):
            self._path.unlink()


def _discovery(kept: _Kept, ids: list[int]) -> Discovery:
    """What a file says was found. Raises ``ValueError`` unless it can be of these ids."""
    discovery = Discovery()
    named: list[int] = []
    for part in kept.missing:
        named += ids_in(part, len(ids) - len(named))
    discovery.missing.update(named)
    for one in (*kept.found, *kept.unclear):
        if not isfinite(one.wait_seconds or 0.0):
            raise ValueError(one.wait_seconds)
        discovery.add(one)
        named.append(one.id)
    if len(set(named)) < len(named) or not set(ids).issuperset(named):
        raise ValueError("its ids are duplicate or outside the range")
    discovery.refusals = Counter(kept.refusals)
    return discovery
