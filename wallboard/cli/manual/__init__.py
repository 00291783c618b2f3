"""The manual: pages made from the commands, the settings and the guides, as roff or as text."""
