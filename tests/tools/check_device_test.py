#!/usr/bin/env python3
"""tools/check_device runs, with a tiny model and the CPU as the device, and a device that computes something else does not pass.

usage: check_device_test.py FOLDER    (a build's folder, whose bin/ holds multistate and device_probe)
"""
import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load():
    loader = importlib.machinery.SourceFileLoader("check_device", str(ROOT / "tools" / "check_device"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_device", loader))
    loader.exec_module(module)
    return module


class CheckDevice(unittest.TestCase):
    def test_cpu_passes(self):
        done = subprocess.run([ROOT / "tools" / "check_device", "cpu", "--small", "--build", BUILD], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for expected in ("multistate on cpu", "tova {scope: kv_head}", "full, in bfloat16", "Prefill: tokens/s", "Workers: tokens/s",
                         "passed, "):
            self.assertIn(expected, done.stdout)
        self.assertNotIn("FAILED", done.stdout)

    def test_device_that_is_not_there(self):
        done = subprocess.run([ROOT / "tools" / "check_device", "tpu9", "--small", "--build", BUILD], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("'tpu9' is no device", done.stderr)

    def test_other_losses_and_other_rows_fail(self):
        module = load()
        for spoil in (lambda run: run["losses"].append(1000.0), lambda run: run["kept"][0][0].__setitem__(0, 10**6)):
            with tempfile.TemporaryDirectory() as scratch:
                check = module.Check(pathlib.Path(BUILD), "cpu", True, scratch)
                compute, calls = check.compute, []

                def spoiled(dtype, device, runs=module.RUNS):
                    results = compute(dtype, device, runs)
                    calls.append(device)
                    if len(calls) == 3:  # The device's.
                        for _ in range(4):
                            spoil(results[1])
                    return results

                check.compute = spoiled
                check.compare()
                self.assertFalse(check.passed)

    def test_share_of_rows_that_differ(self):
        self.assertEqual(load().rows_that_differ([[[1, 2, 3, 4]]], [[[1, 2, 3, 5]]]), 0.25)


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    unittest.main()
