"""From a request to the bytes of its answer: HTTP, names, TLS, and their failures."""
