"""The pages of the manual: whole, and roff that the formatters of Debian take without a word."""

import re
import shutil
import subprocess

import pytest
from click import unstyle
from debian_programs import program, run

from wallboard.cli.manual.config_page import config_page
from wallboard.cli.manual.guides import GUIDES, guides_path, parts_of
from wallboard.cli.manual.page import Items, Literal, Page, Paragraph, Part, Terms
from wallboard.cli.manual.roff import roff
from wallboard.cli.manual.text import text
from wallboard.cli.manual.topics import EXIT_STATUSES, all_pages, keys_page
from wallboard.cli.run import exit_codes
from wallboard.config.schema import explanations

MANDOC, GROFF = program("usr/bin/mandoc"), shutil.which("groff")
needs_mandoc = pytest.mark.skipif(MANDOC is None, reason="mandoc is not here (Debian: mandoc)")
needs_groff = pytest.mark.skipif(GROFF is None, reason="groff is not here (Debian: groff-base)")

DATE = "2026-11-29"
HOSTILE = [
    ".so /etc/passwd", "'br", r"\fBbold\fP \n(.s \X'a' \*(xx", '"quoted" "twice', "-- ~ ^ ` a'b",
    "naïve – ≥ 日本 \N{PILE OF POO}", "a\x1b[31mred\x07", ".", "\\",
]  # fmt: skip


@pytest.fixture(scope="module")
def pages():
    return list(all_pages())


@pytest.fixture(scope="module")
def files(pages, tmp_path_factory):
    folder = tmp_path_factory.mktemp("man")
    for page in pages:
        (folder / page.file).write_text(roff(page, DATE), encoding="ascii")
    return sorted(folder.iterdir())


@needs_mandoc
def test_mandoc_has_nothing_to_say_of_any_page(files):
    done = run([MANDOC, "-Tlint", "-Wstyle", *files])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_groff
def test_groff_has_nothing_to_warn_of_on_any_page(files):
    command = [GROFF, "-man", "-ww", "-z", "-Tutf8", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def shown(page, tool, tmp_path):
    file = tmp_path / page.file
    file.write_text(roff(page, DATE), encoding="ascii")
    if tool == "mandoc":
        done = run([MANDOC, "-Tutf8", file])
    else:
        done = subprocess.run(
            [GROFF, "-man", "-Tutf8", "-P-cbou", str(file)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return re.sub(".\b", "", done.stdout)


@pytest.mark.parametrize(
    "tool", [pytest.param("mandoc", marks=needs_mandoc), pytest.param("groff", marks=needs_groff)]
)
def test_nothing_in_a_page_is_taken_for_roff(tool, tmp_path):
    blocks = [
        block
        for words in HOSTILE
        for block in (Paragraph(words), Literal((words,)), Terms(((words, words),)))
    ]
    page = Page("hostile", 7, "a page", (Part("Description", (*blocks, Items((("•", "x"),)))),))
    output = " ".join(shown(page, tool, tmp_path).split())
    for words in HOSTILE:
        expected = words.replace("\x1b", "�").replace("\x07", "�")
        assert output.count(expected) >= 4, (expected, output)


def test_a_date_is_that_of_the_page():
    page = Page("a", 1, "b", ())
    assert '.TH A 1 "2026-11-29" ' in roff(page, DATE).splitlines()[0]
    assert '.TH A 1 "" ' in roff(page).splitlines()[0]


def test_every_setting_is_explained_on_the_page_of_the_config():
    terms = {
        (part.title.strip("[]"), key)
        for part in config_page().parts
        for block in part.blocks
        if isinstance(block, Terms)
        for key, _ in block.entries
    }
    tables = {part.title.strip("[]") for part in config_page().parts}
    for keys in explanations():
        table, name = ".".join(keys[:-1]) or "At the top", keys[-1]
        free = table in {"keys", "server.paths", "server.headers", "channel.webhook.headers"}
        assert free or (table, name) in terms or ".".join(keys) in tables, keys


def test_a_setting_has_its_kind_its_limits_and_its_default():
    said = " ".join(unstyle(text(config_page(), 100)).split())
    assert " concurrency Parallel polls per server, 1 to 256. Whole number; default 8. " in said
    assert " endpoint of an entry point, 0.1 to 86400. Number; default 10. " in said


def test_every_exit_status_is_explained():
    codes = {value for name, value in vars(exit_codes).items() if name.isupper() and value != ""}
    assert {code for code in codes if isinstance(code, int)} <= {code for code, _ in EXIT_STATUSES}


def test_the_keys_are_those_of_the_bindings():
    entries = {
        (part.title, key, words)
        for part in keys_page().parts
        for block in part.blocks
        if isinstance(block, Terms)
        for key, words in block.entries
    }
    assert ("Everywhere", "e", "Events") in entries
    assert ("Wall", "n", "Next fault, folded or not") in entries


def test_every_page_that_a_page_refers_to_exists(pages):
    known = {page.reference for page in pages}
    reference = re.compile(r"\bwallboard[\w.-]*\([157]\)")
    told = [name for page in pages for name in reference.findall(text(page, 1000))]
    assert len(told) > len(pages)
    assert set(told) == known


def test_every_guide_for_operators_is_there():
    known = {path.stem for path in guides_path().glob("*.md")} - {"architecture", "figures"}
    assert known - {"install"} <= set(GUIDES)


def test_markdown_becomes_parts():
    parts = parts_of(
        "# Title\n\nWords `code` and\na [page](x.md), a [site](https://example.com).\n\n"
        "![picture](x.svg)\n\n## Two\n\n- one\n  more\n- two\n\n1. first\n\n### Three\n\n"
        "    as it is\n\n| a | b | c |\n| --- | --- | --- |\n| `k` | v | w |\n| l | | z |\n"
    )
    assert parts == (
        Part("Description", (
            Paragraph("Words `code` and a page, a site (https://example.com)."),
        )),
        Part("Two", (Items((("•", "one more"), ("•", "two"))), Items((("1.", "first"),)))),
        Part("Three", (Literal(("as it is",)), Terms((("k", "b: v; c: w"), ("l", "c: z"))))
             , 2),
    )  # fmt: skip


@pytest.mark.parametrize("width", [48, 78, 98])
def test_a_page_keeps_to_its_width_in_the_terminal(pages, width):
    for page in pages:
        literal = {
            line.strip()
            for part in page.parts
            for block in part.blocks
            if isinstance(block, Literal)
            for line in block.lines
        }
        for line in unstyle(text(page, width)).splitlines():
            words = line.split()
            assert len(line) <= width or line.strip() in literal or len(words) < 3, (
                page.name,
                line,
            )
