"""A real HTTP server that speaks the chat entry-point API: demo, tests and benchmarks use it."""
