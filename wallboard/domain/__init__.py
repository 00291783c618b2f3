"""Pure facts and rules: no input or output, no clock, no terminal."""
