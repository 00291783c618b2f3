"""The Debian package: built by ``dpkg-deb`` from a tree."""

import gzip
import os
import re
import shutil
import sys
import zlib
from pathlib import Path

from distribution.manual import completion, write_manual
from distribution.places import BUILD, DIST, HERE, PYTHONS, ROOT, VERSION
from distribution.site_folder import make_uniform, site_folder
from distribution.tools import run

_DEBIAN = HERE / "debian"
_SCRIPTS = ("postinst", "prerm", "postrm")
_COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/wallboard",
    "zsh": "usr/share/zsh/vendor-completions/_wallboard",
    "fish": "usr/share/fish/vendor_completions.d/wallboard.fish",
}
REVISION = "1"

NOBODY = "Local build <nobody@wallboard.invalid>"
"""Who answers for a package that nobody put a name to: an address that says it is none."""

_MAINTAINER = re.compile(r"[^\s<>][^\n<>]* <[^\s<>@]+@[^\s<>@]+>")
_RECORD, _RECORD_OF_MACHINE = "\nrecord = true\n", '\nrecord = "/var/lib/wallboard/wallboard.db"\n'


def build() -> list[Path]:
    """Lay the tree as it will lie on the machine, and pack it."""
    tree = BUILD / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    _lay_program(tree / "opt" / "wallboard")
    _lay_command(tree)
    _write(tree / "etc/wallboard/wallboard.toml", _config())
    for unit in (HERE / "systemd").glob("*.service"):
        _lay(unit, tree / "usr/lib/systemd/system" / unit.name)
    _lay_documents(tree)
    for shell, path in _COMPLETIONS.items():
        _write(tree / path, completion(shell))
    _lay_control(tree)
    make_uniform(tree)
    path = DIST / f"wallboard_{VERSION}-{REVISION}_amd64.deb"
    run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(path))
    return [path]


def _config() -> str:
    """The example, with the recording where the service writes it and all boards find it."""
    example = (ROOT / "config.example.toml").read_text()
    if example.count(_RECORD) != 1:
        sys.exit(f"config.example.toml has no line {_RECORD.strip()!r}")
    return example.replace(_RECORD, _RECORD_OF_MACHINE)


def maintainer() -> str:
    """Who answers for the package, named as for Debian's own tools; or nobody."""
    name, address = os.environ.get("DEBFULLNAME", ""), os.environ.get("DEBEMAIL", "")
    if not name and not address:
        return NOBODY
    found = f"{name} <{address}>"
    if not _MAINTAINER.fullmatch(found):
        sys.exit(f"no name and address: {found!r}; set both DEBFULLNAME and DEBEMAIL")
    return found


def _lay_program(home: Path) -> None:
    """Lay a virtual environment that serves every Python: one folder under several names."""
    shutil.copytree(site_folder("dpkg"), home / "lib/python3/site-packages")
    for python in PYTHONS:
        (home / "lib" / f"python{python}").symlink_to("python3")
    (home / "bin").mkdir()
    (home / "bin/python").symlink_to("/usr/bin/python3")
    _write(home / "pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\n")


def _lay_command(tree: Path) -> None:
    command = tree / "opt/wallboard/bin/wallboard"
    _write(command, "#!/opt/wallboard/bin/python -I\nfrom wallboard.cli import main\n\nmain()\n")
    command.chmod(0o755)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/wallboard").symlink_to("/opt/wallboard/bin/wallboard")


def _lay_documents(tree: Path) -> None:
    write_manual(tree / "usr/share/man")
    for page in (tree / "usr/share/man").rglob("*.[157]"):
        _compress(page)
    documents = tree / "usr/share/doc/wallboard"
    _lay(ROOT / "LICENSE", documents / "copyright")
    _lay(ROOT / "CHANGELOG.md", documents / "changelog")
    _compress(documents / "changelog")


def _lay_control(tree: Path) -> None:
    for script in _SCRIPTS:
        _lay(_DEBIAN / script, tree / "DEBIAN" / script)
        (tree / "DEBIAN" / script).chmod(0o755)
    _lay(_DEBIAN / "conffiles", tree / "DEBIAN/conffiles")
    size = sum(path.lstat().st_size for path in tree.rglob("*")) // 1024
    control = (_DEBIAN / "control").read_text()
    filled = control.format(version=f"{VERSION}-{REVISION}", size=size, maintainer=maintainer())
    _write(tree / "DEBIAN/control", filled)


def _lay(source: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _compress(path: Path) -> None:
    packed = gzip.compress(path.read_bytes(), zlib.Z_BEST_COMPRESSION, mtime=0)
    path.with_name(f"{path.name}.gz").write_bytes(packed)
    path.unlink()
