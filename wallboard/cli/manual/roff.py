"""A page as a manual page: roff in ASCII, with the macros of man(7) that groff and mandoc share."""

import re
from collections.abc import Iterator
from textwrap import wrap

from wallboard import __version__
from wallboard.cli.manual.page import Block, Items, Literal, Page, Paragraph, Part, Terms, named
from wallboard.domain.foreign_text import safe

LINE_WIDTH = 76
"""Columns of a line of the source; readers break lines anew."""

_ESCAPES = {
    "\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq",
}  # fmt: skip
_LITERAL = re.compile(r"`([^`]+)`")


def roff(page: Page, date: str = "") -> str:
    """The whole file. ``date`` is that of the page, as in 2026-11-29; without it none is shown."""
    head = f'.TH {escaped(page.name.upper())} {page.number} "{date}" "wallboard {__version__}"'
    lines = [head + ' "wallboard manual"']
    for part in (named(page), *page.parts):
        lines.append(f'.{"SH" if part.depth == 1 else "SS"} "{escaped(_title(part))}"')
        for number, block in enumerate(part.blocks):
            lines += _block(block, first=number == 0)
    return "\n".join(lines) + "\n"


def _title(part: Part) -> str:
    return part.title.upper() if part.depth == 1 else part.title


def escaped(text: str) -> str:
    """Text on one line that no reader takes for a request or an escape."""
    return "".join(
        _ESCAPES.get(char, char) if char.isascii() else _named(char) for char in safe(text)
    )


def _named(char: str) -> str:
    return f"\\[u{ord(char):04X}]"


def _block(block: Block, *, first: bool) -> Iterator[str]:
    match block:
        case Paragraph(words):
            if not first:
                yield ".PP"
            yield from _filled(words)
        case Literal(lines):
            if not first:
                yield ".sp"
            yield from (".RS 4", ".nf")
            yield from (_guarded(escaped(line)) for line in lines)
            yield from (".fi", ".RE")
        case Terms(entries):
            for term, words in entries:
                yield from (".TP", f"\\fB{escaped(term)}\\fP")
                yield from _filled(words)
        case Items(entries):
            for sign, words in entries:
                yield f'.IP "{escaped(sign)}" 4'
                yield from _filled(words)


def _filled(words: str) -> Iterator[str]:
    """Words in lines of the source, literal ones in bold."""
    pieces = _LITERAL.split(" ".join(words.split()))
    text = "".join(
        f"\\fB{escaped(piece)}\\fP" if odd else escaped(piece)
        for number, piece in enumerate(pieces)
        for odd in (number % 2,)
    )
    for line in wrap(text, LINE_WIDTH, break_long_words=False, break_on_hyphens=False):
        yield _guarded(line)


def _guarded(line: str) -> str:
    r"""The line, with ``\&`` in front of what would make it a request."""
    return f"\\&{line}" if line.startswith((".", "'")) else line
