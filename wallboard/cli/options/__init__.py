"""What commands accept, shared by several."""
