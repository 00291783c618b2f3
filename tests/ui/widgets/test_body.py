"""Bodies as text: laid out or byte for byte, always safe, and never more than once through."""

import json
import unicodedata
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from wallboard.ece.answer.encoding import exact_text_of, text_of
from wallboard.report.evidence.raw import tokens, visible
from wallboard.ui.look.text import wrapped
from wallboard.ui.widgets.lines import pretty, raw

MEBIBYTE = 1024 * 1024
STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

LAB_ANSWER = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><agentAvailability available="true" '
    b'xmlns:ns5="http://jabber.org/protocol/httpbind" xmlns:ns2="http://bindings.egain.com/chat" '
    b'xmlns:ns4="jabber:client" xmlns:ns3="urn:ietf:params:xml:ns:xmpp-stanzas"/>'
)

markup_like = st.text(
    st.sampled_from("<>/!-[]?\"'= \n\tabCDT{}:,\\é漢\u0301\x1b\u202e"), max_size=300
).map(str.encode)
bodies = st.binary(max_size=300) | markup_like


def laid_out(body, width=100):
    return list(pretty(body, width))


@given(bodies, st.integers(20, 120))
@example(b"[" * 5000, 80)
@example(b'{"a":' * 5000, 80)
@example(b"<a" * 5000, 80)
@example(b"\xff\xfe<", 80)
@example(b"\xfe\xff\xd8\x00", 80)
@pytest.mark.parametrize("lay_out", [pretty, raw])
def test_any_bytes_become_lines_that_are_safe_and_fit(lay_out, body, width):
    for line in lay_out(body, width):
        assert not {unicodedata.category(char) for char in line} & STEERING
        assert cell_len(line) <= width


@given(st.text(st.characters(codec="utf-8", exclude_categories=list(STEERING)), max_size=300))
@example("a\N{COMBINING ACUTE ACCENT}" * 200)
@example("漢字" * 200)
def test_raw_bodies_can_be_read_back(text):
    selectors = {chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}
    if not set(text) & selectors:
        assert "".join(raw(text.encode(), 40)) == text


@given(st.binary(max_size=200))
def test_raw_shows_every_byte_that_is_not_text(body):
    shown = "".join(raw(body, 80))
    assert shown.count("␊") >= body.count(b"\n")
    assert shown.count("\\x") >= body.decode("utf-8", "backslashreplace").count("\\x")


def test_raw_keeps_lines_and_names_what_cannot_be_seen():
    body = "<a>\r\n\tb\x1b[31m\u202e\u200b\x85</a>".encode() + b"\xff"
    assert list(raw(body, 80)) == ["<a>␍␊", "␉b␛[31m\\u202e\\u200b\\u0085</a>\\xff"]


def test_an_answer_of_a_lab_server_is_laid_out_with_its_attributes_below_each_other():
    assert laid_out(LAB_ANSWER, 80) == [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        "<agentAvailability",
        '    available="true"',
        '    xmlns:ns5="http://jabber.org/protocol/httpbind"',
        '    xmlns:ns2="http://bindings.egain.com/chat"',
        '    xmlns:ns4="jabber:client"',
        '    xmlns:ns3="urn:ietf:params:xml:ns:xmpp-stanzas"/>',
    ]


def test_children_are_indented_and_keep_their_prefixes():
    body = (
        b"<sessionStatus  xmlns:ns2='x'\n><ns2:waitTime>3.0</ns2:waitTime>"
        b"<ns2:queueDepth>1</ns2: queueDepth >\n</sessionStatus>"
    )
    assert laid_out(body) == [
        "<sessionStatus xmlns:ns2='x' >",
        "  <ns2:waitTime>3.0</ns2:waitTime>",
        "  <ns2:queueDepth>1</ns2: queueDepth >",
        "</sessionStatus>",
    ]


def test_comments_sections_and_long_texts_are_kept_whole():
    body = b"<a><!-- 1 < 2 --><![CDATA[<b>]]>\n  one\n  two\n</a>"
    assert laid_out(body, 20) == [
        "<a>",
        "  <!-- 1 < 2 -->",
        "  <![CDATA[<b>]]>",
        "  one",
        "  two",
        "</a>",
    ]


def test_a_web_page_is_indented_and_elements_without_an_end_do_not_indent():
    body = (
        b"<!DOCTYPE html><html><head><META charset=x><title>Log\tin</title></head>\n<p>a<br>b</p>"
    )
    assert laid_out(body) == [
        "<!DOCTYPE html>",
        "<html>",
        "  <head>",
        "    <META charset=x>",
        "    <title>Log in</title>",
        "  </head>",
        "  <p>a",
        "    <br>",
        "    b",
        "  </p>",
    ]


def test_json_is_laid_out_as_it_was_sent():
    body = b'{"waitTime":1.50e1,"a":[],"waitTime":2,"s":"x, {\\"y\\"}","d":[{"n":null},{}]}'
    assert laid_out(body) == [
        "{",
        '  "waitTime": 1.50e1,',
        '  "a": [],',
        '  "waitTime": 2,',
        '  "s": "x, {\\"y\\"}",',
        '  "d": [',
        "    {",
        '      "n": null',
        "    },",
        "    {}",
        "  ]",
        "}",
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text('ab,:{}[]"\\'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("xyz"), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(values) | st.dictionaries(st.text(), values))
def test_json_that_was_laid_out_says_the_same(value):
    body = json.dumps(value).encode()
    assert json.loads("\n".join(pretty(body, 10_000))) == value


def test_what_only_looks_like_json_stays_as_it_is():
    assert laid_out(b"[INFO] a  log, line") == ["[INFO] a  log, line"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_bodies_in_other_encodings_are_read(encoding):
    assert laid_out("<a>é</a>".encode(encoding)) == ["<a>é</a>"]


FUER = '<?xml version="1.0" encoding="ISO-8859-1"?><chatAllowed reason="für"/>'.encode("latin-1")
WIDE = "<chatAllowed reason='für'/>"


@pytest.mark.parametrize(
    "body",
    [
        FUER,
        FUER.replace(b"ISO-8859-1", b"windows-1252"),
        WIDE.encode("utf-32-le"),
        WIDE.encode("utf-32"),
        WIDE.encode("utf-16-be"),
        WIDE.encode("utf-8-sig"),
    ],
)
def test_what_is_shown_of_a_body_is_what_was_judged(body):
    judged = text_of(body)
    assert "für" in judged
    assert "".join(laid_out(body)).replace(" ", "") == judged.replace(" ", "")
    assert visible(body).removeprefix("\\ufeff") == judged


@given(st.binary(max_size=300), st.sampled_from(["ISO-8859-1", "utf-7", "hex", "koi8-r", "big5"]))
def test_a_body_is_shown_in_the_encoding_that_it_is_judged_in(body, encoding):
    body = b'<?xml version="1.0" encoding="%s"?>' % encoding.encode() + body
    judged, shown = text_of(body), exact_text_of(body)
    if "\ufffd" not in judged:
        assert shown == judged


def test_the_bytes_themselves_are_shown_whatever_they_mean():
    assert 'reason="f\\xfcr"' in "".join(raw(FUER, 200))


def test_half_a_character_at_the_end_is_named_and_not_lost():
    assert exact_text_of("é".encode()[:1]) == "\\xc3"
    assert laid_out("\ufeff<a>".encode("utf-16-le")[:-1]) == ["<a\\x3e"]


def test_long_lines_are_wrapped_by_cells():
    assert list(wrapped("漢字漢字漢", 4)) == ["漢字", "漢字", "漢"]
    assert list(wrapped("abcdefghij", 4)) == ["abcd", "efgh", "ij"]


def test_characters_without_width_do_not_pile_up_on_one_cell():
    assert max(len(line) for line in pretty(("\u0301" * 5000).encode(), 40)) <= 80


class Watched(str):
    """A text that counts how many characters are searched."""

    __slots__ = ()
    searched = 0

    def find(self, mark, start=0):
        place = str.find(self, mark, start)
        Watched.searched += (len(self) if place < 0 else place) - start + 1
        return place


@pytest.mark.parametrize(
    "piece", ["<!--", "<![CDATA[", "<", "<a>", "a<", "<!-->", "<a", "-->", "<!-- -->", "]]>", " "]
)
def test_markup_is_searched_a_fixed_number_of_times_whatever_it_holds(piece):
    text = Watched(piece * 4000)
    Watched.searched = 0
    assert "".join(tokens(text)) == text
    assert Watched.searched <= 6 * len(text)


HUGE = {
    "one line": b"x" * MEBIBYTE,
    "one element": b"<a>" + b"x" * MEBIBYTE + b"</a>",
    "line feeds": b"\n" * MEBIBYTE,
    "lines": b"<a>1</a>\n" * (MEBIBYTE // 9),
    "<": b"<" * MEBIBYTE,
    "open comments": b"<!--" * (MEBIBYTE // 4),
    "open sections": b"<![CDATA[" * (MEBIBYTE // 9),
    "nested elements": b"<a>" * (MEBIBYTE // 3),
    "blanks in a tag": b"<a" + b" " * MEBIBYTE + b"b>",
    "attributes": b"<a " + b"b=1 " * (MEBIBYTE // 4) + b">",
    "open brackets": b"[" * MEBIBYTE,
    "deep JSON": b"[" * 400 + b"1," * (MEBIBYTE // 2) + b"1" + b"]" * 400,
    "quotes": b'["' + b'\\"' * (MEBIBYTE // 2),
    "combining": "\u0301".encode() * (MEBIBYTE // 2),
}
LINES_READ = 20_000


@pytest.mark.parametrize("body", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("lay_out", [pretty, raw])
def test_a_mebibyte_of_anything_is_laid_out_line_by_line(lay_out, body):
    lines = list(islice(lay_out(body, 80), LINES_READ))
    assert lines
    assert max(map(len, lines)) <= 160


def test_indentation_never_makes_a_body_many_times_longer():
    for body in (HUGE["nested elements"][:60_000], HUGE["deep JSON"][:60_000] + b"1" + b"]" * 400):
        assert sum(map(len, pretty(body, 80))) <= 30 * len(body)
