"""A board that is complete at one stroke is shown at once, however seldom the wall is redrawn."""

from boards import NOW, made_board
from walls import text_on, until, wall


async def test_a_restored_board_is_shown_before_the_next_tick():
    app = wall(made_board(4, rounds=0))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "WAITING" in text_on(app))
        assert "OPEN" not in text_on(app)
        app.live.fold(made_board(4).snapshot(NOW).recorded)
        await until(pilot, lambda: "OPEN" in text_on(app))
