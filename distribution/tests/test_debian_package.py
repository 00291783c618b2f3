"""The Debian package: installed, used, run by systemd, upgraded and taken away again."""

import os
import subprocess
from pathlib import Path

import pytest

from distribution.deb import NOBODY, REVISION
from distribution.places import DIST, VERSION
from distribution.tests.overlay import run_as_machine
from distribution.tests.sandbox import OLD_RECORDING, public_folder

HERE = Path(__file__).parent
PACKAGE = DIST / f"wallboard_{VERSION}-{REVISION}_amd64.deb"

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="namespaces and packages need root")


@pytest.fixture
def place():
    with public_folder() as folder:
        yield folder


def test_its_life(place):
    said = run_as_machine(place, "life_of_package.sh", PACKAGE, HERE / "use.sh", OLD_RECORDING)

    assert "Debian package (/opt/wallboard/" in said
    assert "\n# ours\n" in said
    left = said.rsplit("left:", 1)[1].split()
    assert left == ["/var/lib/wallboard", "/var/lib/wallboard/wall.db"]


@pytest.mark.skipif(not Path("/lib/systemd/systemd").exists(), reason="systemd is not here")
def test_its_service_under_a_real_systemd(place):
    try:
        run_as_machine(place, "life_of_service.sh", PACKAGE, HERE / "use_service.sh")
    finally:
        print((place / "srv" / "said").read_text())


def test_who_answers_for_it():
    field = subprocess.run(
        ["dpkg-deb", "--field", str(PACKAGE), "Maintainer"],
        capture_output=True,
        text=True,
        check=True,
    )
    name, address = os.environ.get("DEBFULLNAME"), os.environ.get("DEBEMAIL")

    assert field.stdout.strip() == (f"{name} <{address}>" if name or address else NOBODY)
