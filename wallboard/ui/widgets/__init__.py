"""The parts of a screen. Each draws what it is given and fetches nothing."""
