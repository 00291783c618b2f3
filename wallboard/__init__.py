"""A terminal live wallboard for Cisco ECE (eGain) chat entry points."""

__version__ = "0.1.0"
