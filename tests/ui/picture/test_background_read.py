"""What is read beside the board: once, and again if it could not be read."""

from wallboard.recorder.errors import RecordingError
from wallboard.ui.picture.recorded_past import BackgroundRead


async def test_what_could_not_be_read_is_read_when_it_is_wanted_again():
    asked, told = [], []
    errand = BackgroundRead(lambda: told.append(errand.found))

    def read():
        asked.append(True)
        if len(asked) == 1:
            raise RecordingError("another program has it locked")
        return "the past"

    for _ in range(3):
        errand.want("a moment", read)
        await errand.stop()
    assert (len(asked), told) == (2, ["the past"])
    assert errand.found_for == "a moment"
