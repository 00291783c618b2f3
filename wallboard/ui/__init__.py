"""All of Textual: the wall, the drill-down and what draws them."""
