"""Each form, alone on a machine: used, and taken away again."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pexpect
import pytest

from distribution.deb import REVISION
from distribution.frozen import NAME
from distribution.places import DIST, PYTHONS, VERSION
from distribution.tests.sandbox import alone, files_in, home_in, public_folder, run

USE = Path(__file__).parent / "use.sh"
PATIENCE_SECONDS = 120

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="namespaces and other users need root")


def interpreters() -> dict[str, Path]:
    """The interpreter of each version: in PATH, or one of pyenv's."""
    found = {}
    for python in PYTHONS:
        path = shutil.which(f"python{python}")
        if path and "shims" in path:
            listed = subprocess.run(["pyenv", "prefix", python], capture_output=True, text=True)
            path = f"{listed.stdout.strip()}/bin/python{python}" if not listed.returncode else None
        if path:
            found[python] = Path(path)
    return found


INTERPRETERS = interpreters()


@pytest.fixture(scope="module")
def folder():
    with public_folder() as folder:
        shutil.copy(USE, folder)
        yield folder


@pytest.fixture(scope="module")
def unpacked(folder):
    for name in (NAME, f"wallboard-{VERSION}-wheelhouse"):
        with tarfile.open(DIST / f"{name}.tar.xz") as archive:
            archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(params=INTERPRETERS)
def python(request):
    """An interpreter, and the folder that it lives in."""
    path = INTERPRETERS[request.param]
    return path, path.parent.parent if path.parts[1] != "usr" else None


def use(folder, home, command, reach=None):
    said = run(alone(home, ["sh", str(folder / "use.sh"), *map(str, command)], reach=reach))
    assert f"wallboard {VERSION}" in said
    show(alone(home, [*map(str, command), "demo", "--entry-points", "3"], reach=reach))
    return said


def show(words):
    """The wall, on a terminal."""
    terminal = pexpect.spawn(words[0], words[1:], dimensions=(24, 80), timeout=PATIENCE_SECONDS)
    terminal.expect("Sales")
    terminal.expect("OPEN")
    terminal.send("q")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def data_of(files):
    """What is the user's own: recordings and the arrangement of boards."""
    return {one for one in files if one.startswith(".local/state/wallboard/")}


def test_every_python_is_tried():
    assert set(INTERPRETERS) == set(PYTHONS)


def test_the_zipapp(folder, python, request):
    interpreter, reach = python
    home = home_in(folder, request.node.name)
    pyz = shutil.copy(DIST / f"wallboard-{VERSION}.pyz", folder)

    said = use(folder, home, [interpreter, pyz], reach)

    assert f"zipapp ({pyz})" in said
    shutil.rmtree(home / ".cache" / "wallboard")
    assert files_in(home) == data_of(files_in(home))


def test_the_zipapp_finds_a_python_and_a_place_without_a_home(folder):
    pyz = shutil.copy(DIST / f"wallboard-{VERSION}.pyz", folder)
    words = ["env", "HOME=/nonexistent", "XDG_CACHE_HOME=", "TMPDIR=/tmp", pyz, "--version"]

    assert run(alone(folder, words)) == f"wallboard {VERSION}\n"


def test_the_folder_with_its_own_python(unpacked):
    home = home_in(unpacked, "frozen")

    said = use(unpacked, home, [unpacked / NAME / "wallboard"])

    assert f"folder with its own Python ({unpacked / NAME})" in said
    assert files_in(home) == data_of(files_in(home))


def test_the_wheelhouse(unpacked, python, request):
    interpreter, reach = python
    home = home_in(unpacked, request.node.name)
    install = [str(unpacked / f"wallboard-{VERSION}-wheelhouse" / "install.sh")]
    prefix = home / "a prefix"
    options = ["--prefix", str(prefix), "--python", str(interpreter)]
    for _ in ("install", "upgrade"):
        said = run(alone(home, ["sh", *install, *options], reach=reach))
        assert f"wallboard {VERSION} is in {prefix}/bin/wallboard" in said

    said = use(unpacked, home, [prefix / "bin" / "wallboard"], reach)

    assert "wheelhouse (" in said
    assert (prefix / "share/man/man1/wallboard.1").is_file()
    run(alone(home, ["sh", *install, "--prefix", str(prefix), "--uninstall"], reach=reach))
    assert files_in(home) == data_of(files_in(home))
    assert not any(prefix.iterdir())


_OVERLAID = """\
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/whole"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/whole"
mount -t proc proc "$1/whole/proc"
mount --rbind /dev "$1/whole/dev"
ip link set lo up
cp "$2" "$3" "$1/whole/tmp/"
exec chroot "$1/whole" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C sh -ec "$4"
"""

_LIFE_OF_A_PACKAGE = f"""\
dpkg --force-depends -i /tmp/wallboard_{VERSION}-{REVISION}_amd64.deb
test "$(stat -c '%U:%G %a' /etc/wallboard/wallboard.toml)" = 'root:wallboard 640'
test -f /usr/share/man/man1/wallboard.1.gz
test -f /usr/share/bash-completion/completions/wallboard
systemd-analyze verify --man=no /usr/lib/systemd/system/wallboard.service
mkdir /tmp/home && chown wallboard /tmp/home
setpriv --reuid=wallboard --regid=wallboard --clear-groups \
  env HOME=/tmp/home sh /tmp/use.sh /usr/bin/wallboard
echo '# ours' >> /etc/wallboard/wallboard.toml
dpkg --force-depends -i /tmp/wallboard_{VERSION}-{REVISION}_amd64.deb
tail -1 /etc/wallboard/wallboard.toml
mkdir -p /var/lib/wallboard && touch /var/lib/wallboard/wall.db
dpkg -r wallboard
test -f /etc/wallboard/wallboard.toml
dpkg -P wallboard
echo left: $(find /opt /etc /usr /var/lib/wallboard -path '*wallboard*' -newer /tmp/use.sh)
"""


def test_the_debian_package(folder):
    place = folder / "overlay"
    place.mkdir()
    package = DIST / f"wallboard_{VERSION}-{REVISION}_amd64.deb"
    inside = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c"]

    said = run([*inside, _OVERLAID, "sh", str(place), str(package), str(folder / "use.sh"),
                _LIFE_OF_A_PACKAGE])  # fmt: skip

    assert "Debian package (/opt/wallboard/" in said
    assert "\n# ours\n" in said
    left = said.rsplit("left:", 1)[1].split()
    assert left == ["/var/lib/wallboard", "/var/lib/wallboard/wall.db"]


def test_the_sums_are_those_of_the_files():
    run(["sh", "-c", f"cd '{DIST}' && sha256sum --check --strict SHA256SUMS"])
