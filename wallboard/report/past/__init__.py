"""What became of the board, from a recording."""
