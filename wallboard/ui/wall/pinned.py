"""Entry points that stay where they are on a kiosk, whatever turns below them."""

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.snapshot import Snapshot
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.terminal.screen import Attached
from wallboard.ui.wall.arrange import Section
from wallboard.ui.wall.layout import Layout, Shape, laid_out
from wallboard.ui.wall.rows import Blinking, RowPainter, Scene


class Pinned(Attached, Widget):
    """Rows of entry points in one shape; only rows that differ are painted again."""

    DEFAULT_CSS = "Pinned { height: 0; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__()
        self.theme_styles = theme
        self._painter = RowPainter(theme)
        self._laid_out: object = None
        self._scene: Scene | None = None

    def restyle(self, theme: BoardTheme) -> None:
        """Draw everything again in another theme."""
        self.theme_styles = theme
        self._painter.restyle(theme)
        self.refresh()

    def show(
        self,
        snapshot: Snapshot,
        keys: Sequence[EntryPointKey],
        shape: Shape,
        width: int,
        *,
        blinking: Blinking = "never",
    ) -> None:
        """Show these; ``width`` is in cells."""
        sections = (Section("", tuple(keys), {}),)
        with_server = len({key.server for key in snapshot.entry_points}) > 1
        arranged = (tuple(keys), shape, width, with_server)
        if self._scene and arranged == self._laid_out:
            layout = self._scene.layout
        else:
            layout = laid_out(sections, width, len(keys), shape)
            self._laid_out = arranged
            self._painter.reshape()
            self.styles.height = layout.height
            self.refresh()
        self._scene = scene = Scene(snapshot, sections, layout, None, with_server, blinking)
        for number, row in enumerate(layout.rows):
            if self._painter.differs(number, scene):
                self.refresh(Region(0, row.y, width, row.height))
        self._painter.keep(range(len(layout.rows)))

    @property
    def layout_now(self) -> Layout | None:
        """Where each entry point is."""
        return self._scene.layout if self._scene else None

    def render_line(self, y: int) -> Strip:
        """One line of cells across all columns."""
        number = self._scene.layout.row_at(y) if self._scene else None
        if self._scene is None or number is None:
            return Strip.blank(self.size.width, self.theme_styles.ui["screen"])
        lines = self._painter.lines(number, self._scene, self.size.width)
        return lines[y - self._scene.layout.rows[number].y]
