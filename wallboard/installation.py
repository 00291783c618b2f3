"""How this program came onto this machine, how it is run again, and the libraries it stands on."""

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from wallboard.frozen import frozen

PACKAGE = "wallboard"


class Form(StrEnum):
    """The forms that the program comes in."""

    CHECKOUT = "checkout"
    PACKAGE = "Python package"
    WHEELHOUSE = "wheelhouse"
    ZIPAPP = "zipapp"
    FROZEN = "folder with its own Python"
    DEB = "Debian package"


_FORM_OF_INSTALLER = {"dpkg": Form.DEB, "wallboard-install": Form.WHEELHOUSE}
"""By what stands in ``INSTALLER`` of the package's metadata."""


@frozen
class Installation:
    """A form, and the file or folder that holds the program."""

    form: Form
    place: Path


def installation() -> Installation:
    """How this very process was installed."""
    if getattr(sys, "frozen", False):
        return Installation(Form.FROZEN, Path(sys.executable).parent)
    if archive := _archive():
        return Installation(Form.ZIPAPP, archive)
    return Installation(_installed_form(), Path(__file__).parent)


def own_command() -> tuple[str, ...]:
    """The words that run this program, before its arguments."""
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    if archive := _archive():
        return (sys.executable, str(archive))
    # Safe: what lies in the working folder is not to be taken for a part of the program.
    return (sys.executable, "-P", "-m", PACKAGE)


def libraries() -> Iterator[tuple[str, str]]:
    """Every library the program asks for, extras too, by name, with its version."""
    try:
        wanted = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return
    parted = (one.partition(";") for one in wanted)
    for name in sorted({_name(one) for one, _, when in parted if "dev" not in when}):
        yield name, version_of(name)


def version_of(package: str) -> str:
    """The version of an installed package, or that there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _archive() -> Path | None:
    """The zip file that the interpreter was told to run, if it was one."""
    loader = getattr(sys.modules["__main__"], "__loader__", None)
    archive = getattr(loader, "archive", None)
    return Path(archive).absolute() if archive else None


def _installed_form() -> Form:
    try:
        package = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        return Form.CHECKOUT
    if origin := package.read_text("direct_url.json"):
        if json.loads(origin).get("dir_info", {}).get("editable"):
            return Form.CHECKOUT
    installer = (package.read_text("INSTALLER") or "").strip()
    return _FORM_OF_INSTALLER.get(installer, Form.PACKAGE)


def _name(requirement: str) -> str:
    """The name in a requirement such as ``textual<8.3,>=8.2.8``."""
    end = next((at for at, sign in enumerate(requirement) if sign in " <>=!~;[("), None)
    return requirement[:end]
