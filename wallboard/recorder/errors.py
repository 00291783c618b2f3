"""What can be wrong with a recording, in words for the operator."""


class RecordingError(Exception):
    """A recording cannot be used; the text says why, without the name of the file."""


class DamagedError(RecordingError):
    """The file is no database any more, or one whose content contradicts itself."""


class RefusedError(RecordingError):
    """The file is whole, and yet what was to be written does not go with what is in it."""
