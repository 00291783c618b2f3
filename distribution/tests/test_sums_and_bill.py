"""What is beside the forms: their sums, signed and verified without a network, and the bill."""

import json
import os
import re
import shutil
import subprocess

import pytest

from distribution.places import DIST, REQUIREMENTS, VERSION
from distribution.tests.sandbox import alone, home_in, public_folder, run

# As docs/install.md has it.
_VERIFY = """\
echo "release@example.com $(cat release.pub)" >signers
ssh-keygen -Y verify -f signers -I release@example.com -n wallboard -s SHA256SUMS.sig <SHA256SUMS
sha256sum --check --ignore-missing --strict SHA256SUMS
"""


@pytest.fixture
def copied():
    """A home of nobody, with what is copied there: one form, the sums and their signature."""
    with public_folder() as folder:
        home = home_in(folder, "home")
        key = folder / "release"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        shutil.copy(DIST / "SHA256SUMS", folder)
        sums = str(folder / "SHA256SUMS")
        sign = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", "wallboard", sums]
        subprocess.run(sign, check=True)
        for path in (folder / "release.pub", folder / "SHA256SUMS", folder / "SHA256SUMS.sig"):
            shutil.copy(path, home)
        shutil.copy(DIST / f"wallboard-{VERSION}.tar.gz", home)
        yield home


def verified(home):
    return subprocess.run(
        alone(home, ["sh", "-ec", _VERIFY]), capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(os.getuid() != 0, reason="namespaces and other users need root")
def test_what_was_built_is_verified_without_a_network(copied):
    done = verified(copied)

    assert done.returncode == 0, done.stderr
    assert 'Good "wallboard" signature for release@example.com' in done.stdout
    assert f"wallboard-{VERSION}.tar.gz: OK" in done.stdout


@pytest.mark.skipif(os.getuid() != 0, reason="namespaces and other users need root")
@pytest.mark.parametrize("changed", ["SHA256SUMS", f"wallboard-{VERSION}.tar.gz"])
def test_what_was_changed_on_the_way_is_refused(copied, changed):
    with (copied / changed).open("ab") as file:
        file.write(b"\n")

    assert verified(copied).returncode != 0


def test_the_sums_are_those_of_all_files():
    run(["sh", "-c", f"cd '{DIST}' && sha256sum --check --strict SHA256SUMS"])
    names = {line.split()[1] for line in (DIST / "SHA256SUMS").read_text().splitlines()}

    assert names == {path.name for path in DIST.iterdir()} - {"SHA256SUMS"}


def test_the_bill_has_every_library_at_its_version():
    bill = json.loads((DIST / f"wallboard-{VERSION}.cdx.json").read_text())
    listed = {part["name"]: part["version"] for part in bill["components"]}
    pinned = dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", REQUIREMENTS.read_text()))

    assert bill["bomFormat"] == "CycloneDX"
    assert {name.lower().replace("_", "-"): version for name, version in listed.items()} == pinned
    whole = bill["metadata"]["component"]
    assert (whole["name"], whole["version"]) == ("wallboard", VERSION)
    assert "file://" not in json.dumps(bill)
