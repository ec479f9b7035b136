"""Sweeps made by hand, as `multistate run` leaves them; what they hold is worked out here, too."""

import hashlib
import json
import math
import pathlib
import statistics

CONTEXT = {
    "program": {"version": "0.1.0", "commit": "c" * 40, "dirty": False, "build_type": "Release",
                "compiler": "GNU 12.2.0"},
    "libtorch": "1.13.0", "blas": "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH",
    "machine": {"host": "vm", "system": "Linux 6.1", "architecture": "x86_64", "cpu": "a CPU",
                "cores": 2, "memory_bytes": 1 << 34, "load_average": [0.5, 0.5, 0.5]},
    "threads": {"jobs": 2, "intra_op": 1}, "slurm": {}, "command": "multistate run made.yaml",
    "started": "2026-01-02T03:00:00Z", "finished": "2026-01-02T03:04:05Z",
    "inputs": {"model_sha256": "a" * 64, "model_format": "GGUF v3", "tokenizer_sha256": "b" * 64,
               "data_sha256": "d" * 64},
}


def ratio(samples):
    """Sum of losses by sum of tokens, and its standard error (linearised)."""
    losses = [loss for loss, _ in samples]
    tokens = [count for _, count in samples]
    n = len(samples)
    value = sum(losses) / sum(tokens)
    if n < 2:
        return value, None
    squares = sum((y - value * x) ** 2 for y, x in samples)
    return value, math.sqrt(squares / (n * (n - 1))) / statistics.fmean(tokens)


def metrics_of(samples):
    value, error = ratio(samples)
    how = {"numerator": "nll_sum", "denominator": "scored_tokens", "scale": 1.0, "transform": "none"}
    common = {"n": len(samples), "higher_is_better": False}
    exponential = None if error is None else error * math.exp(value)
    return {
        "nll": {"value": value, "stderr": error, "unit": "nats/token", "samples": how, **common},
        "perplexity": {"value": math.exp(value), "stderr": exponential, "unit": "",
                       "samples": {**how, "transform": "exp"}, **common},
    }


def series_of(samples):
    """The same loss at every place."""
    value, error = ratio(samples)
    return {"nll_by_place": [
        {"first_place": 1 << i, "end_place": 2 << i, "value": value, "stderr": error,
         "n": len(samples), "higher_is_better": False, "unit": "nats/token"} for i in range(9)]}


class Sweep:
    def __init__(self, folder, name="made"):
        self.folder = pathlib.Path(folder)
        self.name = name
        self.cells = []

    def plan(self, policy, size=None, seed=None, experiment=None, **options):
        config = {
            "model": {"path": "m.gguf", "dtype": "float32", "device": "cpu"},
            "experiment": {"name": "language_modeling", "version": 1, "data": "t.txt", **(experiment or {})},
            "policy": {"name": policy, "version": 1, **options},
            "state_size": size, "seed": seed, "limit": None,
        }
        parameters = {"policy.name": policy, **{f"policy.{k}": v for k, v in options.items()}}
        parameters.update({f"experiment.{k}": v for k, v in (experiment or {}).items()})
        if size is not None:
            parameters["state_size"] = size
        if seed is not None:
            parameters["seed"] = seed
        identity = hashlib.sha256(json.dumps(config).encode()).hexdigest()
        folder = f"cells/{len(self.cells)}-{identity[:8]}"
        self.cells.append({"id": identity, "folder": folder, "parameters": parameters})
        return self.folder / folder, identity, config, parameters

    def write_manifest(self):
        manifest = {"schema": {"name": "multistate.sweep", "version": 1}, "name": self.name,
                    "command": "x", "axes": {}, "config_sha256": "0" * 64, "cells": self.cells}
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "sweep.json").write_text(json.dumps(manifest))

    def done(self, policy, size, samples, limited=False, **options):
        """samples: (sum of losses, tokens) of each."""
        self.finish(self.plan(policy, size, **options), samples, limited)

    def finish(self, planned, samples, limited=False):
        folder, identity, config, parameters = planned
        rows = config["state_size"] or 512
        seconds = {"total": 3.0, "linears": 1.0, "scan": 1.0, "logits": 1.0}
        result = {
            "schema": {"name": "multistate.result", "version": 1}, "cell_id": identity,
            "status": "ok", "config": config, "parameters": parameters,
            "metrics": metrics_of(samples), "series": series_of(samples),
            "counts": {"samples_planned": 100 if limited else len(samples),
                       "samples": len(samples), "tokens": 512, "limited": limited},
            "data": {},
            "state": {"rows_peak": rows, "bytes_peak": 10 * rows, "bytes_end": 10 * rows,
                      "evictions": 0,
                      "mean_row_lifetime": 1.0},
            "perf": {"seconds": seconds, "tokens_computed": 512, "tokens_per_s": 50.0,
                     "noisy": False, "noisy_because": [],
                     "process_peak_rss_bytes": 1000, "state_bytes": 10 * rows},
            "warnings": [], "context": CONTEXT,
        }
        folder.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps({"sample": i, "values": {"nll_sum": loss, "scored_tokens": tokens}})
                 for i, (loss, tokens) in enumerate(samples)]
        (folder / "samples.jsonl").write_text("".join(line + "\n" for line in lines))
        # The last, and at once, as a run does.
        (folder / "result.tmp").write_text(json.dumps(result))
        (folder / "result.tmp").rename(folder / "result.json")

    def failed(self, policy, size, message):
        folder, identity, config, parameters = self.plan(policy, size)
        folder.mkdir(parents=True)
        error = {"schema": {"name": "multistate.error", "version": 1}, "cell_id": identity,
                 "status": "error", "config": config, "parameters": parameters, "sample": 0,
                 "kind": "policy", "message": message}
        (folder / "error.json").write_text(json.dumps(error))
