"""Alarms: the list of them, and what is asked before somebody takes one in hand."""
