"""tools/python/multistate_results.py: on a made folder, and beside the CSV that multistate-aggregate (the first argument) writes."""

import csv
import importlib.util
import io
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PACKAGED = "/usr/bin/python3"  # The one that the distribution's pandas is installed for; another may be first on the path.
if importlib.util.find_spec("pandas") is None and sys.executable != PACKAGED:
    os.execv(PACKAGED, [PACKAGED, "-B", *sys.argv])

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "python"))
import multistate_results as results  # noqa: E402

AGGREGATE = sys.argv.pop(1)
CONFIG = {"model": {"path": "m.gguf"}, "experiment": {"lengths": [512, 1024]}, "state_size": 64, "seed": None, "limit": 3}


def result(policy, nll, sums, **changes):
    metric = {"value": nll, "stderr": 0.5, "n": 2, "higher_is_better": False, "unit": "nats/token"}
    content = {
        "schema": {"name": "multistate.result", "version": 1},
        "config": CONFIG | {"policy": policy},
        "metrics": {"nll": metric},
        "series": {"nll_by_place": [metric | {"first_place": 1, "end_place": 8}]},
        "counts": {"samples": 2, "samples_planned": 2, "tokens": 20, "limited": True},
        "state": {"rows_peak": 64},
        "perf": {"seconds": {"total": 1.5}, "tokens_per_s": 10.0, "noisy": False},
    } | changes
    lines = [{"sample": i, "tokens": 10, "values": {"nll_sum": value, "document": "a.txt", "nll_by_place": [[1, 2]]}}
             for i, value in enumerate(sums)]
    return content, "".join(json.dumps(line) + "\n" for line in lines)


class Reader(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        planned = [("a" * 64, {"policy.name": "tova", "policy.sinks": 0}), ("b" * 64, {"policy.name": "tova", "policy.sinks": 4}),
                   ("c" * 64, {"policy.name": "full"}), ("d" * 64, {"policy.name": "h2o"})]
        cells = [{"id": id, "folder": f"cells/{id[0]}", "parameters": parameters} for id, parameters in planned]
        self.write("sweep.json", {"schema": {"name": "multistate.sweep", "version": 1}, "name": "made", "cells": cells})
        self.cell("a", *result({"name": "tova", "sinks": 0}, 3.25, [30.0, "nan"]))
        self.cell("b", *result({"name": "tova", "sinks": 4}, None, [31.0, 32.0]))
        value = json.loads((self.folder / "cells/b/result.json").read_text())
        value["metrics"]["nll"]["value_text"] = "inf"
        self.write("cells/b/result.json", value)
        self.write("cells/c/error.json", {"schema": {"name": "multistate.error", "version": 1}, "message": "no memory",
                                          "config": CONFIG | {"policy": {"name": "full"}}})

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")

    def cell(self, name, content, samples):
        self.write(f"cells/{name}/result.json", content)
        (self.folder / f"cells/{name}/samples.jsonl").write_text(samples, encoding="utf-8")

    def test_cells(self):
        table = results.cells(self.folder)
        self.assertEqual(list(table.columns), [
            "sweep", "cell", "state", "limited", "label", "experiment.lengths", "model.path", "policy.name", "policy.sinks", "state_size",
            "metric", "unit", "higher_is_better", "n", "value", "stderr", "error"])
        losses = table[table.metric == "nll"]
        self.assertEqual(list(losses.label), ["tova sinks=0", "tova sinks=4"])
        self.assertEqual(list(losses.value), [3.25, math.inf])
        self.assertEqual(list(losses["experiment.lengths"]), ["[512,1024]"] * 2)
        self.assertEqual(table[table.metric == "tokens_per_s"].value.iloc[0], 10.0)
        failed, missing = table[table.metric.isna()].itertuples()
        self.assertEqual((failed.state, failed.error, failed.label), ("failed", "no memory", "full"))
        # The model is that of all done cells; the state size is a cell's own.
        self.assertEqual((missing.state, missing._7), ("missing", "m.gguf"))
        self.assertTrue(math.isnan(missing.state_size))

    def test_samples(self):
        table = results.samples(self.folder)
        self.assertEqual(list(table["sample"]), [0, 1, 0, 1])
        self.assertTrue(math.isnan(table.nll_sum.iloc[1]))
        self.assertEqual(list(table.nll_sum.iloc[2:]), [31.0, 32.0])
        self.assertEqual(set(table.document), {"a.txt"})
        self.assertNotIn("nll_by_place", table.columns)

    def test_series(self):
        table = results.series(self.folder)
        self.assertEqual(len(table), 2)
        self.assertEqual((table.series.iloc[0], table.first_place.iloc[0], table.end_place.iloc[0]), ("nll_by_place", 1, 8))

    def test_series_of_version_2_are_those_of_version_1(self):
        points = [{"value": 1.5, "stderr": 0.5, "n": 2, "unit": "u", "higher_is_better": True, "range": [0, 1], "axis": "class",
                   "first_place": 0, "end_place": 1, "label": "digit"},
                  {"value": None, "stderr": None, "n": 1, "unit": "u", "higher_is_better": True, "range": [0, 1], "axis": "class",
                   "first_place": 1, "end_place": 2, "value_text": "inf"}]
        columns = {"unit": "u", "higher_is_better": True, "range": [0, 1], "axis": "class", "first_place": [0, 1], "end_place": [1, 2],
                   "n": [2, 1], "value": [1.5, None], "stderr": [0.5, None], "label": ["digit", None], "value_text": [None, "inf"]}
        self.cell("b", *result({"name": "tova", "sinks": 0}, 3.25, [30.0], series={"x": points}))
        first = results.series(self.folder)
        version = {"name": "multistate.result", "version": 2}
        self.cell("b", *result({"name": "tova", "sinks": 0}, 3.25, [30.0], series={"x": columns}, schema=version))
        second = results.series(self.folder)
        self.assertEqual(list(first[first.series == "x"].value), [1.5, math.inf])
        self.assertTrue(first.equals(second[first.columns]))

    def test_what_cannot_be_read_is_named(self):
        with self.assertRaisesRegex(results.ResultsError, "cells: no sweep.json there"):
            results.cells(self.folder / "cells")
        (self.folder / "cells/a/samples.jsonl").write_text('{"sample": 0, "tokens": 1}\n{"sam', encoding="utf-8")
        with self.assertRaisesRegex(results.ResultsError, "samples.jsonl, line 1: 'values' is missing"):
            results.samples(self.folder)
        self.write("cells/a/result.json", {"schema": {"name": "multistate.result", "version": 3}})
        with self.assertRaisesRegex(results.ResultsError, r"a/result.json: multistate.result, version 3; read here: .* versions 1 to 2"):
            results.cells(self.folder)
        (self.folder / "cells/a/result.json").write_text("[]", encoding="utf-8")
        with self.assertRaisesRegex(results.ResultsError, "a/result.json: not a file of multistate.result"):
            results.cells(self.folder)

    def test_real_cells_are_those_of_aggregate(self):
        folder = ROOT / "results" / "reference" / "persuasion"
        text = subprocess.run([AGGREGATE, folder, "--format", "csv"], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
        expected = list(csv.DictReader(io.StringIO(text, newline="")))
        table = results.cells(folder)
        self.assertEqual(list(table.columns), list(expected[0]))
        ours = {(row["cell"], row["metric"]): row for row in table.to_dict("records")}
        self.assertEqual(len(ours), len(expected))
        for row in expected:
            mine = ours[row["cell"], row["metric"]]
            self.assertEqual(mine["label"], row["label"])
            self.assertEqual(mine["value"], float(row["value"]))
            self.assertEqual(mine["stderr"], float(row["stderr"])) if row["stderr"] else self.assertTrue(math.isnan(mine["stderr"]))


if __name__ == "__main__":
    unittest.main()
