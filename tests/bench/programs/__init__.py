"""What a figure runs in a process of its own: ours and, beside it, the peer's."""
