"""How late messages come, by the clocks of two machines that agree in nothing but their pace."""

WINDOW_SECONDS = 300.0
"""The fastest message of so long, or of up to twice as long, is taken to be not late at all."""


class Lag:
    """How much longer the last message took than the fastest one."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._sender: object = None
        self._least = self._least_before = float("inf")
        self._since = 0.0

    def heard(self, sender: object, sent: float, now: float) -> None:
        """Note a message: when it was sent, and when it came, each in seconds of its own clock."""
        took = now - sent
        if sender != self._sender:
            self._sender, self._since = sender, now
            self._least = self._least_before = took
        elif now - self._since > WINDOW_SECONDS:
            # Their pace differs a little, so the fastest one does not count for ever.
            self._least, self._least_before, self._since = took, self._least, now
        self._least = min(self._least, took)
        self.seconds = took - min(self._least, self._least_before)
