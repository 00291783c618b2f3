"""The ledger beside a recording: what happened to alarms and who did what about them.

One SQLite file that only ever grows at its end, written by every board that may, read by all.
"""
