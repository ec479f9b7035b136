"""Results of multistate as pandas DataFrames.

    import multistate_results as results
    cells = results.cells("results/persuasion")       # a row a cell and metric: the columns of report/results.csv
    samples = results.samples("results/persuasion")   # a row a sample: what paired tests are made of
    series = results.series("results/persuasion")     # a row a cell, series and place: loss by position, ...

A folder is a sweep's: it holds sweep.json. results/README.md describes the files. Text that stands for a number ("nan", "inf", "-inf")
becomes that number. Fields that this reader does not know are passed over; a file of another schema version, or one that cannot be read,
raises ResultsError, which names it.
"""

import json
import math
import pathlib

import pandas as pd

VERSIONS = {"multistate.result": 2, "multistate.sweep": 1, "multistate.error": 1}  # The newest that is read; all before it are.
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
# What a policy may lack or have at another value than the other cells: taken from the cell alone.
_OWN = ("policy.", "state_size", "state_fraction", "seed")


class ResultsError(ValueError):
    """A file that is no result of a version that is read here; the message names it."""


def cells(folder):
    """A row for each cell and metric, what it measured of memory and time included (rows_peak, seconds_total, ...); one row for a cell
    that is not done (`state`: done, failed or missing). A speed that is no measurement is called noisy_tokens_per_s.

    Columns: sweep, cell, state, limited, label, one for every parameter by its key in a sweep file, metric, unit, higher_is_better, n,
    value, stderr, error. `label` is the policy with those of its options that differ among its cells.
    """
    rows = []
    for cell in _read(folder):
        start = cell.identity()
        for name, metric in sorted((cell.measures() | cell.metrics()).items()):
            rows.append(start | {"metric": name, **_metric(metric), "error": None})
        if not cell.result:
            rows.append(start | {"metric": None, **_metric({}), "error": cell.error})
    return _frame(rows)


def samples(folder):
    """A row for each sample of a done cell: the columns of its cell, `sample`, `tokens`, and every plain entry of its `values` under
    its name ("nll_sum", "document", ...). Lists and objects (losses by position) are left to `series`.

    A metric is transform(scale * sum of numerators / sum of denominators); result.json says which (metrics.<name>.samples).
    """
    rows = []
    for cell in _read(folder):
        for record in cell.samples():
            plain = {key: _number(value) for key, value in record["values"].items() if not isinstance(value, (list, dict))}
            rows.append(cell.identity() | {"sample": record["sample"], "tokens": record["tokens"], **plain})
    return _frame(rows)


def series(folder):
    """A row for each cell, series and place: the columns of its cell, `series`, `axis`, `first_place`, `end_place` (one past the last),
    `place_label` (of places that have a name), unit, higher_is_better, n, value, stderr.
    """
    rows = []
    for cell in _read(folder):
        for name, held in sorted(cell.result.get("series", {}).items()):
            for point in _points(held):
                place = {"series": name, "axis": point.get("axis", "tokens"), "first_place": point["first_place"],
                         "end_place": point["end_place"], "place_label": point.get("label")}
                rows.append(cell.identity() | place | _metric(point))
    return _frame(rows)


class _Cell:
    def __init__(self, sweep, folder, planned):
        self.sweep, self.folder, self.id = sweep, folder, planned["id"]
        self.parameters = _flat(planned["parameters"])
        self.result, self.error, self.label = {}, None, None
        if (folder / "result.json").exists():
            self.result = _checked(folder / "result.json", "multistate.result")
            self.parameters |= _flat({key: value for key, value in self.result["config"].items() if key != "limit"})
        elif (folder / "error.json").exists():
            failure = _checked(folder / "error.json", "multistate.error")
            self.parameters |= _flat({key: value for key, value in failure["config"].items() if key != "limit"})
            self.error = failure["message"]
        self.parameters.pop("policy.role", None)

    @property
    def state(self):
        return "done" if self.result else "failed" if self.error is not None else "missing"

    def metrics(self):
        return self.result.get("metrics", {})

    def measures(self):
        """Numbers of `perf`, `state` and `counts`, as metrics without a unit."""
        perf = _numbers(self.result.get("perf", {}))
        if "peak_rss_bytes" in perf:  # The name in earlier results.
            perf["process_peak_rss_bytes"] = perf.pop("peak_rss_bytes")
        if "tokens_per_s" in perf and self.result["perf"].get("noisy", True):
            perf["noisy_tokens_per_s"] = perf.pop("tokens_per_s")
        numbers = perf | _numbers(self.result.get("state", {})) | _numbers(self.result.get("counts", {}))
        return {name: {"value": value, "unit": "", "higher_is_better": _direction(name)} for name, value in numbers.items()}

    def identity(self):
        limited = bool(self.result.get("counts", {}).get("limited", False))
        return {"sweep": self.sweep, "cell": self.id, "state": self.state, "limited": limited, "label": self.label} | self.parameters

    def samples(self):
        if not self.result:
            return
        path = self.folder / "samples.jsonl"
        for number, line in enumerate(_text(path).splitlines(), 1):
            try:
                record = json.loads(line)
            except ValueError as error:
                raise ResultsError(f"{path}, line {number}: {error}") from None
            for key in ("sample", "tokens", "values"):
                if key not in record:
                    raise ResultsError(f"{path}, line {number}: '{key}' is missing")
            yield record


def _read(folder):
    """All planned cells of a sweep, in the order of its plan."""
    folder = pathlib.Path(folder)
    if not (folder / "sweep.json").exists():
        raise ResultsError(f"{folder}: no sweep.json there; a folder of results is expected, as `multistate run` writes it")
    manifest = _checked(folder / "sweep.json", "multistate.sweep")
    found = [_Cell(manifest["name"], folder / planned["folder"], planned) for planned in manifest["cells"]]
    _fill_common(found)
    _set_labels(found)
    return found


def _fill_common(found):
    """Cells that are not done get the parameters in which all done cells agree."""
    done = [cell.parameters for cell in found if cell.result]
    for key in {key for parameters in done for key in parameters}:
        values = [parameters[key] for parameters in done if key in parameters]
        if all(value == values[0] for value in values) and not key.startswith(_OWN):
            for cell in found:
                if not cell.result:
                    cell.parameters.setdefault(key, values[0])


def _set_labels(found):
    values = {}
    for cell in found:
        for key, value in cell.parameters.items():
            values.setdefault((cell.parameters.get("policy.name"), key), set()).add(_as_text(value))
    for cell in found:
        name = cell.parameters.get("policy.name", "?")
        options = [key for key in sorted(cell.parameters) if key.startswith("policy.") and key != "policy.name"]
        differing = [key for key in options if len(values[name, key]) > 1]
        cell.label = " ".join([name] + [f"{key.removeprefix('policy.')}={_as_text(cell.parameters[key])}" for key in differing])


def _frame(rows):
    """Parameters in alphabetical order between what identifies a cell and what was measured."""
    known = ["sweep", "cell", "state", "limited", "label"]
    dotted = {key for row in rows for key in row if "." in key or key in ("state_size", "state_fraction", "seed")}
    rest = dict.fromkeys(key for row in rows for key in row if key not in known and key not in dotted)
    return pd.DataFrame(rows, columns=known + sorted(dotted) + list(rest))


def _points(held):
    """A series as a list of points: in version 2 lists have an entry for each point, and what is no list is the same for all."""
    if isinstance(held, list):
        return held
    lists = {key: value for key, value in held.items() if isinstance(value, list) and key != "range"}
    common = {key: value for key, value in held.items() if key not in lists}
    return [common | dict(zip(lists, values)) for values in zip(*lists.values())]


def _metric(metric):
    value = metric.get("value")
    return {"unit": metric.get("unit"), "higher_is_better": metric.get("higher_is_better"), "n": metric.get("n"),
            "value": _NOT_FINITE.get(metric.get("value_text"), math.nan) if value is None else float(value),
            "stderr": math.nan if metric.get("stderr") is None else float(metric["stderr"])}


def _numbers(content, prefix=""):
    """{"seconds": {"total": 1.5}} -> {"seconds_total": 1.5}; what is no number is passed over."""
    numbers = {}
    for key, value in content.items():
        if isinstance(value, dict):
            numbers |= _numbers(value, f"{prefix}{key}_")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            numbers[prefix + key] = value
    return numbers


def _direction(measure):
    if measure.startswith("seconds_") or measure in ("process_peak_rss_bytes", "state_bytes"):
        return False
    return True if measure == "tokens_per_s" else None


def _flat(config, prefix=""):
    """{"policy": {"name": "tova"}} -> {"policy.name": "tova"}; lists as JSON, so that a column can be grouped by; null is absent."""
    flat = {}
    for key, value in config.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        elif value is not None:
            flat[prefix + key] = json.dumps(value, separators=(",", ":")) if isinstance(value, list) else value
    return flat


def _as_text(value):
    return value if isinstance(value, str) else json.dumps(value)


def _number(value):
    return _NOT_FINITE.get(value, value) if isinstance(value, str) else value


def _text(path):
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"{path}: {error}") from None


def _checked(path, schema):
    try:
        content = json.loads(_text(path))
        found = content["schema"]
        name, version = found["name"], found["version"]
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, ResultsError):
            raise
        raise ResultsError(f"{path}: not a file of {schema}: {error}") from None
    newest = VERSIONS[schema]
    if name != schema or version not in range(1, newest + 1):
        read = f"version {newest}" if newest == 1 else f"versions 1 to {newest}"
        raise ResultsError(f"{path}: {name}, version {version}; read here: {schema}, {read}")
    return content
