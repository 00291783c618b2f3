#!/usr/bin/env python3
"""Called in place of wallboard: leaves its arguments in a file beside it, named after the last."""

import json
import os
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
new = here / f"new-{os.getpid()}"  # several may be called at once
new.write_text(json.dumps(sys.argv[1:]))
new.replace(here / f"called-{sys.argv[-1]}")
print("OK - told|a=1")
