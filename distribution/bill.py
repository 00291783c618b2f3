"""The bill of materials (CycloneDX), and the sums of all that is given away."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from distribution.frozen import ENVIRONMENT
from distribution.places import DIST, ROOT, VERSION, epoch
from distribution.tools import run, tools


def build() -> list[Path]:
    """Write what the environment that was frozen holds: each library and what it needs."""
    path = DIST / f"wallboard-{VERSION}.cdx.json"
    run(str(tools() / "cyclonedx-py"), "environment", "--output-reproducible", "--output-format",
        "JSON", "--pyproject", str(ROOT / "pyproject.toml"), "--output-file", str(path),
        str(ENVIRONMENT / "bin" / "python"))  # fmt: skip
    document = json.loads(path.read_text())
    document["metadata"]["component"]["version"] = VERSION
    document["metadata"]["timestamp"] = datetime.fromtimestamp(epoch(), UTC).isoformat()
    path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")
    return [path]


def sums() -> list[Path]:
    """Write the sums, as ``sha256sum -c`` reads them."""
    path = DIST / "SHA256SUMS"
    files = sorted(one for one in DIST.iterdir() if one != path and one.suffix != ".sig")
    digests = [(hashlib.sha256(one.read_bytes()).hexdigest(), one.name) for one in files]
    path.write_text("".join(f"{digest}  {name}\n" for digest, name in digests))
    return [path]
