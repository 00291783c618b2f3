"""How the program was installed, and that it can be run again from there."""

import subprocess
import sys
import zipapp

import pytest

from wallboard import __version__
from wallboard.installation import Form, installation, libraries, own_command
from wallboard.report.setup.versions import version_lines


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def test_the_tests_run_from_a_checkout():
    assert installation().form is Form.CHECKOUT


def test_our_own_command_runs_this_program_and_nothing_from_the_working_folder(tmp_path):
    (tmp_path / "wallboard.py").write_text("print('foreign')")

    said = run([*own_command(), "--version"], cwd=tmp_path)

    assert said == f"wallboard {__version__}\n"


def test_a_zipapp_names_its_archive_and_runs_it_again(tmp_path):
    source, archive = tmp_path / "source", tmp_path / "some.pyz"
    source.mkdir()
    (source / "__main__.py").write_text(
        "from wallboard.installation import installation, own_command\n"
        "print(installation().form, installation().place, *own_command(), sep='\\n')\n"
    )
    zipapp.create_archive(source, archive)

    said = run([sys.executable, archive.name], cwd=tmp_path).splitlines()

    assert said == ["zipapp", str(archive), sys.executable, str(archive)]


@pytest.mark.parametrize(
    ("installer", "form"),
    [
        ("pip", Form.PACKAGE),
        ("uv", Form.PACKAGE),
        ("dpkg", Form.DEB),
        ("wallboard-install", Form.WHEELHOUSE),
    ],
)
def test_the_metadata_of_a_package_says_what_installed_it(tmp_path, installer, form):
    metadata = tmp_path / f"wallboard-{__version__}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Name: wallboard\nVersion: {__version__}\n")
    (metadata / "INSTALLER").write_text(f"{installer}\n")
    code = "from wallboard.installation import installation; print(installation().form)"

    assert run([sys.executable, "-c", code], env={"PYTHONPATH": str(tmp_path)}).strip() == form


def test_the_libraries_are_those_of_the_program_and_its_extras_but_not_of_its_developers():
    found = dict(libraries())

    assert {"textual", "aiohttp", "lxml", "holidays", "prometheus-client", "apprise"} <= set(found)
    assert not {"pytest", "mypy", "ruff"} & set(found)


def test_the_verbose_version_names_version_form_python_and_libraries():
    said = run([sys.executable, "-m", "wallboard", "--version", "--verbose"]).splitlines()

    assert said == list(version_lines())
    assert said[0] == f"wallboard {__version__}"
    assert said[1].split()[:2] == ["form", "checkout"]
    assert {"python", "openssl", "sqlite", "textual"} <= {line.split()[0] for line in said[1:]}
