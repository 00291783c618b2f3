"""Every screen with its keys: what the help lists, and what the config may change."""

from functools import cache

from wallboard.ui.keylist import Keyed


@cache
def keyed_screens() -> tuple[Keyed, ...]:
    """Every screen, in the order of the help; those without a title are not listed there."""
    from wallboard.ui.screens.confirm import ConfirmScreen
    from wallboard.ui.screens.doctor import DoctorScreen
    from wallboard.ui.screens.drilldown import DrillDownScreen
    from wallboard.ui.screens.events import EventsScreen
    from wallboard.ui.screens.goto import GoToScreen
    from wallboard.ui.screens.help import HelpScreen
    from wallboard.ui.screens.kiosk import KioskScreen
    from wallboard.ui.screens.survey import SurveyScreen
    from wallboard.ui.screens.themes import ThemePicker
    from wallboard.ui.screens.wall import WallScreen
    from wallboard.ui.widgets.bodyview import BodyView
    from wallboard.ui.widgets.difference import Difference
    from wallboard.ui.widgets.eventlist import EventList
    from wallboard.ui.widgets.field import FieldLine
    from wallboard.ui.widgets.filterline import FilterLine
    from wallboard.ui.widgets.grid import WallGrid
    from wallboard.ui.widgets.kioskgrid import KioskGrid
    from wallboard.ui.widgets.page import Page
    from wallboard.ui.widgets.themelist import ThemeList
    from wallboard.ui.widgets.timeline import Timeline

    return (
        Keyed("Wall", WallScreen, (WallGrid,)),
        Keyed("Drill-down", DrillDownScreen, (BodyView, Difference, Page, Timeline)),
        Keyed("Events", EventsScreen, (EventList,)),
        Keyed("Doctor", DoctorScreen, (Page,)),
        Keyed("Themes", ThemePicker, (ThemeList,)),
        Keyed("Survey", SurveyScreen, (FieldLine,)),
        Keyed("Before a survey is sent", ConfirmScreen),
        Keyed("While a filter is typed", FilterLine),
        Keyed("While a time is typed", GoToScreen),
        Keyed("", KioskScreen, (KioskGrid,)),
        Keyed("", HelpScreen),
    )
