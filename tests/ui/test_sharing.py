"""A board that others poll for, and one that cannot be recorded, as the operator sees them."""

import asyncio

import pytest
from walls import part, picture, settled, text_on, until, wall

from wallboard.domain.endpoint import EntryPointKey
from wallboard.feeds import FeedStatus
from wallboard.ui.screen.banner import Passing

LEADER = "ana@jump1 pid 123"
WHO = f"follows {LEADER}"
PROBLEM = "Not recording to /srv/wall.db: the disk is full. Retrying."


class FollowingFeed:
    """A feed that follows somebody, in whatever trouble it is."""

    def __init__(self) -> None:
        self.status = FeedStatus(leader=LEADER)
        self.asked = []

    async def run(self, publish, board):
        await asyncio.Event().wait()

    def check_clock(self):
        pass

    def poll_now(self, key):
        self.asked.append(key)
        return self.asked.count(key) == 1


@pytest.fixture
def feed():
    return FollowingFeed()


async def shown(pilot):
    await until(pilot, lambda: pilot.app.live.running)
    await settled(pilot)


@pytest.mark.parametrize(
    ("width", "said"), [(140, WHO), (102, WHO), (88, "follows ana"), (50, ""), (28, "")]
)
async def test_the_header_says_whom_the_board_follows_as_far_as_there_is_room(feed, width, said):
    app = wall(make_feed=lambda _: feed)
    async with app.run_test(size=(width, 24)) as pilot:
        await shown(pilot)
        words = picture(app)[0].split("  ")
        found = [word.strip() for word in words if word.strip().startswith("follows")]
        assert found == ([said] if said else [])


async def test_a_board_that_polls_itself_says_nothing_of_others(feed):
    feed.status = FeedStatus()
    app = wall(make_feed=lambda _: feed)
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot)
        assert "follows" not in text_on(app)


async def test_what_others_call_themselves_cannot_steer_the_terminal(feed):
    feed.status = FeedStatus(leader="\x1b[2J\u202e@h pid 1")
    app = wall(make_feed=lambda _: feed)
    async with app.run_test(size=(160, 24)) as pilot:
        await shown(pilot)
        text = text_on(app)
        assert "@h pid 1" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


async def test_a_problem_of_the_feed_stands_in_the_banner_until_it_is_gone(feed):
    feed.status = FeedStatus(leader=LEADER, problems=(PROBLEM,))
    app = wall(make_feed=lambda _: feed)
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot)
        assert f"! {PROBLEM}" in text_on(app)
        await pilot.press("x")
        await settled(pilot)
        assert PROBLEM in text_on(app), "it still is so, and cannot be dismissed"
        feed.status = FeedStatus(leader=LEADER)
        await settled(pilot)
        assert PROBLEM not in text_on(app)


async def test_r_says_why_nothing_is_polled_while_the_board_follows(feed):
    app = wall(make_feed=lambda _: feed)
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot)
        await pilot.press("r")
        await settled(pilot)
        assert f"Not polled: this board {WHO}, which polls Phones." in part(app, Passing)


async def test_r_says_what_is_polled_or_that_it_just_was(feed):
    feed.status = FeedStatus()
    app = wall(make_feed=lambda _: feed)
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot)
        app.screen.grid.select(EntryPointKey("prod", 1000))
        await pilot.press("r")
        await settled(pilot)
        assert "Polling 5 endpoints of Sales." in part(app, Passing)
        await pilot.press("r")
        await settled(pilot)
        assert "Not polled: Sales was polled less than a second ago." in part(app, Passing)


async def test_a_frozen_picture_still_says_whom_it_follows(feed):
    app = wall(make_feed=lambda _: feed)
    async with app.run_test(size=(120, 24)) as pilot:
        await shown(pilot)
        await pilot.press("space")
        await settled(pilot)
        assert app.view().leader == LEADER
        assert WHO in picture(app)[0]
