"""What the program's exit statuses mean.

0 to 3 are the answer of ``check``: ok, warning, critical, unknown. All else is 64 or more, as in
``sysexits.h``, so that no mistake of the caller can pass for the state of a contact centre.
"""

OK = 0
USAGE = 64
UNAVAILABLE = 69
INTERNAL = 70
UNCERTAIN = OUTPUT_LOST = 74
UNFINISHED = 75
BAD_ANSWER = 76
CONFIG = 78
INTERRUPTED = 130
BROKEN_PIPE = 141

COMPLETE_VARIABLE = "_WALLBOARD_COMPLETE"
"""Set by the script of a shell; its value is what is asked for, such as ``bash_complete``."""
