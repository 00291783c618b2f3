"""Each form, alone on a machine: used, and taken away again."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pexpect
import pytest

from distribution.frozen import NAME
from distribution.places import DIST, PYTHONS, VERSION
from distribution.tests.sandbox import OLD_RECORDING, alone, files_in, home_in, public_folder, run

HERE = Path(__file__).parent
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
        shutil.copy(HERE / "use.sh", folder)
        shutil.copy(OLD_RECORDING, folder)
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
