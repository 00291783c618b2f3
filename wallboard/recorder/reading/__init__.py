"""Everything that reads a recording."""
