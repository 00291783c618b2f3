"""Rewinding the board, and replaying a recording."""
