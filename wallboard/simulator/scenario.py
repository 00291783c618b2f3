"""Scenarios: what happens to the simulated servers over time, read from TOML files."""

import errno
import tomllib
from pathlib import Path

from wallboard.files import read_file
from wallboard.frozen import frozen
from wallboard.simulator.errors import ScenarioError
from wallboard.simulator.fault import Fault, Stage
from wallboard.simulator.queue_model import ORDINARY, Ranges
from wallboard.simulator.scenario_tables import Tables

LARGEST_FILE = 1024 * 1024
SHIPPED = Path(__file__).parent / "scenarios"


@frozen
class Scenario:
    """What happens to the entry points; ``starts_at`` is seconds after midnight at second 0."""

    name: str
    description: str = ""
    starts_at: float = 10 * 3600.0
    ranges: Ranges = ORDINARY
    faults: tuple[Fault, ...] = ()

    def concerning(
        self, entry_point: int | None, endpoint: str, *stages: Stage
    ) -> tuple[Fault, ...]:
        """The faults of some stages that can affect one address, in the order written."""
        return tuple(
            fault
            for fault in self.faults
            if fault.stage in stages and fault.concerns(entry_point, endpoint)
        )


def shipped_scenarios() -> tuple[str, ...]:
    """The names of the scenarios that come with the program."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """A scenario by its shipped name, or from a file. Raises :class:`ScenarioError`."""
    path = Path(name_or_path)
    if str(name_or_path) in shipped_scenarios():
        path = SHIPPED / f"{name_or_path}.toml"
    try:
        text = _text(path)
    except FileNotFoundError:
        known = ", ".join(shipped_scenarios())
        raise ScenarioError(
            [f"no scenario {str(name_or_path)!r}: neither a file nor one of {known}"]
        ) from None
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ScenarioError([f"{str(name_or_path)!r} cannot be read: {why}"]) from None
    return parse_scenario(text, name=path.stem, source=path.name)


def _text(path: Path) -> str:
    data = read_file(path, LARGEST_FILE)
    if len(data) > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST_FILE // 1024} KiB")
    return data.decode()


def parse_scenario(text: str, *, name: str = "scenario", source: str = "scenario") -> Scenario:
    """A scenario from TOML. All that is wrong with it is raised as one :class:`ScenarioError`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([f"{source}: not valid TOML: {error}"]) from None
    tables = Tables(source)
    description, starts_at, ranges, faults = tables.read(document)
    if tables.errors:
        raise ScenarioError(tables.errors)
    return Scenario(name, description, starts_at, ranges, faults)
