"""The terminal output layer: it remembers what the terminal shows and sends only what differs.

``CellApp`` stands in for ``textual.app.App``; it draws through ``Painter`` and ends through
``BoardDriver``. What it stands on in Textual that is not public is listed in ``private``.
"""
