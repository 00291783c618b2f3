"""The doctor on the wall."""
