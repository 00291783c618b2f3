"""What a sweep that did not get to its end has found, kept until it is resumed."""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wallboard.config.state import board_name, state_folder
from wallboard.config.triage import ids_in
from wallboard.domain.discovery import Discovery, Found, Presence, ranges
from wallboard.domain.endpoint import Endpoint
from wallboard.ece.answer.endpoints import url_of
from wallboard.files import read_file, replaced
from wallboard.settings import ServerSettings

VERSION = 1
LARGEST_FILE = 64 * 1024 * 1024


class Unfinished:
    """The file of one sweep: one address and one set of ids."""

    def __init__(self, server: ServerSettings, ids: list[int], environ: Mapping[str, str]) -> None:
        """``environ`` may name the state folder."""
        self._sweep = f"{url_of(server, Endpoint.CHAT_ALLOWED, 0)} {','.join(ranges(ids))}"
        self._environ = environ

    @property
    def _path(self) -> Path:
        """Where it is kept. Raises ``OSError`` where there is no state folder."""
        folder = state_folder(self._environ) / "discoveries"
        return folder / f"{board_name(self._sweep)}.json"

    def load(self) -> Discovery | None:
        """What was found before, or ``None`` if nothing was kept, or nothing that can be read."""
        try:
            document = json.loads(read_file(self._path, LARGEST_FILE))
            return _discovery(document) if document["sweep"] == self._sweep else None
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None

    def save(self, discovery: Discovery) -> None:
        """Keep what was found. Raises ``OSError``."""
        document = {
            "version": VERSION,
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


def _discovery(document: dict[str, Any]) -> Discovery:
    if document["version"] != VERSION:
        raise ValueError(document["version"])
    discovery = Discovery()
    for one in (*document["found"], *document["unclear"]):
        discovery.add(Found(**{**one, "id": int(one["id"]), "presence": Presence(one["presence"])}))
    for part in document["missing"]:
        discovery.missing.update(ids_in(part))
    discovery.refusals = Counter({str(k): int(v) for k, v in document["refusals"].items()})
    return discovery
