"""One file per figure: what is measured, against what, and how far it may reach."""
