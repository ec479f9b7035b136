"""tools/test and .ci/run, with stand-ins for cmake and ctest: whatever fails, they fail."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSED = "100% tests passed, 0 tests failed out of 2"
FAILED = "50% tests passed, 1 tests failed out of 2"

CMAKE = """echo "$*" >>{0}/calls
case "$*" in
  *build/mixture*) [ -e {0}/mixed ] || echo "Parts of two different LibTorch were found"; exit "$(cat {0}/mixture)" ;;
  *) ! grep -qxF -- "$*" {0}/broken ;;
esac"""
CTEST = """if grep -qx "$2" {0}/failing; then
  echo "%s" | tee "$4"; exit 8
fi
echo "%s" | tee "$4" """ % (FAILED, PASSED)


class Scripts(unittest.TestCase):
    """Runs copies of the scripts, without set-up and data."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        for file in ("tools/test", "tools/lib/common.sh", ".ci/run"):
            target = self.path / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, target)
        self.program("tools/setup", "exit 0")
        self.program("tools/fetch_data", "exit 0")
        for name, needs in ("fuzz", "clang++"), ("tidy", "clang-tidy"):
            self.program(f"tools/{name}", f'echo "{name} $*" >>{self.path}/calls')
            self.program(f"bin/{needs}", "exit 0")
        self.program("bin/cmake", CMAKE.format(self.path))
        self.program("bin/ctest", CTEST.format(self.path))
        self.file("mixture", "1")
        self.file("failing", "")
        self.file("broken", "")

    def file(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
        return path

    def program(self, name, script):
        self.file(name, f"#!/bin/sh\n{script}\n").chmod(0o755)

    def run_it(self, script):
        environment = dict(os.environ, PATH=f"{self.path}/bin:{os.environ['PATH']}",
                           MULTISTATE_TORCH_DIR=str(self.path / "torch"))
        return subprocess.run([self.path / script, "--jobs", "1"], env=environment, cwd="/",
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def test_the_last_line_of_tools_test_is_the_verdict(self):
        done = self.run_it("tools/test")
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, PASSED), done.stderr)
        self.file("failing", "release\n")
        done = self.run_it("tools/test")
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (8, FAILED), done.stderr)

    def test_tools_test_fails_with_any_of_its_steps(self):
        for step in ("tools/setup", "tools/fetch_data"):
            with self.subTest(step):
                self.program(step, "exit 1")
                self.assertNotEqual(self.run_it("tools/test").returncode, 0)
                self.program(step, "exit 0")
        self.file("broken", "--build --preset release --parallel 1\n")
        done = self.run_it("tools/test")
        self.assertEqual(done.returncode, 1)
        self.assertIn("failed: cmake --build --preset release --parallel 1 (all of its output: ", done.stderr)

    def test_ci_ends_with_the_verdict_of_each_preset(self):
        done = self.run_it(".ci/run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[-2:], [f"release: {PASSED}", f"asan: {PASSED}"])
        calls = (self.path / "calls").read_text(encoding="ascii")
        for preset in ("release", "asan"):
            self.assertIn(f"--build --preset {preset} --parallel 1\n", calls)

    def test_ci_fails_when_the_tests_of_any_preset_fail(self):
        for preset in ("release", "asan"):
            with self.subTest(preset):
                self.file("failing", f"{preset}\n")
                done = self.run_it(".ci/run")
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(f"{preset}: {FAILED}", done.stdout.splitlines()[-2:])

    def test_ci_fails_with_what_fuzzing_or_clang_tidy_finds(self):
        done = self.run_it(".ci/run")
        self.assertEqual(done.stdout.splitlines()[-4:-2], ["tidy: no finding", "fuzz: no fault"])
        calls = (self.path / "calls").read_text(encoding="ascii")
        self.assertIn("tidy --jobs 1\nfuzz --preset asan --seconds 20 --jobs 1\n", calls)
        for name, verdict in ("fuzz", "fuzz: FAULT"), ("tidy", "tidy: FINDINGS"):
            with self.subTest(name):
                self.program(f"tools/{name}", "exit 1")
                done = self.run_it(".ci/run")
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(verdict, done.stdout.splitlines())
                self.program(f"tools/{name}", "exit 0")

    def test_ci_fails_when_any_preset_does_not_build(self):
        for preset in ("release", "asan"):
            for command in (f"--preset {preset}", f"--build --preset {preset} --parallel 1"):
                with self.subTest(command):
                    self.file("broken", f"{command}\n")
                    done = self.run_it(".ci/run")
                    self.assertNotEqual(done.returncode, 0)
                    self.assertIn(f"failed: cmake {command}", done.stderr)

    def test_a_verdict_of_an_earlier_run_does_not_count(self):
        self.assertEqual(self.run_it(".ci/run").returncode, 0)
        self.file("broken", "--build --preset release --parallel 1\n")
        done = self.run_it(".ci/run")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("release: no test was run", done.stdout.splitlines())

    def test_ci_fails_when_a_mixture_of_two_libtorch_is_accepted_or_fails_otherwise(self):
        self.file("mixture", "0")
        self.assertIn("a mixture of two LibTorch was accepted", self.run_it(".ci/run").stderr)
        self.file("mixture", "1")
        self.file("mixed", "")
        done = self.run_it(".ci/run")
        self.assertEqual(done.returncode, 1)
        self.assertIn("configuring a mixture failed for another reason", done.stderr)


if __name__ == "__main__":
    unittest.main()
