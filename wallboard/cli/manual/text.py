"""A page as text for a terminal, laid out as ``man`` does it."""

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap

from click import style

from wallboard.cli.manual.page import Block, Items, Literal, Page, Paragraph, Terms, named
from wallboard.domain.foreign_text import safe

INDENT, WITHIN = 4, 8
"""Columns before words, and before the explanation of a term."""

SHORT = 16
"""Columns of terms that leave room for words beside them."""

_LITERAL = re.compile(r"`([^`]+)`")


def text(page: Page, width: int) -> str:
    """The page in lines of at most ``width`` columns, save the literal ones; titles are bold."""
    lines = [page.reference, ""]
    for part in (named(page), *page.parts):
        title = part.title.upper() if part.depth == 1 else f"  {part.title}"
        lines.append(style(safe(title), bold=True))
        for block in part.blocks:
            lines += [*_block(block, width), ""]
        if not part.blocks:
            lines.append("")
    return "\n".join(lines)


def _block(block: Block, width: int) -> Iterator[str]:
    match block:
        case Paragraph(words):
            yield from _filled(words, width, INDENT)
        case Literal(lines):
            yield from (" " * WITHIN + safe(line) if line else "" for line in lines)
        case Terms(entries):
            yield from _terms(entries, width)
        case Items(entries):
            for sign, words in entries:
                yield from _filled(f"{sign} {words}", width, INDENT, hang=len(sign) + 1)


def _terms(entries: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Terms beside their words where all are short, else above them."""
    longest = max((len(term) for term, _ in entries), default=0)
    for number, (term, words) in enumerate(entries):
        if longest <= SHORT:
            first, *more = _filled(words, width, INDENT + longest + 2)
            head = " " * INDENT + style(safe(term.ljust(longest)), bold=True)
            yield from (f"{head}  {first.lstrip()}", *more)
        else:
            yield from ("",) * bool(number)
            lines = _filled(term, width, INDENT)
            yield from (" " * INDENT + style(line.strip(), bold=True) for line in lines)
            yield from _filled(words, width, WITHIN)


def _filled(words: str, width: int, indent: int, hang: int = 0) -> Iterator[str]:
    """Words in lines, literal ones in bold."""
    lines = wrap(
        safe(" ".join(words.split())), width,
        initial_indent=" " * indent, subsequent_indent=" " * (indent + hang),
        break_on_hyphens=False,
    )  # fmt: skip
    whole = _LITERAL.sub(lambda found: _bold(found[1]), "\n".join(lines))
    yield from whole.split("\n")


def _bold(words: str) -> str:
    """Bold on each line by itself, since pagers forget it at the end of one."""
    return "\n".join(style(line, bold=True) if line else "" for line in words.split("\n"))
