"""Reads the secrets of a config: from the environment, a file, or the service manager."""

from collections.abc import Mapping
from pathlib import Path

from wallboard.config.document import Toml
from wallboard.config.problem import shown
from wallboard.domain.foreign_text import is_whole
from wallboard.files import read_file

SECRET_FORM = 'a string, { env = "NAME" }, { file = "PATH" } or { credential = "NAME" }'  # noqa: S105 - how to write one

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""The environment variable that names the folder of the credentials of a service of systemd."""

LARGEST_SECRET = 65_536
"""Bytes of a file with a secret."""


def secret(value: Toml, environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """A secret as the settings hold it. Raises ``ValueError``, which never repeats one."""
    if isinstance(value, str):
        return {"value": value}
    if not isinstance(value, dict) or list(value) not in (["env"], ["file"], ["credential"]):
        raise ValueError(f"must be {SECRET_FORM}")
    (place,) = value.values()
    if not isinstance(place, str) or not place:
        raise ValueError(f"must be {SECRET_FORM}")
    if "file" in value:
        return {"value": _secret_in(folder / place)}
    if "credential" in value:
        return {"value": _secret_in(_credential(place, environ))}
    name = place
    if not environ.get(name):
        if not (name.isascii() and name.isidentifier()):
            # It may be the secret itself, so it is not repeated.
            raise ValueError("env must name an environment variable: letters, digits, underscores")
        raise ValueError(f"the environment variable {name} is not set or empty; set it first")
    if not is_whole(environ[name]):
        raise ValueError(f"the environment variable {name} is not UTF-8 text")
    return {"value": environ[name]}


def _credential(name: str, environ: Mapping[str, str]) -> Path:
    """The file of a credential that the unit loads."""
    if "/" in name or name in {".", ".."}:
        raise ValueError("credential must be the name that LoadCredential= gives it, not a path")
    if not (folder := environ.get(CREDENTIALS)):
        raise ValueError(
            f"{CREDENTIALS} is not set: only a service of systemd has the credential "
            f"{shown(name)}, with LoadCredential= in its unit"
        )
    return Path(folder) / name


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
    if "\0" in text:
        raise ValueError(f"the file {shown(str(path))} is not text: it has a NUL character")
    return text
