"""The past of the board, from a recording."""
