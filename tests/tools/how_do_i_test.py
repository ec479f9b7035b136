#!/usr/bin/env python3
"""Every command in "How do I" of tools/README.md runs: sweeps and recommendations as plans (--dry-run), reports into a folder of their own.

usage: how_do_i_test.py PROGRAM...    (folders of the programs go on PATH)
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def commands():
    section = (ROOT / "tools/README.md").read_text().split("## How do I\n")[1].split("\n## ")[0]
    return re.findall(r"^    (multistate .*)$", section, re.M)


class HowDoI(unittest.TestCase):
    def test_every_command_runs(self):
        self.assertGreater(len(commands()), 15)
        path = os.pathsep.join([*FOLDERS, os.environ["PATH"]])
        with tempfile.TemporaryDirectory() as folder:
            for command in commands():
                words = shlex.split(command)
                if words[1] == "run":
                    words += [f"output={folder}/sweep", "--dry-run"]
                elif words[1] == "recommend":
                    words.append("--dry-run")
                elif words[1] == "aggregate" and "--diff" not in words:
                    words += ["-o", folder, *([] if "--format" in words else ["--no-figures"])]
                with self.subTest(command=command):
                    done = subprocess.run(words, cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertNotEqual(done.stdout, "")
            self.assertFalse((pathlib.Path(folder) / "sweep").exists())


if __name__ == "__main__":
    FOLDERS = [str(pathlib.Path(program).resolve().parent) for program in sys.argv[1:]]
    unittest.main(argv=sys.argv[:1])
