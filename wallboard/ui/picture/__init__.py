"""What is shown: one frozen value, and what goes into it."""
