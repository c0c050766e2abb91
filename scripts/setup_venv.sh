#!/bin/sh
# Makes the virtual environment that the Makefile runs everything from. Safe to run again; ends with a stamp only when all is well.
set -eu
venv=$1
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "setup: Python 3.11 or newer is needed; '$python' is $("$python" --version 2>&1 || echo missing). Set PYTHON=/path/to/python3.11" >&2
    exit 1
fi
if [ ! -x "$venv/bin/python" ]; then
    echo "setup: making $venv with $("$python" --version)"
    if ! "$python" -m venv "$venv"; then
        echo "setup: this Python cannot make virtual environments (on Debian: apt-get install python3-venv)" >&2
        rm -rf "$venv"
        exit 1
    fi
fi
echo "setup: installing the tested set of packages (about 7 GB with PyTorch, some minutes the first time)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'

# opencv-python links libGL and libglib, which a slim system lacks; the headless build of the same version needs neither.
if ! "$venv/bin/python" -c 'import cv2' 2>/dev/null; then
    version=$("$venv/bin/python" -c 'from importlib.metadata import version; print(version("opencv-python"))')
    echo "setup: opencv-python $version finds no libGL here; putting opencv-python-headless $version in its place"
    # Both go first and the new one is forced: they share the folder cv2/, and after a second set-up pip would believe that
    # the headless build is still there although removing the other one took its files along.
    "$venv/bin/python" -m pip uninstall --quiet --yes opencv-python opencv-python-headless
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps \
        "opencv-python-headless==$version"
    "$venv/bin/python" -c 'import cv2'
fi
touch "$venv/.ready"
