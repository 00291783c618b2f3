"""What fills the terminal: the wall, the drill-down, the help."""
