"""What ``--version --verbose`` says: the program, its form, Python, and every library."""

import platform
import sqlite3
import ssl
import sys
from collections.abc import Iterator

from wallboard import __version__
from wallboard.domain.foreign_text import safe
from wallboard.installation import installation, libraries


def version_lines() -> Iterator[str]:
    """A line for each, name and value in two columns."""
    yield f"wallboard {__version__}"
    installed = installation()
    rows = [
        ("form", f"{installed.form} ({installed.place})"),
        ("python", f"{python_version()} ({sys.executable})"),
        ("system", system_version()),
        ("openssl", ssl.OPENSSL_VERSION),
        ("sqlite", sqlite3.sqlite_version),
        *libraries(),
    ]
    widest = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield safe(f"  {name:<{widest}}  {value}")


def python_version() -> str:
    """The interpreter and its version, as in ``CPython 3.13.1``."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def system_version() -> str:
    """The distribution, the kernel and its machine, and the C library where that is glibc."""
    library, version = platform.libc_ver()
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        name = ""
    kernel = f"{platform.system()} {platform.release()} {platform.machine()}"
    return ", ".join(filter(None, (name, kernel, f"{library} {version}".strip())))
