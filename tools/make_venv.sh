#!/bin/sh
# Makes .venv with the first fitting Python: the one named as $1, else python3, else a newer one by its own name.
set -eu

for python in ${1:-python3 python3.13 python3.12 python3.11}; do
  if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
    echo "Making .venv with $("$python" --version)" >&2
    "$python" -m venv .venv && exit 0
    rm -rf .venv
    echo "$python cannot make a virtual environment: install its venv module (Debian: apt install python3-venv) and start again." >&2
    exit 1
  fi
done
echo "No Python 3.11, 3.12 or 3.13 was found${1:+ by the name $1}: install one, or name yours with PYTHON=/path/to/python3." >&2
exit 1
