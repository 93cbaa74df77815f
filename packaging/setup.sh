#!/bin/sh
# setup.sh run|test|check|package|package-windows: makes .venv ready for that use, from any Python 3.11 to 3.14. Costs
# nothing when it is. All words go to stderr, so that a program's own output stays clean.
set -eu
cd "$(dirname "$0")/.."
use=${1:?usage: packaging/setup.sh run|test|check|package|package-windows}
stamp=.venv/ready-$use
case ${OS-} in
    Windows_NT) installed=.venv/Scripts/python.exe ;; # in Git's shell
    *) installed=.venv/bin/python ;;
esac

# Ready: the stamp is newer than everything that it was made from, and the environment's Python still starts.
if [ -f "$stamp" ] && [ -x "$installed" ] &&
    [ -z "$(find pyproject.toml constraints.txt packaging/prepare.py packaging/system.toml -newer "$stamp")" ]; then
    exit 0
fi

# PySide6's wheels are for Python below 3.15.
suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; }
makes_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

python=
incomplete=
for candidate in ${PYTHON:-python3 python3.13 python3.14 python3.12 python3.11 python}; do
    suits "$candidate" || continue
    if makes_environments "$candidate"; then
        python=$candidate
        break
    fi
    incomplete=${incomplete:-$candidate}
done

if [ -z "$python" ] && [ -z "$incomplete" ]; then
    echo "Desktop Share needs Python 3.11, 3.12, 3.13 or 3.14, and found none${PYTHON:+ under the name $PYTHON}." >&2
    if [ -x /usr/bin/apt-get ]; then
        echo "Install it:  sudo apt install python3 python3-venv   (Ubuntu 22.04: python3.11 python3.11-venv)" >&2
    elif [ "$(uname)" = Darwin ]; then
        echo "Install it:  brew install python@3.13   (or the installer from python.org)" >&2
    else
        echo "Install it with your system's package manager, for example:  sudo dnf install python3.13" >&2
    fi
    echo "Then run the same command again. Another place:  make run PYTHON=/path/to/python3.13" >&2
    exit 1
fi
exec "${python:-$incomplete}" packaging/prepare.py "$use"
