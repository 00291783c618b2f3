"""The app: it alone knows every feature."""
