"""Values in words: times, changes, causes, text that is safe to print."""
