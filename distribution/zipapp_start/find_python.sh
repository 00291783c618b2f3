#!/bin/sh
# A zip archive for Python behind a shell script that finds one which can run it.
for python in "${WALLBOARD_PYTHON:-}" python3.13 python3.12 python3.11 python3; do
  if [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 &&
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
  then
    exec "$python" "$0" "$@"
  fi
done
echo "wallboard: no Python 3.11, 3.12 or 3.13 in PATH" >&2
echo "  Name one: WALLBOARD_PYTHON=/path/to/python3.11 $0" >&2
echo "  Without one, take the folder with its own Python: wallboard-…-linux-x86_64.tar.xz" >&2
exit 69
