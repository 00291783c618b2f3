"""What each setting is for, read from the comments of the example config."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

Keys = tuple[str, ...]
"""Keys from the top of a config without positions, such as ``("server", "url")``."""

_COMMENT = re.compile(r"#(?: (.*))?")
_HEADER = re.compile(r"#?\[{1,2}([\w.]+)\]{1,2}(?:\s+# (.*))?")
_SETTING = re.compile(r"#?([\w-]+) = .*?(?:\s+# (.*))?")


def example_path() -> Path:
    """The example config, in a checkout or an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "config.example.toml"
    return installed if installed.is_file() else package.parent / installed.name


@cache
def explanations() -> Mapping[Keys, str]:
    """A sentence for every table and every setting that the example config has."""
    found: dict[Keys, str] = {}
    table: Keys = ()
    above: list[str] = []
    for line in example_path().read_text(encoding="utf-8").splitlines():
        if comment := _COMMENT.fullmatch(line):
            above.append(comment[1] or "")
            continue
        header, setting = _HEADER.fullmatch(line), _SETTING.fullmatch(line)
        if header:
            table = tuple(header[1].split("."))
            found.setdefault(table, _sentence([*above, header[2]]))
        elif setting:
            found.setdefault((*table, setting[1]), _sentence([*above, setting[2]]))
        above.clear()
    return found


def _sentence(parts: list[str]) -> str:
    text = " ".join(filter(None, parts))
    return text[:1].upper() + text[1:]
