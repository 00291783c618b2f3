"""The doctor's steps to one server: name, TCP, TLS, HTTP, API, clock."""
