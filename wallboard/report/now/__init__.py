"""The board as it is, in each format."""
