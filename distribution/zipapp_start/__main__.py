"""Begins the zipapp. It must be readable to every Python 3, to say that it is the wrong one."""

import os
import sys
import tempfile


def fail(message: str, hint: str) -> None:
    sys.stderr.write("wallboard: %s\n  %s\n" % (message, hint))
    sys.exit(69)


def can_write(folder: str) -> bool:
    """Whether files can be unpacked there; the folder is made if it can be."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def cache() -> str:
    """Where to unpack: the user's cache, or a folder in /tmp that nobody else can have made."""
    home = os.path.expanduser("~")
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    folder = os.path.join(caches, "wallboard")
    if os.path.isabs(folder) and can_write(folder):
        return folder
    folder = os.path.join(tempfile.gettempdir(), "wallboard-%d" % os.getuid())
    if can_write(folder):
        found = os.lstat(folder)
        if found.st_uid == os.getuid() and not os.path.islink(folder) and not found.st_mode & 0o022:
            return folder
    fail(
        "there is no place to unpack to: neither %s nor %s can be written" % (caches, folder),
        "Name a folder of yours: XDG_CACHE_HOME=/path/to/folder",
    )
    return ""


def main() -> None:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        fail(
            "needs Python 3.11, 3.12 or 3.13; this is %d.%d" % sys.version_info[:2],
            "Run it without naming one, or take the folder with its own Python.",
        )
    folder = os.path.join(cache(), "python%d.%d" % sys.version_info[:2])
    os.environ["WALLBOARD_UNPACKED"] = folder
    import _bootstrap
    from unpack import unpack

    def unpack_or_fail(archive: object, target: object, *_: object) -> None:
        try:
            unpack(archive, target)
        except OSError as error:
            fail("cannot unpack to %s: %s" % (folder, error), "Is the disk full?")

    _bootstrap.extract_site_packages = unpack_or_fail
    _bootstrap.bootstrap()


main()
