"""All pages of the manual, and those on a topic."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from wallboard.cli.manual.command_pages import PROGRAM, command_pages
from wallboard.cli.manual.config_page import NAME as CONFIG
from wallboard.cli.manual.config_page import config_page
from wallboard.cli.manual.guides import GUIDES, guide
from wallboard.cli.manual.page import Page
from wallboard.cli.manual.subjects import exit_status_page, keys_page, verdicts_page

Made = Callable[[], Page]
"""Makes a page when it is asked for."""

_SUBJECTS: Mapping[str, Made] = {
    "keys": keys_page,
    "verdicts": verdicts_page,
    "exit-status": exit_status_page,
}


def topics() -> Mapping[str, tuple[Made, ...]]:
    """The pages on each topic; a command comes before a guide of the same name."""
    found: dict[str, tuple[Made, ...]] = {}

    def add(topic: str, made: Made) -> None:
        found[topic] = (*found.get(topic, ()), made)

    for page in command_pages():
        add(page.name.removeprefix(f"{PROGRAM}-"), partial(_same, page))
    for name in GUIDES:
        add(name, partial(guide, name))
    for name, made in _SUBJECTS.items():
        add(name, made)
    add("config", config_page)
    add(CONFIG, config_page)
    return found


def all_pages() -> Iterator[Page]:
    """Every page once, in the order of the topics."""
    pages = (made() for several in topics().values() for made in several)
    yield from {page.file: page for page in pages}.values()


def _same(page: Page) -> Page:
    return page
