"""The ECE chat entry-point protocol: what answers mean, and how servers are asked."""
