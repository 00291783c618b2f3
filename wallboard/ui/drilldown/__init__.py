"""The drill-down: everything behind one entry point."""
