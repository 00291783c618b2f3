"""The page of the config: every table and setting with its words, kind, limits and default."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wallboard.cli.manual.page import FILES, Literal, Page, Paragraph, Part, Terms
from wallboard.config.schema import example_path, explanations, json_schema

NAME = "wallboard.toml"

Node = Mapping[str, Any]

_PLACES = (
    ("--config FILE", "The file that the command line names."),
    ("$WALLBOARD_CONFIG", "The file that this variable names."),
    ("./wallboard.toml", "In the folder where the program is started."),
    ("~/.config/wallboard/wallboard.toml", "In your config directory; on Linux this one."),
    ("/etc/wallboard/wallboard.toml", "For all users of the machine."),
)
_KINDS = {"number": "number", "integer": "whole number", "boolean": "true or false"}


def config_page() -> Page:
    """The page of ``wallboard.toml``."""
    schema = json_schema()
    return Page(
        NAME,
        FILES,
        "the config of wallboard",
        (
            Part("Description", (
                Paragraph("A TOML file, taken up again when it is edited: the board goes on, and "
                          "keeps the settings it has while the file has an error."),
                Paragraph("The first of these is read:"),
                Terms(_PLACES),
                Paragraph("`wallboard config init` writes one, `wallboard config check` says what "
                          "is wrong with it, and `wallboard config show` which value holds and "
                          "where it comes from."),
            )),
            Part("Settings", ()),
            *_tables(schema, ()),
            Part("Example", (
                Paragraph("Every setting at its default:"),
                Literal(tuple(example_path().read_text(encoding="utf-8").splitlines())),
            )),
        ),
    )  # fmt: skip


def _tables(node: Node, keys: tuple[str, ...], *, listed: bool = False) -> Iterator[Part]:
    """A table with the settings in it, then the tables within; ``listed`` can be there often."""
    inner: Mapping[str, Node] = node.get("properties", {})
    settings = {name: one for name, one in inner.items() if not _is_table(one)}
    name = ".".join(keys)
    title = "At the top" if not keys else f"[[{name}]]" if listed else f"[{name}]"
    required = node.get("required", ())
    blocks: list[Paragraph | Terms] = []
    if words := explanations().get(keys) or node.get("description"):
        blocks.append(Paragraph(_sentence(words)))
    if settings:
        blocks.append(Terms(tuple(
            (key, _explained(one, needed=key in required)) for key, one in settings.items()
        )))  # fmt: skip
    if blocks:
        yield Part(title, tuple(blocks), 2)
    for key, one in inner.items():
        if _is_table(one):
            holder = one.get("items", one)
            yield from _tables(holder, (*keys, key), listed="items" in one)


def _is_table(node: Node) -> bool:
    holder = node.get("items", node)
    return isinstance(holder, Mapping) and holder.get("type") == "object"


def _explained(node: Node, *, needed: bool) -> str:
    words = node.get("description", "")
    facts = [_kind(node, words), "required" * needed]
    if "default" in node:
        facts.append(f"default {_toml(node['default'])}")
    said = "; ".join(filter(None, facts))
    return f"{_sentence(words)} {_sentence(said[:1].upper() + said[1:])}".strip()


def _sentence(words: str) -> str:
    words = words.removesuffix(",")
    return words if not words or words.endswith((".", "?", "…")) else f"{words}."


def _kind(node: Node, words: str = "") -> str:
    """What the value may be, as far as the words do not say so."""
    if "anyOf" in node:
        kinds = (_kind(one, words) for one in node["anyOf"])
        return " or ".join(dict.fromkeys(filter(None, kinds)))
    if "enum" in node:
        values = [_toml(value) for value in node["enum"]]
        return "" if all(value in words for value in values) else ", ".join(values)
    if node.get("type") == "array":
        return f"list of {_kind(node.get('items', {}))}"
    if node.get("type") == "object":
        keys = ", ".join(f"{key} = …" for key in node.get("properties", {}))
        return f"{{ {keys} }}" if keys else "table"
    return _KINDS.get(node.get("type", ""), "text") + _limits(node, words)


def _limits(node: Node, words: str) -> str:
    least, most = (_number(node.get(end)) for end in ("minimum", "maximum"))
    if least and most:
        within = f"{least} to {most}"
        return "" if within in words else f" from {within}"
    if least:
        return f" {'above' if node.get('exclusiveMinimum') else 'from'} {least}"
    return f" up to {most}" if most else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


def _toml(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)
