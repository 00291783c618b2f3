"""A survey in a file: its questions with their answers, and everything wrong with it at once."""

import pytest

from wallboard.config.problem import ConfigError
from wallboard.config.survey_file import load_survey

WHOLE = """
server = "prod"
sid = "7"
[[survey.question]]
text = "How was it?"
answer = "good"
[[survey.question]]
text = "Anything else?"
default = "no"
"""


@pytest.fixture
def load(tmp_path):
    def loaded(text):
        path = tmp_path / "survey.toml"
        path.write_text(text, encoding="utf-8")
        return load_survey(path)

    return loaded


def test_each_question_has_its_own_answer_or_its_default(load):
    survey = load(WHOLE)
    assert (survey.server, survey.sid) == ("prod", "7")
    assert [one.text for one in survey.questions] == ["How was it?", "Anything else?"]
    assert survey.answers == ("good", "no")


def test_what_is_left_out_is_empty(load):
    survey = load("")
    assert (survey.server, survey.sid, survey.questions, survey.answers) == ("", "", (), ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('servr = "prod"', 'servr: unknown key; did you mean "server"?'),
        ("sid = 7", "sid: must be a string, not 7"),
        ("survey = 7", "survey: must be a table, not 7"),
        ("[survey]\nquestion = 7", "question: must be a list of tables, not 7"),
        ("[survey]\nquestion = [7]", "must be a table, not 7"),
        ('[[survey.question]]\ntext = "Q"\nanswer = 7', "answer: must be a string, not 7"),
        ('[[survey.question]]\nanswer = "A"', "text: is missing; it must be"),
    ],
)
def test_a_mistake_is_named_with_its_place(load, text, problem):
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert problem in str(caught.value)


def test_all_mistakes_come_at_once(load):
    with pytest.raises(ConfigError) as caught:
        load("sid = 7\nmore = 1\n[[survey.question]]\nanswer = 7\n")
    assert [problem.key for problem in caught.value.problems] == [
        "sid",
        "more",
        "answer",
        "text",
    ]
