#!/bin/sh
# Installs requirements.lock and this project into .venv, each file checked against its hash; with uv, or with pip where $1 is "pip".
set -eu

python=.venv/bin/python
installer=${1:-uv}

# One package as the lock pins it. The build tool comes first: nothing may fetch another one for a build.
locked() {
  awk -v name="$1" '/^[a-z]/ {keep = index($0, name "==") == 1} keep' requirements.lock >".venv/$1.lock"
  "$python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: --require-hashes -r ".venv/$1.lock"
}

locked setuptools
if [ "$installer" = uv ] && ! locked uv; then
  echo "uv cannot be had here; going on with pip, which takes longer." >&2
  installer=pip
fi

quiet=--quiet
[ ! -t 2 ] || [ "$installer" = pip ] || quiet=
echo "Installing $(grep -c '^[a-z]' requirements.lock) packages with $installer" >&2
if [ "$installer" = uv ]; then
  VIRTUAL_ENV=.venv .venv/bin/uv pip sync $quiet --require-hashes --no-build-isolation requirements.lock
  VIRTUAL_ENV=.venv .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
else
  "$python" -m pip install --quiet --disable-pip-version-check --no-input --no-build-isolation --use-pep517 --no-deps --require-hashes -r requirements.lock
  "$python" -m pip install --quiet --disable-pip-version-check --no-input --no-build-isolation --no-deps --editable .
fi
