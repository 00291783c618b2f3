"""The ECE chat entry-point protocol: where to ask, how to ask, and what an answer means."""
