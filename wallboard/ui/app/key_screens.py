"""Every screen with its keys: what the help lists, and what the config may change."""

from functools import cache

from wallboard.ui.help.key_catalogue import Keyed


@cache
def keyed_screens() -> tuple[Keyed, ...]:
    """Every screen, in the order of the help; those without a title are not listed there."""
    from wallboard.ui.doctor.doctor_screen import DoctorScreen
    from wallboard.ui.drilldown.difference import Difference
    from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
    from wallboard.ui.drilldown.timeline import Timeline
    from wallboard.ui.events.event_list import EventList
    from wallboard.ui.events.events_screen import EventsScreen
    from wallboard.ui.help.help_screen import HelpScreen
    from wallboard.ui.replay.goto_screen import GoToScreen
    from wallboard.ui.screen.confirm_screen import ConfirmScreen
    from wallboard.ui.survey.field import FieldLine
    from wallboard.ui.survey.survey_screen import SurveyScreen
    from wallboard.ui.themes.theme_picker import ThemeList, ThemePicker
    from wallboard.ui.wall.grid import WallGrid
    from wallboard.ui.wall.kiosk_screen import KioskGrid, KioskScreen
    from wallboard.ui.wall.wall_screen import WallScreen
    from wallboard.ui.widgets.body_view import BodyView
    from wallboard.ui.widgets.filter_line import FilterLine
    from wallboard.ui.widgets.page import Page

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
