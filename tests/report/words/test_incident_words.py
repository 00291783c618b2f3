from wallboard.domain.incident import Phase, State
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level, Verdict
from wallboard.report.words.incidents import phases_words

FAILING = State(Verdict.ERROR, Level.UNKNOWN, Cause.REFUSED)
GONE = State(Verdict.UNREACHABLE, Level.CRITICAL, Cause.REFUSED)
CLOSED = State(Verdict.OTHER, Level.CRITICAL)


def test_phases_of_the_same_words_are_told_as_one():
    lasted = (Phase(FAILING, 100, 2.0), Phase(GONE, 102, 10.0), Phase(CLOSED, 112, 5.0))
    assert phases_words(lasted) == "refused 12s → CLOSED 5s"
    still = (Phase(CLOSED, 90, 10.0), Phase(FAILING, 100, 2.0), Phase(GONE, 102))
    assert phases_words(still) == "CLOSED 10s → refused"
