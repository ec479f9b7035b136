"""A sweep as a job array on a real Slurm with three nodes: one node dies, one task has no time left, one is preempted, one
is cancelled and submitted again. Every cell's metrics are those of a run on one process, no sample is there twice, and `multistate status`
says at each stage what is so.

usage: slurm_test.py MULTISTATE TINY_DATA
"""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import cluster

SKIPPED = 77  # As CMake knows it (SKIP_RETURN_CODE).
PROGRAM, TINY_DATA = map(os.path.abspath, sys.argv[1:3])

SWEEP = """
name: on-slurm
output: {folder}/{output}
model: {{path: {folder}/data/models/smollm2-135m-instruct.gguf}}
experiment: {{name: language_modeling, data: {folder}/data/austen, context_length: 64}}
policy: {{name: tova}}
state_size: 8
slurm: {{partition: work, time: 10, array_parallelism: 3}}
sweep:
  parameters:
    policy.name: {{values: [tova, h2o, window, streaming]}}
    state_size: {{values: [6, 8, 12, 16, 24, 32]}}
"""
CELLS = 24


def contents(output):
    """Metrics of every cell, as text; every sample has to be there once, in order."""
    metrics = {}
    for cell in sorted((output / "cells").iterdir()):
        result = json.loads((cell / "result.json").read_text(encoding="utf-8"))
        metrics[cell.name] = json.dumps([result["metrics"], result["series"], result["counts"], result["state"]])
        lines = (cell / "samples.jsonl").read_text(encoding="utf-8").splitlines()
        numbers = [json.loads(line)["sample"] for line in lines]
        assert numbers == list(range(result["counts"]["samples_planned"])), (cell, numbers)
        files = sorted(file.name for file in cell.iterdir())
        assert files == ["log.txt", "result.json", "samples.jsonl"], files
    return metrics


class Halt(threading.Thread):
    """Stops every worker of a sweep (SIGSTOP) as soon as it has a sample under way, until let_go()."""

    def __init__(self, output):
        super().__init__(daemon=True)
        self.leases = output / "leases"
        self.ends = threading.Event()
        self.stopped = set()

    def run(self):
        while not self.ends.wait(0.003):
            # Workers remove their leases, and the last of them the folder, at any moment: also while it is listed.
            leases = []
            with contextlib.suppress(FileNotFoundError):
                leases.extend(self.leases.glob("cell.*.json"))
            for lease in leases:
                with contextlib.suppress(OSError, ValueError):
                    process = json.loads(lease.read_text(encoding="utf-8"))["process"]["number"]
                    if process not in self.stopped:
                        os.kill(process, signal.SIGSTOP)
                        self.stopped.add(process)

    def let_go(self):
        self.ends.set()
        self.join()
        for process in self.stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


class OnSlurm(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="multistate-slurm-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        subprocess.run([TINY_DATA, self.folder / "data"], check=True)
        (self.folder / "slurm").mkdir()
        self.cluster = self.enterContext(cluster.Cluster(self.folder / "slurm"))

    def file(self, output):
        path = self.folder / f"{output}.yaml"
        path.write_text(SWEEP.format(folder=self.folder, output=output), encoding="utf-8")
        return str(path)

    def multistate(self, *words, code=0):
        done = subprocess.run([PROGRAM, *words], env=self.cluster.environment, cwd=self.folder, capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def status(self):
        return json.loads(self.multistate("status", "shared", "--json").stdout)

    def wait_for_status(self, what, condition):
        found = {}

        def look():
            found.update(self.status())
            return condition(found)

        try:
            self.cluster.wait(what, look)
        except TimeoutError:
            logs = "\n".join(log.read_text() for log in (self.folder / "shared" / "slurm").glob("*/*.log"))
            self.fail(f"{what} did not come; last: {json.dumps(found, indent=1)}\n{logs}")
        return found

    def tasks(self, status, state):
        return {task["job"]: task for task in status["slurm"] if task["state"] == state}

    def test_whatever_happens_to_nodes_and_tasks_the_results_are_those_of_one_process(self):
        self.multistate("run", self.file("alone"), "--jobs", "1")
        expected = contents(self.folder / "alone")
        self.assertEqual(len(expected), CELLS)

        # Three tasks on three nodes, each with a sample under way.
        halt = Halt(self.folder / "shared")
        halt.start()
        submitted = self.multistate("submit", self.file("shared"))
        first = submitted.stdout.strip()
        self.assertIn(f"squeue --jobs={first}", submitted.stderr)
        status = self.wait_for_status("three workers", lambda now: len(now["workers"]) == len(halt.stopped) == 3)
        self.assertLess(status["counts"]["done"], CELLS)
        running = self.tasks(status, "RUNNING")
        self.assertEqual({task["nodes"] for task in running.values()}, set(cluster.NODES))
        workers = {worker["job"].removeprefix("slurm "): worker for worker in status["workers"]}
        self.assertEqual(set(workers), set(running))
        self.assertEqual(set(workers), {f"{first}_{task}" for task in (1, 2, 3)})
        self.assertFalse(any(worker["ended"] for worker in workers.values()))

        # A node dies: its task waits to run again, its worker is known to have ended.
        died, timed, cancelled = sorted(workers)
        self.cluster.kill_node(running[died]["nodes"])
        status = self.wait_for_status("the end of a node", lambda now: died in self.tasks(now, "PENDING"))
        ended = {worker["job"].removeprefix("slurm "): worker["ended"] for worker in status["workers"]}
        self.assertEqual(ended, {died: True, timed: False, cancelled: False})

        # A task is told that its time is nearly up, as by --signal: it stops, and waits to run again.
        self.cluster.command("scancel", "--batch", "--signal=USR1", timed)
        os.kill(workers[timed]["process"], signal.SIGCONT)
        self.wait_for_status("a requeue", lambda now: timed in self.tasks(now, "PENDING"))

        # A task is cancelled: it stops, with work left, and does not come back.
        self.cluster.command("scancel", cancelled)
        status = self.wait_for_status("the end of a task", lambda now: cancelled not in self.tasks(now, "RUNNING")
                                      and cancelled not in self.tasks(now, "COMPLETING"))
        self.assertNotIn(cancelled, self.tasks(status, "PENDING"))
        self.assertLess(status["counts"]["done"], CELLS)

        # The first that comes back is preempted by a job that is more urgent, and comes back again.
        def works(worker):
            return worker["process"] in halt.stopped and not worker["ended"]

        status = self.wait_for_status("a task that is back", lambda now: any(map(works, now["workers"])))
        worker = next(filter(works, status["workers"]))
        preempted = worker["job"].removeprefix("slurm ")
        self.assertIn(preempted, (died, timed))
        node = self.tasks(status, "RUNNING")[preempted]["nodes"]
        self.cluster.command("sbatch", "--partition=urgent", f"--nodelist={node}", "--output=/dev/null",
                             "--wrap=sleep 1")
        status = self.wait_for_status("a preemption", lambda now: preempted in self.tasks(now, "PENDING"))
        self.assertLess(status["counts"]["done"], CELLS)
        halt.let_go()

        # What was cancelled is submitted again.
        again = self.multistate("submit", self.file("shared"), "slurm.tasks=1").stdout.strip()
        self.assertNotEqual(again, first)
        status = self.wait_for_status("the end", lambda now: now["counts"]["done"] == CELLS and not now["workers"])
        self.assertEqual(status["counts"], {"planned": CELLS, "done": CELLS, "failed": 0, "partial": 0, "missing": 0})
        self.assertEqual(status["problems"], [])
        self.assertEqual(contents(self.folder / "shared"), expected)
        self.assertFalse((self.folder / "shared" / "leases").exists())
        self.assertIn("All runs are done", self.multistate("submit", self.file("shared")).stderr)


if __name__ == "__main__":
    if cluster.why_not():
        print(f"skipped: {cluster.why_not()}")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
