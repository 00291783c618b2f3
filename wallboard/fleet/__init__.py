"""The fleet: what members on several machines tell one another over a bus, and who may poll.

Everything that is NATS is in ``bus.py``. What comes over the bus is foreign like a server's answer.
"""
