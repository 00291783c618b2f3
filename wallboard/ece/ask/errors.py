"""What can be wrong before anything is asked."""


class ClientSetupError(Exception):
    """A server's settings cannot be used; the message names the server and the key, no secret."""
