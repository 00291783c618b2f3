"""Where observations are kept: one SQLite file per board, written by one, read by many."""
