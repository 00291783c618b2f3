"""The doctor's steps to a server."""
