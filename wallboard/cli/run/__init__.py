"""How a process runs: its group, errors, exit codes, signals and output."""
