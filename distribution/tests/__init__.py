"""Tries each form as on the machine it is for: ``make dist-test``."""
