"""A page for each command, made from what its own ``--help`` says."""

from collections.abc import Iterator, Sequence
from inspect import cleandoc

import click

from wallboard.cli.manual.config_page import NAME as CONFIG
from wallboard.cli.manual.guides import GUIDES
from wallboard.cli.manual.page import (
    COMMANDS,
    FILES,
    SUBJECTS,
    Block,
    Literal,
    Page,
    Paragraph,
    Part,
    Terms,
)
from wallboard.cli.run.registry import DEFAULTS, SECTIONS, group

PROGRAM = "wallboard"
_AS_IT_IS = "\b"
"""What click puts above lines that are not to be filled."""

_PROSE = "Notes"


def command_pages() -> Iterator[Page]:
    """The program's own page, then one for each command and those within it."""
    yield from _pages(group, click.Context(group, info_name=PROGRAM, **group.context_settings), ())


def _pages(
    command: click.Command, context: click.Context, words: tuple[str, ...]
) -> Iterator[Page]:
    name = "-".join((PROGRAM, *words))
    inner = dict(_within(command, context))
    parts = (
        Part("Synopsis", (Paragraph(f"`{context.command_path}` {_usage(command, context)}"),)),
        Part("Description", tuple(_blocks(command.help or ""))),
        *_options(command, context, words),
        *_commands(words, inner),
        *_epilog(command.epilog or ""),
        _see_also(words),
    )
    purpose = command.short_help or "a live wallboard for Cisco ECE chat entry points"
    yield Page(name, COMMANDS, _line(purpose), parts)
    for word, one in inner.items():
        yield from _pages(one, click.Context(one, context, word), (*words, word))


def _within(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (one := command.get_command(context, name)) and not one.hidden:
                yield name, one


def _usage(command: click.Command, context: click.Context) -> str:
    return " ".join(command.collect_usage_pieces(context))


def _line(words: str) -> str:
    """The short help as the line of a page: without its full stop, and small at its start."""
    first, rest = words[:1], words[1:].removesuffix(".")
    return (first if rest[:1].isupper() else first.lower()) + rest


def _options(
    command: click.Command, context: click.Context, words: tuple[str, ...]
) -> Iterator[Part]:
    """The options; first those of the command that runs where none is named."""
    params = [param for param in command.get_params(context) if isinstance(param, click.Option)]
    if (default := DEFAULTS.get(words)) and isinstance(command, click.Group):
        inner = command.get_command(context, default)
        own = inner.params if inner else []
        params = [*(param for param in own if isinstance(param, click.Option)), *params]
    records = (param.get_help_record(context) for param in params)
    entries = tuple(record for record in records if record)
    yield Part("Options", (Terms(entries),))


def _commands(words: tuple[str, ...], inner: dict[str, click.Command]) -> Iterator[Part]:
    def listed(names: Sequence[str]) -> tuple[Block, ...]:
        pages = {name: "-".join((PROGRAM, *words, name)) for name in names}
        return (
            Terms(tuple((f"{pages[name]}(1)", inner[name].short_help or "") for name in names)),
        )

    if inner and not words:
        yield Part("Commands", ())
        for title, names in SECTIONS.items():
            yield Part(title, listed(names), 2)
    elif inner:
        yield Part("Commands", listed(list(inner)))


def _see_also(words: tuple[str, ...]) -> Part:
    """The command that this one is within, the guide, if any, and what holds for all commands."""
    above = "-".join((PROGRAM, *words[:-1])) if words else ""
    guides = [f"{PROGRAM}-{words[0]}({SUBJECTS})"] if words and words[0] in GUIDES else []
    own = (
        [f"{above}({COMMANDS})"] if above else [f"{PROGRAM}-{name}({SUBJECTS})" for name in GUIDES]
    )
    common = (f"{CONFIG}({FILES})", f"{PROGRAM}-exit-status({SUBJECTS})")
    return Part("See also", (Paragraph(", ".join((*own, *guides, *common))),))


def _epilog(text: str) -> Iterator[Part]:
    """Examples, then whatever else there is to say."""
    notes: list[Block] = []
    for block in _blocks(text):
        if isinstance(block, Literal) and block.lines[0] == "Examples:":
            yield Part("Examples", (Literal(_without_indent(block.lines[1:])),))
        elif isinstance(block, Paragraph) and block.words.startswith("Exit status: "):
            words = block.words.removeprefix("Exit status: ")
            yield Part("Exit status", (Paragraph(words[:1].upper() + words[1:]),))
        else:
            notes.append(block)
    if notes:
        yield Part(_PROSE, tuple(notes))


def _without_indent(lines: tuple[str, ...]) -> tuple[str, ...]:
    least = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return tuple(line[least:] for line in lines)


def _blocks(text: str) -> Iterator[Block]:
    """What click's paragraphs hold: lines as they are where some are indented, else prose."""
    paragraph: list[str] = []
    for line in [*cleandoc(text).splitlines(), ""]:
        if line.strip() and line != _AS_IT_IS:
            paragraph.append(line)
        elif paragraph:
            indented = any(one.startswith(" ") for one in paragraph)
            yield Literal(tuple(paragraph)) if indented else Paragraph(" ".join(paragraph))
            paragraph = []
