"""The guides of the documentation, which come with the program, as pages of the manual."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wallboard.cli.manual.page import SUBJECTS, Block, Items, Literal, Page, Paragraph, Part, Terms

if TYPE_CHECKING:
    from markdown_it.token import Token

GUIDES: Mapping[str, str] = {
    "fleet": "one board on many machines: who polls, and what happens when a part dies",
    "install": "the forms in which wallboard comes, and how to install each",
    "wall": "what the board shows, and how to work with it",
    "alarms": "how alarms are raised, acknowledged, shelved and told",
    "calendar": "business hours, planned maintenance and availability",
    "config": "how to set wallboard up",
    "recording": "what is recorded, replays, handovers and the service",
    "scripts": "wallboard in scripts, logs and prompts",
    "monitoring": "wallboard and monitoring systems",
    "survey": "the chat survey",
}
"""The guides in the order of the list of topics, each with its purpose."""


def guides_path() -> Path:
    """The folder of the guides, in a checkout or an installed wheel."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "docs"
    return installed if installed.is_dir() else package.parent / "docs"


def guide(name: str) -> Page:
    """The guide of a name as a page."""
    text = (guides_path() / f"{name}.md").read_text(encoding="utf-8")
    return Page(f"wallboard-{name}", SUBJECTS, GUIDES[name], parts_of(text))


def parts_of(markdown: str) -> tuple[Part, ...]:
    """The parts of a text in Markdown that begins with its title."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    parts = [("Description", 1, list[Block]())]
    rest = iter(tokens)
    for token in rest:
        if token.type != "heading_open":
            parts[-1][2].extend(_block(token, rest))
        elif token.tag == "h1":
            next(rest)
        else:
            parts.append((_words(next(rest)), 1 if token.tag == "h2" else 2, []))
    return tuple(Part(head, tuple(blocks), depth) for head, depth, blocks in parts)


def _block(token: "Token", rest: "Iterator[Token]") -> Iterator[Block]:
    """The block that begins with a token; takes what belongs to it from the rest."""
    match token.type:
        case "inline":
            if words := _words(token):
                yield Paragraph(words)
        case "fence" | "code_block":
            yield Literal(tuple(token.content.rstrip("\n").split("\n")))
        case "bullet_list_open" | "ordered_list_open":
            yield Items(tuple(_items(_until(rest, token), ordered=token.tag == "ol")))
        case "table_open":
            yield from _table(_until(rest, token))


def _until(rest: "Iterator[Token]", opened: "Token") -> "list[Token]":
    """What stands before the end of what was opened."""
    taken: list[Token] = []
    for token in rest:
        if token.level == opened.level and token.nesting < 0:
            break
        taken.append(token)
    return taken


def _items(tokens: "Sequence[Token]", *, ordered: bool) -> Iterator[tuple[str, str]]:
    items: list[list[str]] = []
    for token in tokens:
        if token.type == "list_item_open":
            items.append([])
        elif token.type == "inline":
            items[-1].append(_words(token))
    for number, words in enumerate(items, 1):
        yield (f"{number}." if ordered else "•"), " ".join(words)


def _table(tokens: "Sequence[Token]") -> Iterator[Block]:
    """A table as terms: the first column, explained by the others."""
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_words(token))
    heads, *body = rows
    entries = []
    for first, *others in body:
        told = others
        if len(others) > 1:
            told = [f"{head}: {cell}" for head, cell in zip(heads[1:], others, strict=True) if cell]
        entries.append((first.replace("`", ""), "; ".join(told)))
    yield Terms(tuple(entries))


def _words(token: "Token") -> str:
    """The words of a paragraph, without pictures, and with addresses of the outside world."""
    words, address = [], ""
    for piece in token.children or ():
        match piece.type:
            case "text":
                words.append(piece.content)
            case "code_inline":
                words.append(f"`{piece.content}`")
            case "softbreak" | "hardbreak":
                words.append(" ")
            case "link_open":
                address = str(piece.attrs.get("href", ""))
            case "link_close":
                if "://" in address:
                    words.append(f" ({address})")
    return "".join(words).strip()
