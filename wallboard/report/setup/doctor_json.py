"""What a look at servers and machine found, as one JSON document.

New keys may be added, none is ever renamed or removed. What was not tried has the level ``null``.
"""

import json
from collections.abc import Sequence
from typing import Any

from wallboard.domain.diagnosis import Diagnosis
from wallboard.domain.doctor import Fact, Finding
from wallboard.report.setup.doctor import Secrets
from wallboard.report.words.moments import iso
from wallboard.report.words.redact import shareable_url
from wallboard.settings import ServerSettings

_TIMES = frozenset({"not_before", "not_after"})


def doctor_json(
    servers: Sequence[ServerSettings],
    findings: Sequence[Finding],
    diagnosis: Diagnosis,
    at: float,
) -> str:
    """The document in ASCII; ``at`` is Unix time in seconds."""
    secrets = Secrets(servers)
    document = {
        "at": iso(at),
        "level": diagnosis.level.label,
        "cause": {
            "blame": diagnosis.blame,
            "server": diagnosis.server,
            "message": secrets.hidden(diagnosis.sentence),
        },
        "machine": [_step(one, secrets) for one in findings if one.server is None],
        "servers": [
            {
                "name": server.name,
                "url": shareable_url(server.url),
                "steps": [_step(one, secrets) for one in findings if one.server == server.name],
            }
            for server in servers
        ],
    }
    return json.dumps(document, indent=2, allow_nan=False)


def _step(finding: Finding, secrets: Secrets) -> dict[str, Any]:
    taken = finding.elapsed_seconds
    return {
        "step": finding.step,
        "level": None if finding.level is None else finding.level.label,
        "elapsed_ms": None if taken is None else round(taken * 1000, 1),
        "error": finding.cause,
        "message": secrets.hidden(finding.sentence),
        "facts": {name: _fact(name, value, secrets) for name, value in finding.facts.items()},
    }


def _fact(name: str, value: Fact, secrets: Secrets) -> object:
    if isinstance(value, float) and name in _TIMES:
        return iso(value)
    if isinstance(value, tuple):
        return [secrets.hidden(text) for text in value]
    return secrets.hidden(value) if isinstance(value, str) else value
