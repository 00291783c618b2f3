"""What can be wrong with a recording; the text of each error is for the operator."""


class RecordingError(Exception):
    """A recording cannot be used; the text says why, without the path of the file."""


class DamagedError(RecordingError):
    """The file is no database any more, or its content contradicts itself."""


class RefusedError(RecordingError):
    """The file is intact, but what was to be written contradicts what is in it."""
