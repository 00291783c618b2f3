"""The ECE chat entry-point protocol: the endpoint table, decoding and the HTTP client."""
