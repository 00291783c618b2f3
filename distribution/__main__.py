"""``make dist``: builds all forms, or those that are named, and prints the size of each file."""

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

from distribution import bill, deb, frozen, pyz, wheelhouse, wheels
from distribution.places import BUILD, DIST

FORMS: dict[str, Callable[[], list[Path]]] = {
    "wheel": wheels.build,
    "pyz": pyz.build,
    "wheelhouse": wheelhouse.build,
    "deb": deb.build,
    "frozen": frozen.build,
    "bill": bill.build,
    "sums": bill.sums,
}
"""What builds each, in the order in which they need each other."""


def main() -> None:
    """Build, and print what there is now."""
    parser = argparse.ArgumentParser(prog="python -m distribution", description=__doc__)
    parser.add_argument("forms", nargs="*", metavar="FORM", help=", ".join(FORMS))
    wanted = parser.parse_args().forms
    if unknown := set(wanted) - set(FORMS):
        parser.error(f"no such form: {', '.join(sorted(unknown))}; there are {', '.join(FORMS)}")
    if not wanted:
        shutil.rmtree(DIST, ignore_errors=True)
    for folder in (DIST, BUILD):
        folder.mkdir(exist_ok=True)
    for name, build in FORMS.items():
        if not wanted or name in wanted:
            for path in build():
                print(f"{path.stat().st_size / 1_000_000:7.1f} MB  {path.relative_to(DIST.parent)}")


if __name__ == "__main__":
    main()
