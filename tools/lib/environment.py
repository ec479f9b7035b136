"""Virtual environments of the oracles, under build/."""

import os
import pathlib
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]


def enter(name, packages):
    """Restarts the running script in the virtual environment build/<name>, which is made when it is not there."""
    folder = ROOT / "build" / name
    python = str(folder / "bin" / "python")
    if os.path.abspath(sys.prefix) == str(folder):
        return
    if not (folder / "complete").exists():
        print(f"making build/{name}: some minutes", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        (folder / "complete").touch()
    os.execv(python, [python, os.path.abspath(sys.argv[0]), *sys.argv[1:]])
