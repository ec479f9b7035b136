#!/usr/bin/env python3
"""What other programs read: kvpress's folders and records of Every Eval Ever; and `archive`.

usage: exports_test.py PROGRAM

Records are checked with the published schema (every_eval_ever/schemas/eval.schema.json) where the package every_eval_ever is installed,
or $EVERY_EVAL_EVER_SCHEMA names the file, and jsonschema is there.
"""
import ast
import csv
import importlib.resources
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from sweeps import Sweep, ratio  # noqa: E402

SAMPLES = [(210.0, 100), (250.0, 104)]
AWKWARD = 'a,"b"\nc\r\n<script>\\ %$[\x1b'
KVPRESS_MEMBERS = [  # Of EvaluationConfig in kvpress 0.5.5, less those that are absent unless set.
    "dataset", "data_dir", "model", "device", "press_name", "compression_ratio",
    "key_channel_compression_ratio", "fraction", "max_new_tokens", "max_context_length", "query_aware",
    "needle_depth", "compression_interval", "target_size", "hidden_states_buffer_size", "output_dir",
    "log_level", "model_kwargs", "press_init_command", "seed", "fp8"]


def schema():
    if "EVERY_EVAL_EVER_SCHEMA" in os.environ:
        return json.loads(pathlib.Path(os.environ["EVERY_EVAL_EVER_SCHEMA"]).read_text())
    if importlib.util.find_spec("every_eval_ever"):
        return json.loads(importlib.resources.files("every_eval_ever.schemas").joinpath("eval.schema.json").read_text())
    return None


class Exports(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.sweep = Sweep(self.folder / "sweep")

    def add(self, policy, size, values=None, **options):
        """A run of two samples of 200 tokens; `values`: further members of each sample's values."""
        planned = self.sweep.plan(policy, size, **options)
        self.sweep.finish(planned, SAMPLES)
        path = planned[0] / "samples.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        for line, more in zip(lines, values or [{}, {}]):
            line.update(tokens=200, state={"peak_rows": size or 200})
            line["values"].update(more)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def export(self, name, code=0):
        self.sweep.write_manifest()
        done = subprocess.run([PROGRAM, self.sweep.folder, "--format", name, "-o", self.folder / "out"], capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual([path for path in self.folder.iterdir() if path.name not in ("sweep", "out")], [])
        return done.stderr if code else self.folder / "out" / name

    def test_a_folder_of_kvpress_has_predictions_metrics_and_config(self):
        self.add("tova", 50, [{"id": "q1", "answer": AWKWARD, "answers": ["it's", "b"]},
                              {"id": "q2", "answer": "no", "answers": ["yes"]}], sinks=4)
        self.add("full", None, [{"answer": "yes", "answers": ["yes"]}] * 2)
        folder = self.export("kvpress")
        self.assertEqual(sorted(path.name for path in folder.iterdir()),
                         ["language_modeling__t.txt__m.gguf__full__0.00", "language_modeling__t.txt__m.gguf__tova__0.75"])
        tova = folder / "language_modeling__t.txt__m.gguf__tova__0.75"
        self.assertEqual(sorted(path.name for path in tova.iterdir()), ["config.yaml", "metrics.json", "predictions.csv"])
        with open(tova / "predictions.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(list(rows[0]), ["id", "task", "answer", "predicted_answer", "compression_ratio"])
        self.assertEqual([row["predicted_answer"] for row in rows], [AWKWARD, "no"])
        # As pandas writes lists, so that readers take them apart.
        self.assertEqual([ast.literal_eval(row["answer"]) for row in rows], [["it's", "b"], ["yes"]])
        self.assertEqual([float(row["compression_ratio"]) for row in rows], [0.75, 0.75])  # 50 of 200 tokens.
        metrics = json.loads((tova / "metrics.json").read_text())
        self.assertAlmostEqual(metrics["language_modeling"]["nll"], ratio(SAMPLES)[0], 12)
        config = dict(line.split(": ", 1) for line in (tova / "config.yaml").read_text().splitlines())
        self.assertEqual(list(config), KVPRESS_MEMBERS)
        for key, value in (("model", "m.gguf"), ("press_name", "tova"), ("compression_ratio", 0.75), ("target_size", 50),
                           ("fraction", 1.0), ("seed", None)):
            self.assertEqual(json.loads(config[key]), value)
        self.assertIn('"policy.sinks":4', json.loads(config["press_init_command"]))

    def test_every_output_of_a_sample_is_a_prediction(self):
        self.add("tova", 100, [{"outputs": [" 12", " 13"], "expected": [["12"], ["13", "14"]]}] * 2)
        folder = self.export("kvpress")
        with open(next(folder.iterdir()) / "predictions.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(row["id"], row["predicted_answer"], row["answer"]) for row in rows],
                         [(str(sample), output, answer) for sample in range(2)
                          for output, answer in ((" 12", '["12"]'), (" 13", '["13","14"]'))])

    def test_runs_of_one_name_are_numbered_as_kvpress_does(self):
        for seed in (1, 2):
            self.add("random", 50, [{"text": "a"}] * 2, seed=seed)
        folder = self.export("kvpress") / "language_modeling__t.txt__m.gguf__random__0.75"
        self.assertTrue((folder / "config.yaml").exists())
        self.assertIn("seed: 2", (folder / "1" / "config.yaml").read_text())

    def test_without_answers_there_is_nothing_for_kvpress(self):
        self.add("tova", 50)
        self.assertIn("no run has answers", self.export("kvpress", code=2))

    def test_records_of_every_eval_ever_hold_what_results_say(self):
        self.add("tova", 50, note=AWKWARD)
        self.add("..", 50)
        self.sweep.failed("h2o", 64, "no")
        folder = self.export("every-eval-ever")
        records = [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]
        self.assertEqual(len(records), 2)
        self.assertEqual(len({record["evaluation_id"] for record in records}), 2)
        record = next(one for one in records if "/tova/" in one["evaluation_id"])
        results = {one["metric_config"]["metric_name"]: one for one in record["evaluation_results"]}
        self.assertEqual(set(results), {"nll", "perplexity"})
        value, error = ratio(SAMPLES)
        details = results["nll"]["score_details"]
        self.assertAlmostEqual(details["score"], value, 12)
        self.assertAlmostEqual(details["uncertainty"]["standard_error"]["value"], error, 12)
        self.assertEqual(details["uncertainty"]["num_samples"], 2)
        self.assertIs(results["nll"]["metric_config"]["lower_is_better"], True)
        self.assertEqual(results["nll"]["generation_config"]["additional_details"]["policy.note"], AWKWARD)
        self.assertEqual(record["model_info"]["additional_details"]["model_sha256"], "a" * 64)

    def test_records_of_every_eval_ever_satisfy_its_schema(self):
        published = schema()
        if published is None or not importlib.util.find_spec("jsonschema"):
            self.skipTest("jsonschema or the schema is not there")
        import jsonschema
        self.add("tova", 50, sinks=4)
        self.add("full", None)
        for path in self.export("every-eval-ever").rglob("*.json"):
            jsonschema.validate(json.loads(path.read_text()), published)

    def archive(self, output, code=0):
        self.sweep.write_manifest()
        done = subprocess.run([PROGRAM, "archive", self.sweep.folder, "-o", output], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def outputs(self, parent):
        """Every file that is made of the sweep in this folder, but for the time at which it was made."""
        made = {}
        for name in ("json", "csv", "md", "tex", "kvpress", "every-eval-ever"):
            out = self.folder / "out" / parent.name / name
            done = subprocess.run([PROGRAM, "sweep", "--format", name] + (["-o", out] if "-" in name or name == "kvpress" else []),
                                  cwd=parent, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            made[name] = done.stdout.replace(str(out), "")
            made |= {str(path.relative_to(out)): path.read_text() for path in out.rglob("*") if path.is_file()}
        return {name: re.sub(r'\d\d:\d\d:\d\dZ|"retrieved_timestamp": "\d+"', "", text) for name, text in made.items()}

    def test_an_archive_is_smaller_and_says_the_same(self):
        self.sweep = Sweep(self.folder / "a" / "sweep")
        values = [{"id": "q1", "answer": AWKWARD, "answers": ["b"], "nll_by_place": [[1.5, 1]] * 50, "ids": list(range(50))}] * 2
        self.add("tova", 50, values, sinks=4)
        self.add("full", None, values)
        text = self.archive(self.folder / "b" / "sweep").stdout
        self.assertIn("2 of 2 planned cells", text)
        self.assertIn("left out of samples.jsonl: values.ids, values.nll_by_place\n", text)
        self.assertEqual(self.outputs(self.folder / "a"), self.outputs(self.folder / "b"))
        same = subprocess.run([PROGRAM, "--diff", self.folder / "a", self.folder / "b"], capture_output=True, text=True, timeout=60)
        self.assertEqual(same.returncode, 0, same.stdout)
        sizes = [sum(path.stat().st_size for path in (self.folder / one).rglob("cells/*/*")) for one in "ab"]
        self.assertLess(sizes[1], sizes[0])
        # Archived again, it stays as it is, and still names the samples that the run wrote.
        copies = [self.folder / "b" / "sweep", self.folder / "c" / "sweep"]
        done = subprocess.run([PROGRAM, "archive", *copies[:1], "-o", *copies[1:]], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        first, second = [{str(path.relative_to(copy)): path.read_text() for path in copy.rglob("cells/*/*")} for copy in copies]
        self.assertEqual(first, second)
        result = json.loads(next(copies[0].rglob("result.json")).read_text())
        self.assertEqual(result["archived"]["left_out"], ["values.ids", "values.nll_by_place"])

    def test_cells_that_are_not_done_are_not_archived(self):
        self.add("tova", 50)
        self.add("full", None)
        self.sweep.failed("h2o", 64, "no")
        next((self.sweep.folder / "cells").glob("0-*/samples.jsonl")).write_text("{}\n")
        done = self.archive(self.folder / "out", code=1)
        self.assertIn("1 of 3 planned cells", done.stdout)
        self.assertIn("samples.jsonl: line 1 is not that of sample 0", done.stderr)
        self.assertEqual(len(list((self.folder / "out" / "cells").iterdir())), 1)
        self.assertIn("is there, and is not an empty folder", self.archive(self.folder / "out", code=2).stderr)


if __name__ == "__main__":
    PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
