"""Runs of sweeps with made numbers, and claims about them: for the tests of tools/reproduce and its parts."""

import json
import pathlib
import shutil
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))
import claims  # noqa: E402
from claims_file import read_claims  # noqa: E402

HEAD = """
title = "A paper"
setup = "A small model"
limits = ["No judge is here"]
[policies]
full = {name = "full"}
tova = {name = "tova", sinks = 0}
window = {name = "window"}
[[sweep]]
name = "one"
config = "configs/one.yaml"
what = "Loss & co"
figures = ["loss"]
"""
CONTEXT = {"program": {"version": "1.2", "commit": "0123456789abcdef", "dirty": True}, "machine": {"cores": 2, "cpu": "a <cpu>"},
           "inputs": {"model_sha256": "a" * 64, "data_sha256": "b" * 64}, "finished": "2026-01-01T00:00:00Z"}


def mean(name):
    """The metric of that name: the mean of the samples' values of that name."""
    return {"value": None, "stderr": None, "samples": {"numerator": name, "denominator": None, "scale": 1.0, "transform": "none"}}


def run(name, size, samples, series=None, sinks=0, metrics=None):
    """A finished run: (folder, result.json, samples). `samples`: values by name, a list each."""
    count = max((len(values) for values in samples.values()), default=0)
    rows = [{key: values[i] for key, values in samples.items()} for i in range(count)]
    result = {"schema": {"name": "multistate.result", "version": 1},
              "config": {"state_size": size, "policy": {"name": name, "sinks": sinks, "prompt": "one_shot"},
                         "model": {"path": "data/m.gguf", "dtype": "float32"},
                         "experiment": {"name": "language_modeling", "data": "a.txt", "context_length": 512}},
              "metrics": {key: mean(key) for key in samples} | (metrics or {}), "series": series or {}, "context": CONTEXT}
    return f"cells/{name}-{size}-{sinks}", result, rows


def write_sweep(folder, runs):
    for name, result, rows in runs:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "result.json").write_text(json.dumps(result), encoding="utf-8")
        lines = [json.dumps({"sample": i, "values": values}) + "\n" for i, values in enumerate(rows)]
        (folder / name / "samples.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "sweep.json").write_text(json.dumps({"cells": [{"folder": name} for name, _, _ in runs]}), encoding="utf-8")


def pair(tova, window, size=64, name="loss", **more):
    """Runs of two policies with these values of their samples."""
    return [run("tova", size, {name: tova, **more}), run("window", size, {name: window, **more})]


class Folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.path = pathlib.Path(holder.name)

    def read(self, text):
        (self.path / "claims.toml").write_text(HEAD + text, encoding="utf-8")
        return read_claims(self.path / "claims.toml")

    def judge(self, check, runs, more=""):
        """The outcome of one claim."""
        shutil.rmtree(self.path / "one", ignore_errors=True)
        write_sweep(self.path / "one", runs)
        read = self.read(f'[[claim]]\ntext = "It is so"\nwhere = "section 1"\nsweep = "one"\n{more}\ncheck = {check}\n')
        return claims.judge(read["claim"], claims.read_sweeps(read, self.path))[0][0]


LESS = '{kind = "difference", left = {policy = "tova", metric = "loss"}, right = {policy = "window", metric = "loss"}, below = 0}'
MORE = LESS.replace("below", "above")
VALUE = '{kind = "value", left = {policy = "tova", metric = "loss"}, BOUNDS}'
# Four differences -1, -2, -3, -2: mean -2, standard error sqrt(2/3 / 4) = 0.40825; t(3, 97.5 %) = 3.18245: -2 +- 1.29923.
LEFT, RIGHT = [1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 6.0]
