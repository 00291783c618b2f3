"""The wall: tiles, lines and large tiles, and the kiosk."""
