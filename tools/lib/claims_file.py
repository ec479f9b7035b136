"""The claims file (TOML; configs/paper/claims.toml is one): policies by name, sweeps, and claims with their checks.

A claim has `text` and `where` the paper says it, and may have `paper`, the paper's figures. One of these says how it is judged:
  sweep, check     its sweep and the check; `sizes` or `shares` of the context limit it to some cache sizes
  cannot_judge     why nothing here can tell
and these may be added:
  identity         why it holds by construction: the claim is then a check of the program, not evidence
  cap              {metric, share}: a run whose metric (the share of samples that ended at a cap) is above `share` decides nothing
  changes          a list of {date, text}: every change of what is checked since the claim was first written down

A check has a kind, operands, and bounds, of which the claim says that the number lies strictly between them:
  value            left
  difference       left - right
  ratio            left / right
  ranks            Spearman's rank correlation of the series `left.series` by label with the paper's `values` by label
An operand is a policy and either a metric or `sums`, the two per-sample values whose sums are divided; `size` fixes its cache size.
`above` and `below` are numbers, or {points, level}: a difference of that many perplexity points at the paper's perplexity `level`,
in nats, ln((level + points) / level), so that it means the same for a model with another perplexity.
"""
import datetime
import math
import tomllib

KINDS = {"value": {"left"}, "difference": {"left", "right"}, "ratio": {"left", "right"}, "ranks": {"left", "values"}}
BOUNDS = ("above", "below")
TOP = {"title", "setup", "limits", "policies", "sweep", "claim"}
SWEEP = {"name", "what", "config", "before", "run", "quick", "needs", "aggregate", "figures"}
CLAIM = {"text", "where", "paper", "sweep", "check", "shares", "sizes", "cannot_judge", "identity", "cap", "changes"}


class ClaimError(Exception):
    """Something is wrong with a claims file or a sweep's results; the message says where."""


def refuse_unknown(table, known, place):
    for key in table:
        if key not in known:
            raise ClaimError(f"{place}: unknown key '{key}'; known are {', '.join(sorted(known))}")


def require(table, keys, place):
    for key in sorted(keys):
        if key not in table:
            raise ClaimError(f"{place}: the key '{key}' is missing")


def check_table(table, keys, place):
    """A table with exactly these keys."""
    refuse_unknown(table, keys, place)
    require(table, keys, place)


def check_operand(operand, kind, policies, place):
    if kind == "ranks":
        check_table(operand, {"policy", "series"}, place)
    else:
        refuse_unknown(operand, {"policy", "metric", "sums", "size"}, place)
        require(operand, ["policy"], place)
        if ("metric" in operand) == ("sums" in operand):
            raise ClaimError(f"{place}: expected one of 'metric' and 'sums'")
        if "sums" in operand and len(operand["sums"]) != 2:
            raise ClaimError(f"{place}.sums: expected two names, a numerator and a denominator")
    if operand["policy"] not in policies:
        raise ClaimError(f"{place}: there is no policy '{operand['policy']}' in [policies]")


def bound(value, place):
    """A bound as a number."""
    if not isinstance(value, dict):
        return float(value)
    check_table(value, {"points", "level"}, place)
    if value["level"] <= 0 or value["level"] + value["points"] <= 0:
        raise ClaimError(f"{place}: level and level + points must be above 0")
    return math.log((value["level"] + value["points"]) / value["level"])


def check_check(check, policies, place):
    kind = check.get("kind")
    if kind not in KINDS:
        raise ClaimError(f"{place}.kind is '{kind}'; kinds are {', '.join(KINDS)}")
    refuse_unknown(check, KINDS[kind] | {"kind", *BOUNDS}, place)
    require(check, KINDS[kind], place)
    if not any(name in check for name in BOUNDS):
        raise ClaimError(f"{place}: expected 'above', 'below' or both")
    for name in BOUNDS:
        if name in check:
            bound(check[name], f"{place}.{name}")
    for side in ("left", "right"):
        if side in check:
            check_operand(check[side], kind, policies, f"{place}.{side}")


def check_claim(claim, policies, sweeps, place):
    refuse_unknown(claim, CLAIM, place)
    require(claim, ["text", "where"], place)
    for change in claim.get("changes", []):
        check_table(change, {"date", "text"}, f"{place}: changes")
        if not isinstance(change["date"], datetime.date):
            raise ClaimError(f"{place}: changes: date: expected a date such as 2026-11-28, got '{change['date']}'")
    if "cap" in claim:
        check_table(claim["cap"], {"metric", "share"}, f"{place}: cap")
    if "cannot_judge" in claim:
        if "sweep" in claim or "check" in claim:
            raise ClaimError(f"{place}: 'cannot_judge' goes without 'sweep' and 'check'")
        return
    require(claim, ["sweep", "check"], place)
    if claim["sweep"] not in sweeps:
        raise ClaimError(f"{place}: there is no sweep '{claim['sweep']}'")
    check_check(claim["check"], policies, f"{place}: check")


def read_claims(path):
    """The content of a claims file. Throws ClaimError for what is not right, with the place."""
    try:
        with open(path, "rb") as file:
            claims = tomllib.load(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ClaimError(f"{path}: {error}") from error
    refuse_unknown(claims, TOP, path)
    require(claims, {"title", "policies", "sweep", "claim"}, path)
    for number, sweep in enumerate(claims["sweep"], 1):
        refuse_unknown(sweep, SWEEP, f"{path}: sweep {number}")
        require(sweep, ["name", "config", "what"], f"{path}: sweep {number}")
    sweeps = {sweep["name"] for sweep in claims["sweep"]}
    for number, claim in enumerate(claims["claim"], 1):
        check_claim(claim, claims["policies"], sweeps, f"{path}: claim {number}")
    return claims
