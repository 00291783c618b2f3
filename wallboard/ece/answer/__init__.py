"""Bytes to a reading."""
