"""The schema that editors go by says what ``config check`` says, in both directions."""

import copy
import datetime as dt
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
from test_config import WHOLE

from wallboard.config.document import value_at
from wallboard.config.prepare import prepare
from wallboard.config.schema import DRAFT, explanations, json_schema
from wallboard.config.shape import shape

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
EVERYTHING = tomllib.loads(re.sub(r"(?m)^#(?=[\[\w])", "", EXAMPLE))
SCHEMA = json_schema()


def type_of_toml(validator, types, value, node):
    """Editors for TOML take its dates and times for texts of that format."""
    if isinstance(value, dt.date) and str(node.get("format")).startswith("date"):
        return ()
    return jsonschema.Draft4Validator.VALIDATORS["type"](validator, types, value, node)


VALIDATOR = jsonschema.validators.extend(jsonschema.Draft4Validator, {"type": type_of_toml})(SCHEMA)
STRANGE = [True, 3, -3, 1.5, "text", "", [], [1], ["x", "y"], {}, {"env": 3}, {"x": 1}]
STRANGE += [dt.date(2026, 11, 22), 10**6, ["ok", "critical"], ["capacity"], "capacity", "ok", 0]
ENVIRON = dict.fromkeys(
    [
        *re.findall(r'env = "(\w+)"', EXAMPLE),
        *(text for text in STRANGE if text and isinstance(text, str)),
    ],
    "x",
)


def shape_faults(document):
    """What is refused for its shape: not for what it says, and not for what is not there."""
    copied, faults = prepare(document, ENVIRON, Path())
    return faults + shape(copied, document)[1]


def paths_in(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for step, deeper in inner:
        yield from paths_in(deeper, (*path, step))


PATHS = [path for path in paths_in(EVERYTHING) if path]


def with_value(path, value):
    document = copy.deepcopy(EVERYTHING)
    value_at(document, path[:-1])[path[-1]] = value
    return document


def test_it_is_a_schema_of_the_draft_that_editors_for_toml_read():
    assert SCHEMA["$schema"] == DRAFT == jsonschema.Draft4Validator.META_SCHEMA["$schema"]
    jsonschema.Draft4Validator.check_schema(SCHEMA)
    assert "$ref" not in str(SCHEMA)


@pytest.mark.parametrize(
    "document",
    [tomllib.loads(EXAMPLE), EVERYTHING, tomllib.loads(WHOLE)],
    ids=["example", "everything", "least"],
)
def test_the_configs_of_the_house_are_valid(document):
    VALIDATOR.validate(document)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_a_value_is_refused_by_the_schema_exactly_when_it_is_refused_for_its_shape(path):
    for value in STRANGE:
        document = with_value(path, value)
        refused = bool(shape_faults(document))
        # That there must be tables in a list is checked for sense.
        if value == [] and path[-1] in {"server", "entry_point"}:
            refused = True
        assert VALIDATOR.is_valid(document) is not refused, value


@pytest.mark.parametrize(
    "path",
    [path for path in [(), *PATHS] if isinstance(value_at(EVERYTHING, path), dict)],
    ids=lambda path: ".".join(map(str, path)) or "top",
)
def test_unknown_keys_are_refused_wherever_they_are(path):
    document = copy.deepcopy(EVERYTHING)
    value_at(document, path)["intervall"] = "capacity"
    refused = bool(shape_faults(document))
    free = {("keys",), ("server", 0, "headers"), ("channel", "webhook", 0, "headers")}
    assert refused is (path not in free)
    assert VALIDATOR.is_valid(document) is not refused


@pytest.mark.parametrize(
    "path",
    [path for path in PATHS if isinstance(path[-1], str)],
    ids=lambda path: ".".join(map(str, path)),
)
def test_what_may_be_left_out_is_the_same(path):
    document = copy.deepcopy(EVERYTHING)
    del value_at(document, path[:-1])[path[-1]]
    refused = bool(shape_faults(document)) or path[-1] in {"server", "entry_point"}
    assert VALIDATOR.is_valid(document) is not refused


def settings_in(node, keys=()):
    for name, inner in node.get("properties", {}).items():
        yield (*keys, name), inner
        yield from settings_in(inner, (*keys, name))
        yield from settings_in(inner.get("items", {}), (*keys, name))


def test_every_setting_says_what_it_is_for():
    described = dict(settings_in(SCHEMA))
    assert len(described) > 100
    for keys, node in described.items():
        assert node["description"], keys
        # Words that mean something only where they stand in the example.
        assert not re.match("(As above|Any of the)", node["description"]), keys
        if keys[0] == "channel" and len(keys) > 2:
            assert node["description"] != described[keys[:-1]]["description"], keys
            assert "so for every" not in node["description"], keys


def test_the_defaults_are_those_of_the_example():
    defaults = {keys: node["default"] for keys, node in settings_in(SCHEMA) if "default" in node}
    written = tomllib.loads(EXAMPLE)
    for keys in (path for path in paths_in(written) if path and path[0] != "server"):
        value = value_at(written, keys)
        if not isinstance(value, dict) and all(isinstance(step, str) for step in keys):
            assert defaults[keys] == value, keys


def test_the_words_come_from_the_example():
    assert explanations()["interval",].startswith("Polling interval in seconds")
    assert "unencrypted" not in explanations()["server", "url"]
    properties = SCHEMA["properties"]["server"]["items"]["properties"]
    assert properties["interval"]["description"] == explanations()["interval",]
    assert properties["name"]["description"] == explanations()["server", "name"]
