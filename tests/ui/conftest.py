"""What a screen shows, held against what it showed when somebody last looked."""

import asyncio

import pytest
from walls import text_on


@pytest.fixture
def text_compare(snapshot):
    """Compares a screen as text without its line of keys; ``snap_compare`` compares its looks."""

    def compare(app, *, terminal_size, run_before):
        async def shown():
            async with app.run_test(size=terminal_size) as pilot:
                await run_before(pilot)
                return text_on(app).rpartition("\n")[0]

        return asyncio.run(shown()) == snapshot

    return compare
