"""The board without a terminal: text, JSON and lines for a log."""
