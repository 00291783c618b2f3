"""Where the folder with its own Python begins."""

from wallboard.cli import main

main()
