"""Finished runs of a sweep, read from its folder: sweep.json, and of every run result.json and samples.jsonl (results/README.md).

Fields that are not known are passed over, and no report is needed, so that results of any age can be read.
"""
import json
import math
import pathlib

RESULT_VERSION = 2  # The newest that is read; all before it are.


class CellError(Exception):
    """Something is wrong with a sweep's folder; the message says where."""


def number(value):
    """JSON has no NaN and no infinity: results hold them as text, or as null with the text elsewhere."""
    return math.nan if value is None else float(value)


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CellError(f"{path}: {error}") from error


class Cell:
    """A finished run."""

    def __init__(self, folder):
        self.folder = folder
        self.result = read_json(folder / "result.json")
        version = self.result["schema"]["version"]
        if version not in range(1, RESULT_VERSION + 1):
            raise CellError(f"{folder}: result.json has version {version}; this program reads versions 1 to {RESULT_VERSION}")
        self.config = self.result["config"]
        self.size = self.config["state_size"]
        self.loaded = None

    def samples(self):
        """The values of every sample."""
        if self.loaded is None:
            try:
                with open(self.folder / "samples.jsonl", encoding="utf-8") as file:
                    self.loaded = [json.loads(line)["values"] for line in file]
            except (OSError, ValueError, KeyError) as error:
                raise CellError(f"{self.folder / 'samples.jsonl'}: {error}") from error
        return self.loaded

    def documents(self):
        """The document of every sample, where samples are cut from documents; else an empty list."""
        names = [values.get("document") for values in self.samples()]
        return [] if None in names else names

    def units(self):
        """Numbers of samples, in lists of those that are not independent of each other: the samples of one document.

        Where all samples come from one document, each is a unit of its own: what follows from them holds for that text.
        """
        documents = self.documents()
        if len(set(documents)) < 2:
            return [[i] for i in range(len(self.samples()))]
        return [[i for i, name in enumerate(documents) if name == one] for one in sorted(set(documents))]

    def metric_of(self, metric):
        """The metric as a function of numbers of samples, or None where the run has no such metric."""
        found = self.result["metrics"].get(metric)
        if found is None:
            return None
        recipe = found.get("samples")
        if recipe is None:
            value = number(found["value"])
            return lambda chosen: value if len(chosen) == len(self.samples()) else math.nan
        ratio = self.sums_of(recipe["numerator"], recipe["denominator"])
        if recipe["transform"] not in ("none", "exp"):
            raise CellError(f"{self.folder}: metric '{metric}': unknown transform '{recipe['transform']}'")
        change = math.exp if recipe["transform"] == "exp" else float
        return lambda chosen: change(recipe["scale"] * ratio(chosen))

    def sums_of(self, numerator, denominator=None):
        """A ratio of sums over samples; without a denominator the mean. None where samples have no such values."""
        rows = self.samples()
        if any(key is not None and key not in values for values in rows for key in (numerator, denominator)):
            return None

        def ratio(chosen):
            below = math.fsum(1.0 if denominator is None else number(rows[i][denominator]) for i in chosen)
            return math.fsum(number(rows[i][numerator]) for i in chosen) / below if below else math.nan

        return ratio

    def series(self, name):
        """Values by label."""
        held = self.result["series"].get(name, [])
        if isinstance(held, list):  # Version 1: a list of points.
            return {point["label"]: number(point["value"]) for point in held if "label" in point}
        return {label: number(value) for label, value in zip(held.get("label", []), held["value"]) if label is not None}


def read_cells(folder):
    """The finished runs that a sweep's manifest lists, in its order; an empty list where there is no manifest."""
    folder = pathlib.Path(folder)
    if not (folder / "sweep.json").exists():
        return []
    listed = [folder / cell["folder"] for cell in read_json(folder / "sweep.json")["cells"]]
    return [Cell(cell) for cell in listed if (cell / "result.json").exists()]
