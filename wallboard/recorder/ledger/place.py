"""Where the ledger of a recording is."""

from pathlib import Path

from wallboard.recorder.paths import RecordingFile

_SUFFIX = ".ledger"


def ledger_path(recording: Path) -> Path:
    """The ledger beside a recording: ``prod.ledger`` for ``prod.db``."""
    name = recording.name.removesuffix(".db") or recording.name
    return recording.with_name(f"{name}{_SUFFIX}")


def ledger_file(recording: RecordingFile) -> RecordingFile:
    """The same, created in the mode of the recording."""
    return RecordingFile(ledger_path(recording.path), recording.mode)
