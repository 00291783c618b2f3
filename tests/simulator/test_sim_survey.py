from io import BytesIO

import pytest

BODY = (
    b'<egainSurvey sid="77" xmlns="http://bindings.egain.com/chat">'
    b"<survey><question>Q &amp; 1</question><answer>A1</answer></survey>"
    b"<survey><question>Q2</question> <answer>\xc3\xa9</answer></survey></egainSurvey>"
)
PATH = "/system/egain/chat/entrypoint/survey"


async def post(site, body, path=PATH):
    return await site.path(path, "POST", data=body, headers={"Content-Type": "text/xml"})


async def test_a_survey_is_kept_and_answered_with_204(open_site):
    site = await open_site()
    answer = await post(site, BODY)
    assert (answer.status, answer.body) == (204, b"")
    (survey,) = site.simulator.surveys
    assert (survey.sid, survey.answers) == ("77", (("Q & 1", "A1"), ("Q2", "é")))
    assert (survey.raw, survey.content_type) == (BODY, "text/xml")


async def test_the_connection_goes_on_after_a_survey(open_site):
    site = await open_site()
    for path in (PATH, "/egain/chat/entrypoint/survey"):
        assert (await post(site, BODY, path)).status == 204
        assert (await site.get("capacity")).status == 200
    assert len(site.simulator.surveys) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b'<other sid="1"/>',
        b'<egainSurvey sid="1"/>',
        BODY.replace(b'sid="77"', b""),
        BODY.replace(b'sid="77"', b'sid=" "'),
        BODY.replace(b"A1", b" "),
        BODY.replace(b"<question>Q2</question>", b""),
        b'<!DOCTYPE egainSurvey [<!ENTITY a "b">]>' + BODY,
        BODY[:-5],
    ],
)
async def test_a_bad_survey_is_refused_and_not_kept(open_site, body):
    site = await open_site()
    assert (await post(site, body)).status == 400
    assert not site.simulator.surveys


async def test_a_survey_that_is_far_too_long_is_refused(open_site):
    site = await open_site()
    assert (await post(site, BytesIO(b"x" * (1024 * 1024 + 1)))).status == 413


async def test_a_survey_cannot_be_read_back(open_site):
    assert (await (await open_site()).path(PATH)).status == 405


async def test_a_fault_can_strike_the_survey(open_site, fault):
    site = await open_site(fault("http", endpoints="survey", status=500))
    assert (await post(site, BODY)).status == 500
    assert (await site.get("capacity")).status == 200
