"""SmolLM2 in multistate and in transformers, for oracles that compare the two on the same tokens."""
import json
import os
import pathlib
import subprocess
import tempfile

import environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / "build" / "release" / "bin" / "multistate")
DATA = os.environ.get("MULTISTATE_DATA_DIR", str(ROOT / "data"))
MODEL = os.path.join(DATA, "models", "smollm2-135m-instruct.gguf")
NOVEL = os.path.join(DATA, "austen", "persuasion.txt")


def enter():
    """Restarts the script in the virtual environment that has transformers."""
    environment.enter("generation-venv", ["torch==2.13.0", "transformers==5.2.0", "gguf==0.19.0", "accelerate==1.15.0"])


def novel(characters):
    with open(NOVEL, encoding="utf-8") as file:
        return file.read(characters)


def run(sweep, **fields):
    """The results of a sweep of multistate; `fields` fill its text, with {model}, {novel} and {output}."""
    with tempfile.TemporaryDirectory() as folder:
        output, path = (os.path.join(folder, name) for name in ("results", "sweep.yaml"))
        with open(path, "w", encoding="utf-8") as file:
            file.write(sweep.format(model=MODEL, novel=NOVEL, output=output, **fields))
        subprocess.run([PROGRAM, "run", path, "--jobs", "1"], check=True, stdout=subprocess.DEVNULL)
        results = []
        for cell in os.scandir(os.path.join(output, "cells")):
            with open(os.path.join(cell.path, "result.json"), encoding="utf-8") as file:
                results.append(json.load(file))
        return results


class Transformers:
    """The same file in transformers, with eager attention."""

    def __init__(self, dtype="float32"):
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        logging.set_verbosity_error()
        folder, name = os.path.split(MODEL)
        self.tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
        self.model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=getattr(torch, dtype),
                                                          attn_implementation="eager").eval()

    def ids_of(self, text):
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def novel_ids(self, tokens):
        return self.ids_of(novel(8 * tokens))[:tokens]
