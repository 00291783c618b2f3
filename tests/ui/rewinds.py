"""Boards with a recording behind them, for tests that look into the past."""

from recorder.recordings import SERVER
from recorder.shift import END, ENTRY_POINTS
from walls import Clock

from wallboard.settings import EntryPointSettings, ServerSettings, Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.picture.arrangement import Arrangement

NOW = END + 2.0


class RecordedApp(WallboardApp):
    """A living board, of which nothing was heard yet, with a recording behind it."""

    path = None

    @property
    def recording_path(self):
        return self.path


def recorded_wall(path, *, now=NOW, theme="dark", **settings):
    """An app that ticks only when the test does, at the end of the recorded shift."""
    entries = tuple(
        EntryPointSettings(id=point.key.id, name=point.name, group=point.group)
        for point, _ in ENTRY_POINTS
    )
    server = ServerSettings(name=SERVER, url="http://ece.example.com", entry_point=entries)
    settings = Settings(theme=theme, refresh=60.0, title="Shift", server=(server,), **settings)
    app = RecordedApp(settings, clock=Clock(now), state=Arrangement(density="normal"))
    app.path = path
    return app


def position(app):
    """The moment that is shown; ``None`` while the board is live."""
    view = app.view()
    return view.replay_position.at if view.replay_position else None
