"""The default keys of every screen and the words of filters, for whoever lists them elsewhere."""

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.app.open_screens import keyed_screens
from wallboard.ui.help.help_screen import filter_words
from wallboard.ui.screen.keys import Group, groups_of

__all__ = ["default_keys", "filter_words"]


def default_keys() -> list[Group]:
    """The keys by screen, in the order of the help."""
    return groups_of(WallboardApp(Settings()), None, keyed_screens())
