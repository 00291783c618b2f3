"""Reads the secrets of a config, from an environment variable or a file."""

from collections.abc import Mapping
from pathlib import Path

from wallboard.config.document import Toml
from wallboard.config.problem import shown
from wallboard.files import read_file

SECRET_FORM = 'a string, { env = "NAME" } or { file = "PATH" }'  # noqa: S105 - how to write one

LARGEST_SECRET = 65_536
"""Bytes of a file with a secret."""


def secret(value: Toml, environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """A secret as the settings hold it. Raises ``ValueError``, which never repeats one."""
    if isinstance(value, str):
        return {"value": value}
    if not isinstance(value, dict) or list(value) not in (["env"], ["file"]):
        raise ValueError(f"must be {SECRET_FORM}")
    (place,) = value.values()
    if not isinstance(place, str) or not place:
        raise ValueError(f"must be {SECRET_FORM}")
    if "file" in value:
        return {"value": _secret_in(folder / place)}
    name = place
    if not environ.get(name):
        if not (name.isascii() and name.isidentifier()):
            # It may be the secret itself, so it is not repeated.
            raise ValueError("env must name an environment variable: letters, digits, underscores")
        raise ValueError(f"the environment variable {name} is not set or empty; set it first")
    return {"value": environ[name]}


def _secret_in(path: Path) -> str:
    """The secret in a file, without the line break at its end, as of now."""
    try:
        content = read_file(path, LARGEST_SECRET)
    except OSError as error:
        raise ValueError(
            f"cannot read the file {shown(str(path))}: {error.strerror or error}"
        ) from None
    if len(content) > LARGEST_SECRET:
        raise ValueError(f"the file {shown(str(path))} is longer than {LARGEST_SECRET} bytes")
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ValueError(f"the file {shown(str(path))} is not UTF-8 text") from None
    if not text:
        raise ValueError(f"the file {shown(str(path))} is empty")
    return text
