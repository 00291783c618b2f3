"""What a survey must hold, and the XML that it is posted as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from wallboard.ece.ask.survey import Answered, Survey, SurveyError, body_of, draft_of, faults_of
from wallboard.simulator.requests import read_survey


def survey(*pairs: tuple[str, str], sid="77"):
    return Survey(sid, tuple(Answered(*pair) for pair in pairs))


def faults(made):
    return [(fault.number, fault.part) for fault in faults_of(made)]


def test_the_body_is_what_the_vendor_documents_in_the_namespace_that_clients_send():
    body = body_of(survey(("Question 1", "Answer 1"), ("Question 2", "Answer 2"), sid="1000"))
    assert body == (
        b'<egainSurvey xmlns="http://bindings.egain.com/chat" sid="1000">\n'
        b"<survey><question>Question 1</question>\n<answer>Answer 1</answer></survey>\n"
        b"<survey><question>Question 2</question>\n<answer>Answer 2</answer></survey>\n"
        b"</egainSurvey>\n"
    )


def test_what_means_something_to_xml_is_escaped():
    body = body_of(survey(("a < b & c > d", 'say "]]>"'), sid='1" x="<&'))
    assert b"<question>a &lt; b &amp; c &gt; d</question>" in body
    assert b"<answer>say &quot;]]&gt;&quot;</answer>" in body
    assert b'sid="1&quot; x=&quot;&lt;&amp;"' in body


def test_what_is_not_printable_ascii_is_a_reference():
    body = body_of(survey(("Zufrieden? sehr schön", "日本\n\u202e\x9b😀")))
    assert b"sehr sch&#246;n" in body
    assert b"<answer>&#26085;&#26412;&#10;&#8238;&#155;&#128512;</answer>" in body


NO_XML = "\ufffe\uffff"
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters=NO_XML, min_codepoint=32),
        st.sampled_from("\t\n\r<>&\"']"),
    ),
    min_size=1,
).filter(str.strip)  # fmt: skip


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4), TEXTS)
def test_every_survey_that_can_be_sent_reads_back_as_it_was(pairs, sid):
    body = body_of(survey(*pairs, sid=sid))

    assert body.isascii()
    assert all(line.isprintable() for line in body.decode().split("\n"))
    seen = read_survey(body)
    assert (seen.sid, list(seen.answers)) == (sid.strip(), pairs)
    root = etree.fromstring(body)
    assert root.tag == "{http://bindings.egain.com/chat}egainSurvey"
    assert root.get("sid") == sid.strip()


@given(st.text(), st.text(), st.text())
def test_any_text_is_either_refused_or_well_formed_and_its_draft_can_be_shown(
    sid, question, answer
):
    made = survey((question, answer), sid=sid)
    assert all(line.isprintable() for line in draft_of(made).split("\n"))
    found = faults_of(made)
    if found:
        assert all(str(fault).isprintable() for fault in found)
        with pytest.raises(SurveyError):
            body_of(made)
    else:
        etree.fromstring(body_of(made))


def test_everything_that_is_wrong_is_told_at_once_with_what_and_where():
    made = survey(("", "fine"), ("Q", " \t"), ("a\x00b", "c\ud800"), ("\uffff", "d"), sid="  ")
    assert faults(made) == [
        (0, "sid"),
        (1, "question"),
        (2, "answer"),
        (3, "question"),
        (3, "answer"),
        (4, "question"),
    ]
    with pytest.raises(SurveyError) as raised:
        body_of(made)
    assert str(raised.value).splitlines() == [
        "the sid (the id of the chat session) is empty",
        "question 1 is empty",
        "answer 2 is empty",
        "question 3: character 2 is a control character (U+0000), not allowed in XML",
        "answer 3: character 2 is an unpaired surrogate (U+D800), not allowed in XML",
        "question 4: character 1 is U+FFFF, not a character, and not allowed in XML",
    ]


def test_a_survey_without_a_question_is_refused():
    assert faults(survey()) == [(0, "")]


def test_a_question_that_need_not_be_answered_is_left_out_as_long_as_it_is_not():
    first, second = Answered("Q1", "A1"), Answered("Q2", " ", required=False)
    assert b"Q2" not in body_of(Survey("77", (first, second)))
    assert b"Q2" in body_of(Survey("77", (first, Answered("Q2", "A2", required=False))))
    assert faults(Survey("77", (second,))) == [(0, "")]


@pytest.mark.parametrize("char", [*map(chr, range(9)), "\x0b", "\x0c", "\x1b", "\udfff", "\ufffe"])
def test_what_xml_cannot_hold_is_refused_wherever_it_stands(char):
    assert faults(survey(("Q", "A"), sid=f"7{char}")) == [(0, "sid")]
    assert faults(survey((f"Q{char}", "A"))) == [(1, "question")]
    assert faults(survey(("Q", f"A{char}"))) == [(1, "answer")]
