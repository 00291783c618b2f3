"""What a recording is made of: its tables, and the parts that are written in them."""
