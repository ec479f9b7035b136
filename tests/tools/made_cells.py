"""Folders of sweeps with made losses: for the tests of tools/protection and tools/catalogue_page."""

import json


def write_cell(folder, name, policy, losses, size=64, *, model="aa", peak=1000, role="policy"):
    """A finished run of `policy` (its options) with these losses of its chunks."""
    cell = folder / "cells" / name
    cell.mkdir(parents=True)
    result = {
        "config": {"policy": {"version": 1, **policy}, "state_size": size, "model": {"path": f"models/{model}.gguf", "dtype": "float32"},
                   "experiment": {"context_length": 128}},
        "policy": {"role": role},
        "counts": {"samples": len(losses)},
        "data": {"documents": [{"name": "a.txt", "chunks_used": 4}, {"name": "b.txt", "chunks_used": 0}]},
        "state": {"rows_peak": size, "bytes_peak": peak},
        "context": {"inputs": {"model_sha256": model, "data_sha256": "bb"}, "program": {"commit": "0123456789abcdef"}},
    }
    (cell / "result.json").write_text(json.dumps(result))
    lines = [json.dumps({"sample": i, "values": {"nll_sum": 10 * loss, "scored_tokens": 10}}) for i, loss in enumerate(losses)]
    (cell / "samples.jsonl").write_text("\n".join(lines) + "\n")


def write_manifest(folder):
    (folder / "sweep.json").write_text(json.dumps({"name": "protection"}))
