"""The channels that notices are sent through, one file each."""
