"""Who runs this process."""

import os


def user_name() -> str:
    """The name of the user; the number where there is no name."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def user_at_host() -> str:
    """The user and this machine without its domain: ``ana@jump1``."""
    return f"{user_name()}@{os.uname().nodename.partition('.')[0]}"
