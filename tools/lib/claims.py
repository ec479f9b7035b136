"""Judges claims of a paper by the results of sweeps. The rules, which the page prints (RULES):

A claim says that a number lies strictly between bounds. It has a part for every cache size that it is about. Each part is
answered "yes" (the number is inside the bounds beyond chance), "no" (outside beyond chance) or "cannot tell", with one p value for
both directions (estimates.two_sided), so that yes and no need the same evidence.

The verdict is made of the answers of the parts and nothing else; exchanging yes and no exchanges agrees and disagrees:
  all yes: agrees                  all no: disagrees
  some yes, the rest cannot tell: agrees in part
  some no, the rest cannot tell: disagrees in part
  some yes and some no: mixed      otherwise: cannot tell

An identity holds by construction. Its number, which may reach the bounds, is checked without any test, and it is counted apart
from claims.
"""
import math
import pathlib
from dataclasses import dataclass, field

import estimates
import paired
from claims_file import ClaimError, bound
from sweep_cells import CellError, read_cells

VERDICTS = ["agrees", "agrees in part", "mixed", "disagrees in part", "disagrees", "cannot tell", "holds", "fails", "not judged"]
CLAIM_VERDICTS = VERDICTS[:6]
IDENTITY_VERDICTS = ["holds", "fails"]

RULES = [
    "A claim says that a number lies strictly between bounds. It has a part for every cache size that it is about; each part is "
    "answered yes (the number is inside the bounds beyond chance), no (outside beyond chance) or cannot tell. An interval that "
    "touches a bound cannot tell. Yes and no need the same evidence.",
    "Differences and ratios are paired: their standard errors are jackknifed over the documents that samples are cut from, or "
    "over the samples where there is one document or none. Intervals are 95 %, Student's t. One sample has no interval, and samples "
    "without any spread show nothing about others: both cannot tell.",
    "Correction for many tests: claims are selected by Benjamini and Hochberg's procedure at 5 %, and within a claim the parts are "
    "tested by Holm's at 5 % times the share of claims selected (Benjamini and Bogomolov 2014). A part whose interval alone would "
    "decide and does not after that says so.",
    "Verdict: agrees (all parts yes), disagrees (all no), agrees in part (some yes, none no), disagrees in part (some no, none yes), "
    "mixed (some yes, some no), cannot tell (neither).",
    "Limits in perplexity points are compared in nats, ln((p + x) / p) for x points at the paper's perplexity p, since this model's "
    "perplexity is another.",
    "An identity holds by construction: it is a check of the program, not evidence for the paper, and is counted apart.",
    "Where more than the stated share of samples ended at a cap, their lengths are censored and the part cannot tell.",
]


@dataclass
class Part:
    """One comparison: at a cache size, what was measured, and the answer: True, False, or None with the reason."""
    size: int | None
    measured: str
    answer: bool | None = None
    why: str = ""
    p: float | None = None  # Of the test that decides; None: cannot be tested.
    inside: bool = False    # The direction that p is of.


@dataclass
class Outcome:
    claim: dict
    verdict: str = ""
    parts: list = field(default_factory=list)
    note: str = ""
    bounds: tuple = (None, None)  # above, below


def short(value):
    return f"{value:.4g}"


class Sweep:
    """The runs of one sweep, by the names that a claims file has for policies."""

    def __init__(self, cells, policies):
        self.cells = cells
        self.policies = policies

    def of_policy(self, name):
        wanted = self.policies[name].items()
        return [cell for cell in self.cells if all(cell.config["policy"].get(key) == value for key, value in wanted)]

    def cell(self, operand, size):
        """The one run of an operand at a size; an unbounded one goes with every size. None: there is none."""
        size = operand.get("size", size)
        cells = [cell for cell in self.of_policy(operand["policy"]) if cell.size in (size, None)]
        if len(cells) > 1:
            raise ClaimError(f"policy '{operand['policy']}' names {len(cells)} runs at cache size {size}: "
                             f"{', '.join(cell.folder.name for cell in cells)}")
        return cells[0] if cells else None

    def sizes(self, operands):
        """Cache sizes at which all operands have a run; [None] where all are unbounded or have a size of their own."""
        lists = [{cell.size for cell in self.of_policy(operand["policy"])} for operand in operands if "size" not in operand]
        bounded = [sizes - {None} for sizes in lists if sizes - {None}]
        if not bounded:
            return [None] if all(lists) else []
        return sorted(set.intersection(*bounded)) if all(lists) else []


def with_interval(estimate, change=float):
    """The value with its 95 % interval, if it has one; `change` is applied to each."""
    value = short(change(estimate.value))
    if not estimate.stderr:
        return value
    margin = estimates.margin(estimate)
    return f"{value} [{short(change(estimate.value - margin))}, {short(change(estimate.value + margin))}]"


def functions_of(check, cells):
    """Of each operand the number as a function of numbers of samples; None where a run has no such number."""
    functions = []
    for side, cell in zip(("left", "right"), cells):
        operand = check[side]
        made = cell.metric_of(operand["metric"]) if "metric" in operand else cell.sums_of(*operand["sums"])
        if made is None:
            return None
        functions.append(made)
    return functions


def combined(kind, functions):
    if kind == "value":
        return functions[0]
    left, right = functions
    if kind == "difference":
        return lambda chosen: left(chosen) - right(chosen)
    return lambda chosen: left(chosen) / right(chosen) if right(chosen) else math.nan


def same_samples(cells):
    """Whether runs can be compared sample by sample."""
    names = [[(values.get("document"), values.get("begin")) for values in cell.samples()] for cell in cells]
    return all(one == names[0] for one in names)


def measured_text(kind, functions, everything, estimate):
    if kind == "value":
        return with_interval(estimate)
    sign = "-" if kind == "difference" else "/"
    return f"{' {} '.format(sign).join(short(function(everything)) for function in functions)} = {with_interval(estimate)}"


def tested(part, estimate, bounds, on_scale=float):
    """The part with the p value of its test, or with why there is none."""
    if not math.isfinite(estimate.value):
        part.why = "not a finite number"
    elif estimate.units == 1:
        part.why = "one sample"
    elif not math.isfinite(estimate.stderr):
        part.why = "not a finite number without some of the samples"
    elif estimate.stderr == 0.0:
        part.why = "no spread between samples"
    else:
        part.p, part.inside = estimates.two_sided(estimate, *[None if one is None else on_scale(one) for one in bounds])
    return part


def rank_part(check, cell, size, bounds):
    measured = cell.series(check["left"]["series"])
    common = [label for label in check["values"] if label in measured]
    if len(common) < 4:
        return None
    rho = estimates.spearman([measured[label] for label in common], [check["values"][label] for label in common])
    top = " ".join(sorted(common, key=lambda label: -measured[label])[:5])
    if math.isnan(rho):
        return Part(size, f"no rank correlation over {len(common)} labels", why="all values are equal")
    found = estimates.fisher(rho, len(common))
    return tested(Part(size, f"{with_interval(found, math.tanh)} over {len(common)} labels; highest: {top}"), found, bounds, math.atanh)


def capped(claim, cells):
    """Why a cap decides instead of what was measured, or ""."""
    if "cap" not in claim:
        return ""
    for cell in cells:
        share = cell.metric_of(claim["cap"]["metric"])
        if share is None:
            return f"whether samples ended at the cap is not known: no metric {claim['cap']['metric']}"
        found = share(range(len(cell.samples())))
        if found > claim["cap"]["share"]:
            return f"{found:.0%} of the samples end at the cap; more than {claim['cap']['share']:.0%} decide nothing"
    return ""


def part_of(claim, cells, size, bounds):
    """A part, or None where a number is missing."""
    check = claim["check"]
    kind = check["kind"]
    if kind == "ranks":
        return rank_part(check, cells[0], size, bounds)
    functions = functions_of(check, cells)
    if functions is None:
        return None
    everything = range(len(cells[0].samples()))
    whole = combined(kind, functions)
    if "identity" in claim:
        value = whole(everything)
        part = Part(size, measured_text(kind, functions, everything, estimates.Estimate(value, None, 1)))
        above, below = bounds
        part.answer = (above is None or value >= above) and (below is None or value <= below)
        return part
    if not same_samples(cells):
        return Part(size, "", why="the runs have different samples")
    scale = max(abs(function(everything)) for function in functions) if kind == "difference" else 0.0
    estimate = estimates.jackknife(whole, cells[0].units(), scale)
    part = tested(Part(size, measured_text(kind, functions, everything, estimate)), estimate, bounds)
    reason = capped(claim, cells)
    if reason:
        part.p, part.why = None, reason
    return part


def parts_of(claim, sweep, bounds):
    check = claim["check"]
    operands = [check[side] for side in ("left", "right") if side in check]
    parts = []
    for size in sweep.sizes(operands):
        cells = [sweep.cell(operand, size) for operand in operands]
        if None in cells or ("sizes" in claim and size not in claim["sizes"]):
            continue
        if "shares" in claim and size / cells[0].config["experiment"]["context_length"] not in claim["shares"]:
            continue
        part = part_of(claim, cells, size, bounds)
        if part is not None:
            parts.append(part)
    return parts


def measure(claim, sweeps, needs):
    """The outcome of a claim before any verdict."""
    if "cannot_judge" in claim:
        return Outcome(claim, "not judged", note=claim["cannot_judge"])
    if claim["sweep"] not in sweeps:
        why = f"needs {needs[claim['sweep']]}" if claim["sweep"] in needs else "there are no results"
        return Outcome(claim, "not judged", note=why)
    bounds = tuple(bound(claim["check"][name], name) if name in claim["check"] else None for name in ("above", "below"))
    parts = parts_of(claim, sweeps[claim["sweep"]], bounds)
    if not parts:
        return Outcome(claim, "not judged", note="no runs, or no such numbers, at the cache sizes that it is about", bounds=bounds)
    return Outcome(claim, parts=parts, bounds=bounds)


def verdict_of(answers):
    yes, no = answers.count(True), answers.count(False)
    if yes and no:
        return "mixed"
    if yes or no:
        return ("agrees" if yes else "disagrees") + ("" if max(yes, no) == len(answers) else " in part")
    return "cannot tell"


def answer(parts, level):
    """Answers the parts of one claim that can be tested at that family-wise level."""
    open_parts = [part for part in parts if part.p is not None]
    for part, adjusted in zip(open_parts, paired.holm([part.p for part in open_parts])):
        if adjusted < level:
            part.answer = part.inside
        else:
            part.why = "not after correction" if part.p < estimates.LEVEL else ""


def judge(claims, sweeps, needs=None):
    """(outcomes in the order of the claims, the level within a claim after correction for their number)."""
    outcomes = [measure(claim, sweeps, needs or {}) for claim in claims]
    families = [[part.p for part in outcome.parts if part.p is not None] for outcome in outcomes]
    level = estimates.selected_level([family for family in families if family])
    for outcome in outcomes:
        if outcome.verdict:
            continue
        if "identity" in outcome.claim:
            outcome.verdict = "holds" if all(part.answer for part in outcome.parts) else "fails"
            continue
        answer(outcome.parts, level)
        outcome.verdict = verdict_of([part.answer for part in outcome.parts])
    return outcomes, level


def read_sweeps(claims, folder):
    """Sweep by name, of those that have results."""
    sweeps = {}
    for sweep in claims["sweep"]:
        try:
            cells = read_cells(pathlib.Path(folder) / sweep["name"])
        except CellError as error:
            raise ClaimError(str(error)) from error
        if cells:
            sweeps[sweep["name"]] = Sweep(cells, claims["policies"])
    return sweeps
