"""Whatever comes in, decoding never raises and never invents good news."""

import random
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.reading import (
    DOCUMENTED_REASONS,
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)
from wallboard.ece.answer.decode import decode

FOLDER = Path(__file__).parents[2] / "fixtures" / "ece"
SAMPLES = [
    (Endpoint(tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))["endpoint"]), body)
    for path in sorted(FOLDER.iterdir())
    if path.suffix != ".toml" and len(body := path.read_bytes()) < 2000
]
ENDPOINTS = st.sampled_from(Endpoint)
ROOTS = ("chatAllowed", "checkEligibility", "sessionStatus", "availableSlots", "agentAvailability")
PIECES = st.sampled_from(
    [
        *(f"<{root}" for root in ROOTS),
        *(f"</{root}>" for root in ROOTS),
        *("<waitTime>", "</waitTime>", "<queueDepth>", "</queueDepth>", "<count>", "</count>"),
        *(' allowed="false"', ' responseType="1"', ' available="false"', " allowed=“", " reason='"),
        *("<?xml ", "?>", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE ", "<!ENTITY ", "&lt;"),
        *(
            ">",
            "/>",
            "<",
            '"',
            "'",
            "=",
            "{",
            "}",
            ":",
            ",",
            "1",
            "-",
            "e9",
            ".",
            " ",
            "\0",
            "\ufeff",
        ),
        *('"allowed":', '"count":', '"waitTime":', "null", "NaN", "\ud7ff", "\x1b["),
    ]
)


def is_intact(outcome):
    """Every fact lies in its documented set; every text is safe to show."""
    match outcome:
        case Failure(cause=cause, message=message):
            return cause != Cause.INTERNAL and message.isprintable() and len(message) < 500
        case LiveSessionStatus():
            wait, depth = outcome.wait_seconds, outcome.queue_depth
            return (wait is None or 0 <= wait < float("inf")) and (depth is None or depth >= 0)
        case CheckEligibility():
            return outcome.response_type in {None, 0, 1, 2}
        case ChatAllowed():
            return outcome.reason in {None, *DOCUMENTED_REASONS}
        case Capacity(raw=raw) | AgentAvailability(raw=raw):
            return raw is None or (raw.isprintable() and len(raw) <= 200)
        case _:
            return False


def is_good_news(outcome):
    match outcome:
        case (
            ChatAllowed(allowed=True)
            | AgentAvailability(available=True)
            | CheckEligibility(response_type=0)
        ):
            return True
        case _:
            return False


@given(ENDPOINTS, st.binary(max_size=400))
def test_arbitrary_bytes_never_raise_and_are_never_an_answer(endpoint, body):
    outcome = decode(endpoint, body)

    assert isinstance(outcome, Failure)
    assert is_intact(outcome)


@given(ENDPOINTS, st.lists(PIECES, max_size=25).map("".join), st.sampled_from(["utf-8", "utf-16"]))
@example(Endpoint.CHAT_ALLOWED, "<chatAllowed allowed=“", "utf-8")
def test_scraps_of_answers_without_good_news_never_become_good_news(endpoint, text, encoding):
    outcome = decode(endpoint, text.encode(encoding))

    assert is_intact(outcome)
    assert not is_good_news(outcome)


@given(st.sampled_from(SAMPLES), st.data())
def test_a_mutated_answer_never_raises_and_keeps_to_the_documented_values(sample, data):
    endpoint, body = sample
    at = data.draw(st.integers(0, len(body)))
    gone = data.draw(st.integers(0, 8))
    new = data.draw(st.binary(max_size=6))

    assert is_intact(decode(endpoint, body[:at] + new + body[at + gone :]))


@given(st.sampled_from(SAMPLES), st.data())
def test_a_cut_answer_says_no_more_than_the_whole_one(sample, data):
    endpoint, body = sample
    whole = decode(endpoint, body)
    cut = decode(endpoint, body[: data.draw(st.integers(0, len(body)))])

    assert is_intact(cut)
    if is_good_news(cut) and not isinstance(whole, Failure):
        assert is_good_news(whole)
    if isinstance(whole, LiveSessionStatus) and isinstance(cut, LiveSessionStatus):
        assert cut.wait_seconds in {None, whole.wait_seconds}
        assert cut.queue_depth in {None, whole.queue_depth}


@given(st.sampled_from(SAMPLES), st.sampled_from(Endpoint))
def test_an_answer_to_another_question_is_never_good_news(sample, endpoint):
    asked, body = sample
    if endpoint != asked:
        assert not is_good_news(decode(endpoint, body))


FACTS = {
    Endpoint.CHAT_ALLOWED: ("chatAllowed", "allowed", "true", "false"),
    Endpoint.AGENT_AVAILABILITY: ("agentAvailability", "available", "true", "false"),
    Endpoint.CHECK_ELIGIBILITY: ("checkEligibility", "responseType", "0", "1"),
    Endpoint.CAPACITY: ("availableSlots", "count", "5", "0"),
    Endpoint.LIVE_SESSION_STATUS: ("sessionStatus", "queueDepth", "0", "9"),
}
"""The root, and a name in it with a good value and a bad one."""

IN_ATTRIBUTES = (
    '<{root} xmlns:a="u" xmlns:b="v" a:{name}="{bad}" b:{name}="{good}"/>',
    '<{root} {name}="{good}" {name}="{bad}"/>',
    "<{root} {name}={bad} note='{name}' {name}={good} />",
    '<a:{root} xmlns:a="u" a:{name}="{bad}" {name}="{good}"></a:{root}>',
    '<{root} {name}="{good}"><x {name}="{bad}"/></{root}>',
    '<{root} {name}="{good}"/><{root} {name}="{bad}"/>',
)
IN_CHILDREN = (
    '<{root} xmlns:a="u"><{name}>{bad}</{name}><a:{name}>{good}</a:{name}></{root}>',
    "<{root}><{name}>{good}</{name}><x><{name}>{bad}</{name}></x></{root}>",
    '<{root} {name}="{bad}"><{name}>{good}</{name}></{root}>',
)
IN_MEMBERS = (
    '{{"{name}":{bad},"{name}":{good}}}',
    '{{"{root}":{{"{name}":{good}}},"{name}":{bad}}}',
    '{{"a:{name}":"{bad}","b:{name}":"{good}"}}',
)
STRAY = "\"'<>=/ :!-?[]{},&;\\\n ab“”"


def contradictions():
    """Bodies that hold a good value of a fact and a bad one, with the look of the bad one."""
    for endpoint, (root, name, good, bad) in FACTS.items():
        of_children = endpoint in {Endpoint.CAPACITY, Endpoint.LIVE_SESSION_STATUS}
        stands = re.compile(
            rf"(?<!\w){name}(?:[\"'\s]*[:=][\s\"'“”]*|(?:\s[^<>]*)?>\s*){bad}(?!\w)"
        )
        for form in (*(IN_CHILDREN if of_children else IN_ATTRIBUTES), *IN_MEMBERS):
            yield endpoint, form.format(root=root, name=name, good=good, bad=bad), stands


def spoiled(body, rolls):
    """A body in which a few characters are lost, strange, or changed about."""
    for _ in range(rolls.choice((1, 1, 1, 2, 3))):
        at, new = rolls.randrange(len(body)), rolls.choice(STRAY)
        body = rolls.choice(
            (
                body[:at] + body[at + rolls.choice((1, 1, 2, 3)) :],
                body[:at] + new + body[at:],
                body[:at] + new + body[at + 1 :],
                body[:at] + body[at + 1 : at + 2] + body[at : at + 1] + body[at + 2 :],
            )
        )
    return body


def is_good(outcome):
    match outcome:
        case Capacity(count=int(count)):
            return count > 0
        case LiveSessionStatus(queue_depth=0):
            return True
        case _:
            return is_good_news(outcome)


def test_nothing_is_good_news_where_another_value_of_the_fact_stands():
    rolls = random.Random(1)
    for endpoint, body, stands in contradictions():
        assert stands.search(body)
        for spoilt in (body, *(spoiled(body, rolls) for _ in range(150))):
            outcome = decode(endpoint, spoilt.encode())
            assert not (is_good(outcome) and stands.search(spoilt)), (spoilt, outcome)


HIDDEN = (
    '<{root} {name}="{good}" {upper}="{bad}"/>',
    '<{root} {name}="{good}"><x {upper}="{bad}"/></{root}>',
    '<{root} {name}="{good}"><{upper}>{bad}</{upper}></{root}>',
    '<{root} {name}="{good}">{{"{name}": "{bad}"}}</{root}>',
    '<{root} {name}="{good}">{name}: {bad}</{root}>',
    '<{root} {name}="{good}">{name}&#61;"{bad}"</{root}>',
    '<{root} {name}="{good}">&lt;{name}&gt;{bad}&lt;/{name}&gt;</{root}>',
    '<{root} {name}="{good}"><item name="{name}" value="{bad}"/></{root}>',
    '<{root} {name}="{good}"><![CDATA[<!--]]>{name}="{bad}"<![CDATA[-->]]></{root}>',
    '<?xml version="1.0" encoding="UTF-7"?><{root} {name}="{good}">+ADw-{name}+AD4-{bad}'
    "+ADw-/{name}+AD4-</{root}>",
    '<{root} {name}="{good}"/ {upper}={bad}>',
    '<{root} {name}="{good}" &#{code};{rest}="{bad}"/>',
    '{{"{name}":"{good}","{upper}":"{bad}"}}',
    '{{"{name}":"{good}","x":"{upper}={bad}"}}',
    '{{"{name}":"{good}","{name}\\u200b":"{bad}"}}',
    '{{"{name}":"{good}","x":"{{\\"\\\\u{code:04x}{rest}\\":{bad}}}"}}',
    '{{"{name}":"{good}","x":[{{"name":"{name}","value":"{bad}"}}]}}',
    '{{"{name}":"{good}","name":"x:{name}","value":"{bad}"}}',
    '{{"{name}":"{good}","x":{{"value":{bad},"field":"{name}"}}}}',
    '{{"{name}":"{good}","x":["{name}",{bad}]}}',
    '{{"{name}":"{good}","{name}2":{bad}}}',
    '{{"{name}":"{good}","{name}[0]":{bad}}}',
    '{{"{name}":"{good}","is_{upper}":{bad}}}',
    '{{"{name}":"{good}","said":"{bad} is {name}"}}',
    '{{"{name}":"{good}","said":"{wide}={bad}"}}',
    '<{root} {name}="{good}"><x n="{name}">{bad}</x></{root}>',
    '<{root} {name}="{good}"><x>{name}</x><y>{bad}</y></{root}>',
    '<{root} {name}="{good}" is{upper}="{bad}"/>',
    '<{root} {name}="{good}">{name} is {bad}</{root}>',
)
HARMLESS = (
    '<{root} {name}="{good}"><!-- {name}="{bad}" --></{root}>',
    '<?x {name}="{bad}"?><{root} {name}="{good}"/>',
    '<{root} {name}="{good}"><note>It is {name}, &amp; so on.</note></{root}>',
    '<?xml version="1.0" encoding="ISO-2022-JP"?><{root} {name}="{good}"/>',
    '{{"{name}":"{good}","status":"{name}"}}',
)


def in_attributes(form):
    for endpoint, (root, name, good, bad) in FACTS.items():
        if endpoint not in {Endpoint.CAPACITY, Endpoint.LIVE_SESSION_STATUS}:
            yield endpoint, form.format(
                root=root, name=name, good=good, bad=bad,
                upper=name.upper(), code=ord(name[0]), rest=name[1:],
                wide=name.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
            )  # fmt: skip


@pytest.mark.parametrize("form", HIDDEN)
def test_nothing_is_good_news_where_another_value_is_hidden(form):
    for endpoint, body in in_attributes(form):
        for encoding in ("utf-8",) if "UTF-7" in body else ("utf-8", "utf-16", "utf-8-sig"):
            outcome = decode(endpoint, body.encode(encoding))
            assert not is_good(outcome), (body, outcome)


def test_nothing_is_good_news_where_another_value_stands_beside_the_name_once_more():
    rolls = random.Random(2)
    for form in HIDDEN:
        for endpoint, body in in_attributes(form):
            root, name, _, bad = FACTS[endpoint]
            for _ in range(25):
                spoilt = spoiled(body, rolls)
                found = spoilt.lower().replace(root.lower(), "").count(name.lower())
                another = re.search(rf"(?<![\w.-]){bad}(?![\w.])", spoilt)
                good = is_good(decode(endpoint, spoilt.encode()))
                assert not (good and found > 1 and another), spoilt


@pytest.mark.parametrize("form", HARMLESS)
def test_words_about_a_fact_and_comments_leave_it_as_it_is(form):
    for endpoint, body in in_attributes(form):
        outcome = decode(endpoint, body.encode())
        assert is_good(outcome), (body, outcome)
