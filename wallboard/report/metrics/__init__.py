"""The board for a metrics server: series, the page that holds them, rules and a dashboard."""
