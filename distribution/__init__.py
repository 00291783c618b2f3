"""Builds the forms that wallboard is given away in: ``python -m distribution``."""
