"""A request to bytes."""
