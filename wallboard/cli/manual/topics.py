"""All pages of the manual by topic, and those on what many commands share: keys, exit statuses."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from wallboard.cli.manual.command_pages import PROGRAM, command_pages
from wallboard.cli.manual.config_page import NAME as CONFIG
from wallboard.cli.manual.config_page import config_page
from wallboard.cli.manual.guides import GUIDES, guide
from wallboard.cli.manual.page import SUBJECTS, Page, Paragraph, Part, Terms
from wallboard.cli.run import exit_codes
from wallboard.cli.run.run import DEBUG_VARIABLE
from wallboard.config.config_file import VARIABLE as CONFIG_VARIABLE
from wallboard.config.state_folder import VARIABLE as STATE_VARIABLE
from wallboard.domain.policy import WORST_FIRST, Level

EXIT_STATUSES = (
    (exit_codes.OK, "Success; of `wallboard check` that all is ok."),
    (1, "`wallboard check`: warning. Other commands say what they mean by 1 to 3."),
    (2, "`wallboard check`: critical."),
    (3, "`wallboard check`: unknown."),
    (exit_codes.USAGE, "The command line is wrong."),
    (exit_codes.UNAVAILABLE, "A server, a file or a recording cannot be reached or used."),
    (exit_codes.INTERNAL, "An error of wallboard itself."),
    (exit_codes.OUTPUT_LOST, "The output cannot be written; or, of a survey, it is not known "
                             "whether it was submitted."),
    (exit_codes.UNFINISHED, "The time limit was reached before all was done."),
    (exit_codes.BAD_ANSWER, "The server's answer is not valid."),
    (exit_codes.CONFIG, "The config has errors, or there is none."),
    (exit_codes.INTERRUPTED, "Ended by Ctrl-C, or not confirmed."),
    (exit_codes.BROKEN_PIPE, "The reader of the output has left."),
)  # fmt: skip

_ENVIRONMENT = (
    (CONFIG_VARIABLE, "The config, unless `--config` names one."),
    (STATE_VARIABLE, "The folder of recordings, alarms and copies, in place of the one in your "
                     "home."),
    (DEBUG_VARIABLE, "Set to anything, it shows the traceback of an internal error."),
    ("NO_COLOR", "Set to anything, no colours are used."),
    ("PAGER", "Shows the pages of `wallboard help`; else `less` or `more`."),
    ("TERM, COLORTERM, COLORFGBG", "What the terminal can show."),
)  # fmt: skip


def exit_status_page() -> Page:
    """What the exit statuses mean."""
    statuses = tuple((str(status), words) for status, words in EXIT_STATUSES)
    words = (
        "0 to 3 are the answer of `wallboard check`. All else is 64 or more, so that no mistake of "
        "the caller can pass for the state of a contact centre."
    )
    parts = (
        Part("Description", (Paragraph(words), Terms(statuses))),
        Part("Environment", (Terms(_ENVIRONMENT),)),
    )
    return Page("wallboard-exit-status", SUBJECTS, "exit statuses and environment", parts)


def verdicts_page() -> Page:
    """The verdicts and levels."""
    verdicts = tuple(
        (
            f"{one.label} ({one.value})",
            f"{_sentence(one.meaning)} Level: {one.default_level.label}.",
        )
        for one in WORST_FIRST
    )
    levels = ", ".join(level.label for level in Level)
    rank = (
        f"Levels rank {levels}; the config can give each verdict another level ([levels]), and "
        "thresholds raise the level of an open entry point ([thresholds])."
    )
    answer = "The verdict is the answer to: can a customer start a chat right now?"
    parts = (
        Part("Description", (Paragraph(answer), Terms(verdicts))),
        Part("Levels", (Paragraph(rank),)),
    )
    return Page("wallboard-verdicts", SUBJECTS, "verdicts and levels", parts)


def keys_page() -> Page:
    """The keys of every screen, and the words of filters."""
    from wallboard.ui.app.configured_keys import default_keys
    from wallboard.ui.help.help_screen import filter_words

    intro = "`?` on the board shows these keys, with those that your config has changed ([keys])."
    parts = (
        Part("Description", (Paragraph(intro),)),
        *(Part(group.title, (Terms(group.lines),)) for group in default_keys()),
        Part("Filter", (Terms(tuple(filter_words())),)),
    )
    return Page("wallboard-keys", SUBJECTS, "the keys of the board", parts)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


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
