"""Everything that writes a recording."""
