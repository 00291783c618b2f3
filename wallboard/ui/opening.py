"""Opens the other screens. Each is imported when it is first asked for, to keep the start short."""

from dataclasses import replace
from typing import TYPE_CHECKING

from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.screens.wall import WallScreen
from wallboard.ui.theme import BoardTheme

if TYPE_CHECKING:
    from wallboard.ui.app import WallboardApp


def wall(app: "WallboardApp") -> WallScreen:
    """The wall that comes first: of a kiosk, or of somebody who sits at it."""
    if not app.modes.kiosk:
        return WallScreen(app.board_theme, app.view(), app.state)
    from wallboard.ui.screens.kiosk import KioskScreen

    return KioskScreen(app.board_theme, app.view(), app.state, lambda: app.settings.rotate)


def drill_down(app: "WallboardApp", key: EntryPointKey) -> None:
    """Show what is behind an entry point."""
    from wallboard.ui.screens.drilldown import DrillDownScreen

    app.push_screen(DrillDownScreen(app.board_theme, key, app.view()))


def events(app: "WallboardApp") -> None:
    """Show every change across the board, or go back to where they are shown already."""
    from wallboard.ui.screens.events import EventsScreen

    if not any(isinstance(screen, EventsScreen) for screen in app.screen_stack):
        app.push_screen(EventsScreen(app.board_theme, app.view()))
    while not isinstance(app.screen, EventsScreen):
        app.pop_screen()


def commands(app: "WallboardApp") -> None:
    """Show everything a key does, to be found by its words."""
    from wallboard.ui.commands import Commands

    if not isinstance(app.screen, Commands):
        app.push_screen(Commands())


def help_on_keys(app: "WallboardApp") -> None:
    """Show the keys of the screen that is shown."""
    from wallboard.ui.screens.help import HelpScreen

    if not isinstance(app.screen, HelpScreen):
        app.push_screen(HelpScreen(app.board_theme, app.screen))


def survey(app: "WallboardApp", key: EntryPointKey | None) -> None:
    """Show the survey form, for the server of this entry point if one is selected."""
    from wallboard.ui.screens.survey import SurveyScreen

    server = key.server if key else ""
    app.push_screen(SurveyScreen(app.board_theme, app.settings, server=server, sid=""))


def doctor(app: "WallboardApp", key: EntryPointKey | None) -> None:
    """Find out what is wrong with the server of this entry point, or of all if none is selected."""
    from wallboard.ui.doctor import look_at, servers_of
    from wallboard.ui.screens.doctor import DoctorScreen

    if isinstance(app.screen, DoctorScreen):
        app.screen.look_again()
        return
    servers = servers_of(app.settings, key)
    app.push_screen(DoctorScreen(app.board_theme, servers, look_at(app, servers), app.view()))


def theme_picker(app: "WallboardApp") -> None:
    """Show the themes; the board follows the one that is looked at."""
    from wallboard.ui.screens.themes import ThemePicker

    before = app.board_theme

    def picked(theme: BoardTheme | None) -> None:
        app.use_theme(theme or before)
        if theme is not None:
            app.state = replace(app.state, theme=theme.name)

    app.push_screen(ThemePicker(before), picked)
