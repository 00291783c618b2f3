"""The documentation: every link leads somewhere, every picture is shown, every command exists."""

import re
from pathlib import Path

import pytest

from wallboard.cli.run.registry import COMMANDS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def without_code(text):
    return re.sub(r"(?ms)^```.*?^```|^    .*?$|`[^`\n]*`", "", text)


def anchors(page):
    headings = re.findall(r"(?m)^#+ (.*)$", without_code(page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", without_code(page.read_text())):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def test_every_picture_is_shown():
    shown = {
        name for page in PAGES for name in re.findall(r"\((?:docs/)?(\w+\.svg)\)", page.read_text())
    }
    assert shown == {path.name for path in (ROOT / "docs").glob("*.svg")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_named_exists(page):
    named = re.findall(r"(?m)(?:^    |`)wallboard ([a-z]+)\b", page.read_text())
    assert set(named) <= set(COMMANDS), page


def test_every_page_is_reached_from_the_readme():
    reached, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = re.findall(r"\]\(([^)#]+)", without_code(page.read_text()))
        todo += [(page.parent / to).resolve() for to in targets if not to.startswith("https://")]
    assert set(PAGES) <= reached


def test_every_file_that_the_architecture_names_exists():
    named = re.findall(r"`([a-z_/]+\.py)`", (ROOT / "docs" / "architecture.md").read_text())
    there = [str(path) for path in (ROOT / "wallboard").rglob("*.py")]
    assert [name for name in named if not any(path.endswith(f"/{name}") for path in there)] == []
