"""What is packed is what is tested: the lock has the versions of the constraints, with hashes."""

import re
import tomllib
from pathlib import Path

from distribution.lock import EXTRAS
from distribution.places import REQUIREMENTS, ROOT, TOOLS
from distribution.wheels import SOURCE_ONLY
from distribution.wheels import pins as pins_of

_PIN = re.compile(r"(?m)^([\w.-]+)==(\S+)")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, str]:
    return {normal(name): version for name, version in _PIN.findall(path.read_text())}


def test_what_is_packed_has_the_versions_of_the_constraints():
    locked, tested = pins(REQUIREMENTS), pins(ROOT / "constraints.txt")

    assert locked == {name: tested.get(name) for name in locked}, "run `make lock`"


def test_all_that_the_program_and_its_extras_ask_for_is_packed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [one for extra in EXTRAS for one in project["optional-dependencies"][extra]]
    wanted = {normal(re.match(r"[\w.-]+", one)[0]) for one in [*project["dependencies"], *extras]}

    assert wanted <= set(pins(REQUIREMENTS)), "run `make lock`"
    assert {*EXTRAS, "dev"} == set(project["optional-dependencies"])


def test_every_pin_has_its_hashes():
    for path in (REQUIREMENTS, TOOLS):
        parts = re.split(r"(?m)^(?=[\w.-]+==)", path.read_text())[1:]
        assert parts
        assert all("--hash=sha256:" in part for part in parts)


def test_each_is_taken_as_a_wheel_or_built_from_its_source():
    published, sources = (
        [normal(_PIN.match(one)[1]) for one in pins_of(of_source=built)] for built in (False, True)
    )
    assert sorted(sources) == sorted(SOURCE_ONLY)
    assert sorted([*published, *sources]) == sorted(pins(REQUIREMENTS))
