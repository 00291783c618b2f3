"""The wall of a made board, for tests on real terminals: run as a script."""

from boards import NOW, made_board

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp

if __name__ == "__main__":
    WallboardApp(Settings(theme="dark"), board=made_board(12), clock=lambda: NOW).run()
