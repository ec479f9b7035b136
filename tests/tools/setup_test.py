"""tools/setup, with stand-ins for dpkg-query and apt-get."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Setup(unittest.TestCase):
    """Runs a copy of the script, so that its logs stay out of the project."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.bin = self.path / "bin"
        self.bin.mkdir()
        (self.path / "tools" / "lib").mkdir(parents=True)
        for file in ("setup", "lib/common.sh"):
            shutil.copy(ROOT / "tools" / file, self.path / "tools" / file)
        self.list("packages.txt", "# Tools\ng++\n\ncmake   # why\n")
        self.list("packages-dev.txt", "ccache\n")
        # Like dpkg-query, for the packages named in the file `installed`.
        self.program("dpkg-query", f'grep -qx "$3" {self.path}/installed && echo installed || exit 1')
        self.program("apt-get", f'echo "$@" >>{self.path}/calls')
        self.installed("g++", "cmake")

    def list(self, name, text):
        (self.path / "tools" / name).write_text(text, encoding="ascii")

    def program(self, name, script):
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
        path.chmod(0o755)

    def installed(self, *names):
        (self.path / "installed").write_text("".join(f"{name}\n" for name in names), encoding="ascii")

    def run_it(self, *arguments):
        environment = dict(os.environ, PATH=f"{self.bin}:{os.environ['PATH']}")
        return subprocess.run([self.path / "tools" / "setup", *arguments], env=environment, cwd="/",
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def calls(self):
        path = self.path / "calls"
        return path.read_text(encoding="ascii").splitlines() if path.exists() else []

    def test_with_everything_there_nothing_is_called(self):
        done = self.run_it()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("all 2 are there", done.stdout)
        self.assertEqual(self.calls(), [])

    def test_check_names_what_is_missing_and_the_command_for_it(self):
        self.installed("g++")
        done = self.run_it("--check", "--dev")
        self.assertEqual(done.returncode, 1)
        self.assertIn("missing packages: cmake ccache\n", done.stderr)
        self.assertIn("apt-get install --no-install-recommends cmake ccache", done.stderr)
        self.assertEqual(self.calls(), [])

    @unittest.skipIf(os.geteuid() != 0, "only root installs")
    def test_only_what_is_missing_is_installed(self):
        self.installed("cmake")
        done = self.run_it()
        self.assertEqual(done.returncode, 0, done.stderr)
        update, install = self.calls()
        self.assertTrue(update.endswith(" update"), update)
        self.assertTrue(install.endswith(" install --no-install-recommends g++"), install)

    @unittest.skipIf(os.geteuid() != 0, "only root installs")
    def test_when_apt_fails_its_words_and_the_command_are_shown(self):
        self.installed("cmake")
        self.program("apt-get", "echo 'E: Unable to locate package g++'; exit 100")
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("E: Unable to locate package g++", done.stderr)
        self.assertIn("these packages could not be installed: g++", done.stderr)
        self.assertIn("apt-get update && apt-get install --no-install-recommends g++", done.stderr)

    def test_help_and_unknown_arguments(self):
        self.assertIn("usage: tools/setup", self.run_it("--help").stdout)
        done = self.run_it("--verbose")
        self.assertEqual(done.returncode, 1)
        self.assertIn("unknown argument '--verbose'; see --help", done.stderr)


if __name__ == "__main__":
    unittest.main()
