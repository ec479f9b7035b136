"""Makes a sweep of many cells and prints what multistate-aggregate takes for it.

    many_cells.py PROGRAM CELLS [SAMPLES]

Fails when a table is wrong in its counts; times and memory are printed, not judged: they are the
machine's as much as the program's.
"""

import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from sweeps import Sweep  # noqa: E402

POLICIES = ("tova", "h2o", "window", "streaming", "snapkv", "random", "keydiff", "lagged")
SIZES = tuple(32 << i for i in range(10))


def make(folder, count, samples):
    numbers = random.Random(1)
    sweep = Sweep(folder, "many")
    seed = 0
    while len(sweep.cells) < count:
        for policy in POLICIES:
            for size in SIZES:
                if len(sweep.cells) < count:
                    sweep.finish(sweep.plan(policy, size, seed=seed),
                                 [(numbers.gauss(2500.0, 100.0) + 1000.0 / size, 1023)
                                  for _ in range(samples)])
        seed += 1
    sweep.write_manifest()


def measured(program, words):
    start = time.monotonic()
    process = subprocess.Popen([program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate()
    seconds = time.monotonic() - start
    if process.returncode != 0:
        sys.exit(f"{words}: exit code {process.returncode}\n{err.decode()[-2000:]}")
    return out, seconds


def main():
    program, count = sys.argv[1], int(sys.argv[2])
    samples = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    with tempfile.TemporaryDirectory() as folder:
        make(folder, count, samples)
        for words in (["--format", "csv"], ["--format", "terminal"], ["--format", "json"],
                      ["--format", "html"], ["--no-figures"]):
            out, seconds = measured(program, [folder, *words])
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"{' '.join(words)}: {seconds:.2f} s, {len(out) / 1e6:.1f} MB, "
                  f"peak so far {peak:.0f} MiB", flush=True)
            if words[1:] == ["terminal"] and f"{count} of {count} planned cells" not in out.decode():
                sys.exit("the table does not count all cells")
            if words[1:] == ["json"] and len(json.loads(out)["cells"]) != count:
                sys.exit("the report does not hold all cells")
            if words[1:] == ["html"] and out.count(b'"folder":') < count:
                sys.exit("the page does not hold all cells")


main()
