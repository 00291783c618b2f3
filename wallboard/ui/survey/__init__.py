"""The survey form."""
