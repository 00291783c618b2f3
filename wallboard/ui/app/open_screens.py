"""Opens the other screens, each imported when it is first opened."""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from wallboard.config.reload import Reload
from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.app.alarm_keys import AlarmKeysApp
from wallboard.ui.app.wall_modes import WallModes
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.screen.copying_screen import CopyingScreen
from wallboard.ui.screen.keys import Keyed, groups_of
from wallboard.ui.wall.grid import WallGrid
from wallboard.ui.wall.wall_screen import WallScreen

if TYPE_CHECKING:
    from wallboard.ui.screen.list_screen import ListScreen
    from wallboard.ui.themes.theme_picker import ThemePicker


class ScreenOpeningApp(AlarmKeysApp):
    """An app that opens the screens of a board; a subclass has the board."""

    state: Arrangement
    modes: WallModes

    @property
    def followed_config(self) -> Reload | None:
        """The config whose edits are applied, if there is one."""
        return None

    def first_wall(self) -> WallScreen:
        """The first screen: the kiosk or the ordinary wall."""
        if not self.modes.kiosk:
            return WallScreen(self.board_theme, self.view(), self.state)
        from wallboard.ui.wall.kiosk_screen import KioskScreen

        return KioskScreen(self.board_theme, self.view(), self.state, lambda: self.settings.rotate)

    def drill_down(self, key: EntryPointKey) -> None:
        """Open the drill-down of an entry point."""
        from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen

        self.push_screen(DrillDownScreen(self.board_theme, key, self.view()))

    def on_wall_grid_opened(self, message: WallGrid.Opened) -> None:
        """Drill down into the entry point that was opened."""
        self.drill_down(message.key)

    def on_list_screen_entry_point_opened(self, message: "ListScreen.EntryPointOpened") -> None:
        """Drill down into the entry point of an event or an alarm."""
        self.drill_down(message.key)

    def action_alarms(self) -> None:
        """Open the list of alarms, or return to it if it is open."""
        from wallboard.inheritance import contacts_of_servers
        from wallboard.ui.alarms.alarms_screen import AlarmsScreen

        if not any(isinstance(screen, AlarmsScreen) for screen in self.screen_stack):
            screen = AlarmsScreen(
                self.board_theme, self.view(), lambda: contacts_of_servers(self.settings)
            )
            self.push_screen(screen)
        while not isinstance(self.screen, AlarmsScreen):
            self.pop_screen()

    def action_events(self) -> None:
        """Open the list of events, or return to it if it is open."""
        from wallboard.ui.events.events_screen import EventsScreen

        if not any(isinstance(screen, EventsScreen) for screen in self.screen_stack):
            rules = lambda: self.alarm_desk.rules  # noqa: E731
            self.push_screen(EventsScreen(self.board_theme, self.view(), rules))
        while not isinstance(self.screen, EventsScreen):
            self.pop_screen()

    def action_messages(self) -> None:
        """Show every message in full."""
        from wallboard.ui.messages import MessagesScreen

        self.push_screen(MessagesScreen(self.board_theme, self.view()))

    def action_commands(self) -> None:
        """Open the command palette."""
        from wallboard.ui.help.palette import Commands

        if not isinstance(self.screen, Commands):
            self.push_screen(Commands())

    def action_help(self) -> None:
        """Show the keys of the screen that is shown."""
        from wallboard.ui.help.help_screen import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            groups = groups_of(self, self.screen, keyed_screens())
            self.push_screen(HelpScreen(self.board_theme, groups))

    def action_handover(self) -> None:
        """Show the handover of the shift so far: the eight hours up to now, or to the replay."""
        from wallboard.report.past.handover_markdown import read_shift
        from wallboard.ui.handover import HandoverScreen

        path, view = self.recording_path, self.view()
        if path is None:
            self.say("This board runs without a recording, and a handover needs a recording.")
        elif not isinstance(self.screen, HandoverScreen):
            until, rules = view.now, self.alarm_desk.rules
            screen = HandoverScreen(self.board_theme, lambda: read_shift(path, until, rules), view)
            self.push_screen(screen)

    def action_survey(self) -> None:
        """Show the survey form, for the server of the selected entry point."""
        from wallboard.ui.survey.survey_screen import SurveyScreen

        key = self.selected()
        server = key.server if key else ""
        self.push_screen(SurveyScreen(self.board_theme, self.settings, server=server, sid=""))

    def action_doctor(self) -> None:
        """Open the doctor for the server of the selected entry point, or for all servers."""
        from wallboard.ui.doctor import DoctorScreen, checks_of, servers_of

        if isinstance(self.screen, DoctorScreen):
            self.screen.run_again()
            return
        servers = servers_of(self.settings, self.selected())
        checks = checks_of(self, servers)
        self.push_screen(DoctorScreen(self.board_theme, servers, checks, self.view()))

    def action_themes(self) -> None:
        """Show the themes; the board previews the highlighted one."""
        from wallboard.ui.themes.theme_picker import Choice, ThemePicker

        before, asked = self.board_theme, self.asked_theme

        def picked(choice: Choice | None) -> None:
            if choice is None:
                self.use_theme(before)
            else:
                self.use_theme_named(choice.name)
                self.state = replace(self.state, theme=choice.name)

        self.push_screen(ThemePicker(before, self.automatic_theme(), asked), picked)

    def on_theme_picker_previewed(self, message: "ThemePicker.Previewed") -> None:
        """Preview the highlighted theme."""
        self.use_theme(message.theme)

    def selected(self) -> EntryPointKey | None:
        """The entry point that the screen is about, if there is one."""
        evidence = self.screen.evidence() if isinstance(self.screen, CopyingScreen) else None
        return evidence.status.entry_point.key if evidence else None


@cache
def keyed_screens() -> tuple[Keyed, ...]:
    """Every screen, in the order of the help; those without a title are not listed there."""
    from wallboard.ui.alarms.alarm_list import AlarmList
    from wallboard.ui.alarms.alarms_screen import AlarmsScreen
    from wallboard.ui.alarms.ask_screen import AskScreen
    from wallboard.ui.doctor import DoctorScreen
    from wallboard.ui.drilldown.diff import Difference
    from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
    from wallboard.ui.drilldown.timeline import Timeline
    from wallboard.ui.events.event_list import EventList
    from wallboard.ui.events.events_screen import EventsScreen
    from wallboard.ui.handover import HandoverScreen
    from wallboard.ui.help.help_screen import HelpScreen
    from wallboard.ui.messages import MessagesScreen
    from wallboard.ui.replay.goto_screen import GoToScreen
    from wallboard.ui.screen.confirm_screen import ConfirmScreen
    from wallboard.ui.survey.field import FieldLine
    from wallboard.ui.survey.survey_screen import SurveyScreen
    from wallboard.ui.themes.theme_picker import ThemeList, ThemePicker
    from wallboard.ui.wall.grid import WallGrid
    from wallboard.ui.wall.kiosk_grid import KioskGrid
    from wallboard.ui.wall.kiosk_screen import KioskScreen
    from wallboard.ui.wall.wall_screen import WallScreen
    from wallboard.ui.widgets.body_view import BodyView
    from wallboard.ui.widgets.input_lines import FilterLine
    from wallboard.ui.widgets.lines import Page

    return (
        Keyed("Wall", WallScreen, (WallGrid,)),
        Keyed("Drill-down", DrillDownScreen, (BodyView, Difference, Page, Timeline)),
        Keyed("Alarms", AlarmsScreen, (AlarmList,)),
        Keyed("Giving a reason", AskScreen),
        Keyed("Events", EventsScreen, (EventList,)),
        Keyed("Doctor", DoctorScreen, (Page,)),
        Keyed("Handover", HandoverScreen, (Page,)),
        Keyed("Themes", ThemePicker, (ThemeList,)),
        Keyed("Survey", SurveyScreen, (FieldLine,)),
        Keyed("Confirming", ConfirmScreen),
        Keyed("Typing a filter", FilterLine),
        Keyed("Typing a time", GoToScreen),
        Keyed("Messages", MessagesScreen, (Page,)),
        Keyed("", KioskScreen, (KioskGrid,)),
        Keyed("", HelpScreen),
    )
