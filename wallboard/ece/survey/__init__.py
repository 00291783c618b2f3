"""The survey POST."""
