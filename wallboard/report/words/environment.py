"""The environment of a report: the machine, the versions, the terminal."""

import os
import platform
import socket
import sys
from collections.abc import Mapping
from importlib import metadata

from wallboard import __version__
from wallboard.frozen import frozen

_TERMINAL_VARIABLES = ("TERM", "COLORTERM", "TERM_PROGRAM", "LANG", "LC_ALL", "NO_COLOR")


@frozen
class Environment:
    """Facts as pairs of a name and a value, in the order in which they are shown."""

    facts: tuple[tuple[str, str], ...]


def environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """This machine, this program and this terminal."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return Environment(
        (
            ("host", socket.gethostname()),
            ("system", _system()),
            ("wallboard", __version__),
            ("python", f"{python} ({sys.platform})"),
            ("textual", _version("textual")),
            ("terminal", _terminal(environ)),
        )
    )


def _system() -> str:
    machine = os.uname()
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        name = ""
    kernel = f"{machine.sysname} {machine.release} {machine.machine}"
    return f"{name}, {kernel}" if name else kernel


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _terminal(environ: Mapping[str, str]) -> str:
    found = [f"{name}={environ[name]}" for name in _TERMINAL_VARIABLES if environ.get(name)]
    inside = [word for word, name in (("tmux", "TMUX"), ("screen", "STY")) if environ.get(name)]
    remote = ["over SSH"] if environ.get("SSH_CONNECTION") else []
    return ", ".join([*found, *(f"inside {word}" for word in inside), *remote]) or "unknown"
