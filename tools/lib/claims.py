"""Claims of a paper, held against what sweeps have measured.

A claims file (TOML; configs/paper/claims.toml is one) has policies by name, sweeps, and claims. Each claim says what it is,
where the paper says it, and how it is checked: a kind with its operands. A check looks at every state size that it is about and
says yes, no, or open, where the interval of what was measured holds both; the verdict is made of these alone.

kinds:
  less     left < right, two operands of the same size; the paired difference counts where the report has one
  close    left - right <= within, a number, or <= share of right; with both_ways = true also right - left
  within   low <= left <= high
  ratio    low <= left / right <= high
  ranks    of the series `left` by label and the paper's `values` by label: Spearman's rank correlation > more_than, with the
           interval of Fisher's transformation, standard error 1.03 / sqrt(n - 3) (Fieller, Hartley and Pearson, 1957)
"""
import json
import math
import pathlib
import tomllib
from dataclasses import dataclass, field

KINDS = {
    "less": {"left", "right"},
    "close": {"left", "right"},
    "within": {"left", "low", "high"},
    "ratio": {"left", "right", "low", "high"},
    "ranks": {"left", "values", "more_than"},
}
OPTIONAL = {"close": {"within", "share", "both_ways"}}
OPERAND = {"policy", "metric", "series", "at", "size"}
SWEEP = {"name", "what", "config", "before", "run", "quick", "needs", "aggregate", "figures"}
CLAIM = {"text", "where", "paper", "sweep", "check", "shares", "sizes", "unmeasured"}
NORMAL_QUANTILE = 1.959964
VERDICTS = ["agrees", "in part", "disagrees", "undecided", "not measured"]


class ClaimError(Exception):
    """Something is wrong with a claims file or a report; the message says where."""


@dataclass
class Interval:
    value: float
    low: float
    high: float


@dataclass
class Case:
    """One comparison: at a state size, what was measured, and whether the claim holds there."""
    size: int | None
    measured: str
    holds: bool | None


@dataclass
class Outcome:
    claim: dict
    verdict: str
    cases: list = field(default_factory=list)
    note: str = ""


def refuse_unknown(table, known, place):
    for key in table:
        if key not in known:
            raise ClaimError(f"{place}: unknown key '{key}'; known are {', '.join(sorted(known))}")


def require(table, keys, place):
    for key in keys:
        if key not in table:
            raise ClaimError(f"{place}: the key '{key}' is missing")


def check_operand(operand, policies, place):
    refuse_unknown(operand, OPERAND, place)
    require(operand, ["policy"], place)
    if operand["policy"] not in policies:
        raise ClaimError(f"{place}: there is no policy '{operand['policy']}' in [policies]")
    if ("metric" in operand) == ("series" in operand):
        raise ClaimError(f"{place}: one of 'metric' and 'series' is needed")


def check_claim(claim, policies, sweeps, place):
    refuse_unknown(claim, CLAIM, place)
    require(claim, ["text", "where"], place)
    if "unmeasured" in claim:
        return
    require(claim, ["sweep", "check"], place)
    if claim["sweep"] not in sweeps:
        raise ClaimError(f"{place}: there is no sweep '{claim['sweep']}'")
    check = claim["check"]
    kind = check.get("kind")
    if kind not in KINDS:
        raise ClaimError(f"{place}: check.kind is '{kind}'; kinds are {', '.join(KINDS)}")
    refuse_unknown(check, KINDS[kind] | OPTIONAL.get(kind, set()) | {"kind"}, f"{place}: check")
    require(check, KINDS[kind], f"{place}: check")
    if kind == "close" and ("within" in check) == ("share" in check):
        raise ClaimError(f"{place}: check: one of 'within' and 'share' is needed")
    for side in ("left", "right"):
        if side in check:
            check_operand(check[side], policies, f"{place}: check.{side}")


def read_claims(path):
    """The content of a claims file. Throws ClaimError for what is not right, with the place."""
    try:
        with open(path, "rb") as file:
            claims = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ClaimError(f"{path}: {error}") from error
    refuse_unknown(claims, {"policies", "sweep", "claim", "title"}, path)
    require(claims, ["policies", "sweep", "claim", "title"], path)
    for number, sweep in enumerate(claims["sweep"], 1):
        refuse_unknown(sweep, SWEEP, f"{path}: sweep {number}")
        require(sweep, ["name", "config", "what"], f"{path}: sweep {number}")
    sweeps = {sweep["name"] for sweep in claims["sweep"]}
    for number, claim in enumerate(claims["claim"], 1):
        check_claim(claim, claims["policies"], sweeps, f"{path}: claim {number}")
    return claims


def number(value):
    """JSON has no NaN and no infinity: reports hold them as text."""
    return math.nan if value is None else float(value)


class Report:
    """A report.json of `multistate aggregate`, with what claims ask of it."""

    def __init__(self, path, policies):
        with open(path, encoding="utf-8") as file:
            self.json = json.load(file)
        self.policies = policies
        self.cells = [cell for cell in self.json["cells"] if cell["state"] == "done"]
        self.differences = {}
        for group in self.json["groups"]:
            for one in group["comparisons"]:
                self.differences[one["metric"], one["a"], one["b"]] = one

    def of_policy(self, name):
        wanted = {f"policy.{key}": value for key, value in self.policies[name].items()}
        return [cell for cell in self.cells
                if all(cell["parameters"].get(key) == value for key, value in wanted.items())]

    def cell(self, operand, size):
        """The one cell of an operand at a size; an unbounded one goes with every size. None: there is none."""
        size = operand.get("size", size)
        cells = [cell for cell in self.of_policy(operand["policy"])
                 if cell["parameters"].get("state_size") in (size, None)]
        if len(cells) > 1:
            raise ClaimError(f"policy '{operand['policy']}' names {len(cells)} cells at state size {size}: "
                             f"{', '.join(cell['label'] for cell in cells)}")
        return cells[0] if cells else None

    def sizes(self, operands):
        """State sizes at which all operands have a cell; [None] where all are unbounded or have a size of their own."""
        lists = [{cell["parameters"].get("state_size") for cell in self.of_policy(operand["policy"])}
                 for operand in operands if "size" not in operand]
        bounded = [sizes - {None} for sizes in lists if sizes - {None}]
        if not bounded:
            return [None] if all(lists) else []
        return sorted(set.intersection(*bounded)) if all(lists) else []

    def context(self, cell):
        return cell["parameters"]["experiment.context_length"]

    def value(self, operand, cell):
        if "metric" in operand:
            metric = cell["metrics"].get(operand["metric"])
            if metric is None:
                return None
            value = number(metric["value"])
            low, high = metric["low"], metric["high"]
            return Interval(value, value if low is None else number(low), value if high is None else number(high))
        for point in cell["series"].get(operand["series"], []):
            if operand.get("at") in (point.get("label"), point["first_place"]):
                value, margin = number(point["value"]), NORMAL_QUANTILE * number(point["stderr"] or 0.0)
                return Interval(value, value - margin, value + margin)
        return None

    def difference(self, left, right, cells):
        """left - right: paired where the report compares the two cells, else with the intervals of both."""
        ids = [cell["id"] for cell in cells]
        if "metric" in left and left["metric"] == right.get("metric"):
            for (a, b), sign in ((ids, 1), (ids[::-1], -1)):
                one = self.differences.get((left["metric"], a, b))
                if one is not None and one["low"] is not None:
                    ends = sorted((sign * number(one["low"]), sign * number(one["high"])))
                    return Interval(sign * number(one["difference"]), *ends)
        a, b = (self.value(operand, cell) for operand, cell in zip((left, right), cells))
        if a is None or b is None:
            return None
        if ids[0] == ids[1]:
            # Two numbers of the same samples go up and down together; how far is not known from here.
            margin = max(a.high - a.low, b.high - b.low) / 2
            return Interval(a.value - b.value, a.value - b.value - margin, a.value - b.value + margin)
        return Interval(a.value - b.value, a.low - b.high, a.high - b.low)


def decide(interval, low, high):
    """Whether a number is between two limits: None where its interval holds both answers."""
    if low <= interval.low and interval.high <= high:
        return True
    if interval.high < low or interval.low > high:
        return False
    return None


def short(value):
    return f"{value:.4g}"


def with_interval(interval):
    if interval.low == interval.high:
        return short(interval.value)
    return f"{short(interval.value)} [{short(interval.low)}, {short(interval.high)}]"


def spearman(left, right):
    """Rank correlation; equal values share the mean of their ranks."""
    def ranks(values):
        order = sorted(values)
        return [order.index(value) + (order.count(value) - 1) / 2 for value in values]

    a, b = ranks(left), ranks(right)
    mean = (len(a) - 1) / 2
    covariance = sum((x - mean) * (y - mean) for x, y in zip(a, b))
    spread = math.sqrt(sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b))
    return covariance / spread if spread > 0 else math.nan


def fisher_interval(correlation, count):
    """95 % of a rank correlation of `count` pairs."""
    if abs(correlation) >= 1.0:
        return Interval(correlation, correlation, correlation)
    margin = NORMAL_QUANTILE * 1.03 / math.sqrt(count - 3)
    middle = math.atanh(correlation)
    return Interval(correlation, math.tanh(middle - margin), math.tanh(middle + margin))


def compare_ranks(check, cell, size):
    series = cell["series"].get(check["left"]["series"], [])
    measured = {point["label"]: number(point["value"]) for point in series}
    common = [label for label in check["values"] if label in measured]
    if len(common) < 4:
        return None
    rho = spearman([measured[label] for label in common], [check["values"][label] for label in common])
    top = sorted(common, key=lambda label: -measured[label])[:5]
    found = fisher_interval(rho, len(common))
    return Case(size, f"{with_interval(found)} over {len(common)} labels; highest: {' '.join(top)}",
                decide(found, check["more_than"], math.inf))


def compare(report, check, cells, size):
    """A Case, or None where something is not there."""
    kind, left = check["kind"], check["left"]
    if kind == "ranks":
        return compare_ranks(check, cells[0], size)
    values = [report.value(check[side], cell) for side, cell in zip(("left", "right"), cells)]
    if None in values:
        return None
    if kind == "within":
        return Case(size, with_interval(values[0]), decide(values[0], check["low"], check["high"]))
    a, b = values
    if kind == "ratio":
        # Positive numbers only: else the quotient has no such ends.
        ratio = Interval(a.value / b.value, a.low / b.high, a.high / b.low) if b.low > 0 else Interval(*[math.nan] * 3)
        return Case(size, f"{short(a.value)} / {short(b.value)} = {with_interval(ratio)}",
                    decide(ratio, check["low"], check["high"]))
    difference = report.difference(left, check["right"], cells)
    measured = f"{short(a.value)} - {short(b.value)} = {with_interval(difference)}"
    if kind == "less":
        if difference.low == difference.high == 0.0:
            return Case(size, measured, False)
        return Case(size, measured, decide(difference, -math.inf, 0.0))
    limit = check["within"] if "within" in check else check["share"] * abs(b.value)
    return Case(size, measured, decide(difference, -limit if check.get("both_ways") else -math.inf, limit))


def verdict_of(cases):
    answers = {case.holds for case in cases}
    if not cases:
        return "not measured"
    if answers == {True}:
        return "agrees"
    if answers == {None}:
        return "undecided"
    return "in part" if True in answers else "disagrees"


def judge(claim, reports, needs=None):
    """The outcome of one claim; `reports`: Report by sweep, of those that have one; `needs`: files of the reader's by sweep."""
    if "unmeasured" in claim:
        return Outcome(claim, "not measured", note=claim["unmeasured"])
    report = reports.get(claim["sweep"])
    if report is None:
        why = f"needs {needs[claim['sweep']]}" if claim["sweep"] in (needs or {}) else "there are no results"
        return Outcome(claim, "not measured", note=why)
    check = claim["check"]
    operands = [check[side] for side in ("left", "right") if side in check]
    cases = []
    for size in report.sizes(operands):
        cells = [report.cell(operand, size) for operand in operands]
        if None in cells:
            continue
        if "sizes" in claim and size not in claim["sizes"]:
            continue
        if "shares" in claim and size / report.context(cells[0]) not in claim["shares"]:
            continue
        case = compare(report, check, cells, size)
        if case is not None:
            cases.append(case)
    note = "" if cases else "no cells, or no such numbers, at the sizes that it is about"
    return Outcome(claim, verdict_of(cases), cases, note)


def read_reports(claims, folder):
    """Report by name of the sweep, of those whose folder has one."""
    reports = {}
    for sweep in claims["sweep"]:
        path = pathlib.Path(folder) / sweep["name"] / "report" / "report.json"
        if path.exists():
            reports[sweep["name"]] = Report(path, claims["policies"])
    return reports
