"""Estimates from samples and tests against bounds, with the standard library alone.

An estimate is a function of sums over samples; its standard error is the delete-one jackknife over the units that samples come
in, and what is read from it follows Student's t with (units - 1) degrees of freedom.
"""
import math
from dataclasses import dataclass

import paired

LEVEL = 0.05
NORMAL_QUANTILE = 1.959964
ROUNDING = 1e-13


@dataclass
class Estimate:
    """A number with its standard error; `units` is None for one with an error of its own (normal), 1 for one without any."""
    value: float
    stderr: float | None
    units: int | None


def tail(t, units):
    """P(T > t): Student's t with units - 1 degrees of freedom; the normal distribution where `units` is None."""
    if units is None:
        return 0.5 * math.erfc(t / math.sqrt(2.0))
    beyond = 0.5 * paired.t_tail(t, units - 1)
    return beyond if t >= 0.0 else 1.0 - beyond


def margin(estimate):
    """Half of the 95 % interval."""
    return (NORMAL_QUANTILE if estimate.units is None else paired.t_quantile(estimate.units - 1)) * estimate.stderr


def jackknife(function, units, scale=0.0):
    """The estimate function(samples), `units` being lists of samples that are left out together.

    A spread of no more than rounding is none; `scale` is the size of the numbers that the function takes differences of.
    """
    everything = [sample for unit in units for sample in unit]
    value = function(everything)
    if len(units) < 2:
        return Estimate(value, None, 1)
    without = [function([sample for other in units if other is not unit for sample in other]) for unit in units]
    if max(without) - min(without) <= ROUNDING * max(abs(value), scale):
        return Estimate(value, 0.0, len(units))
    mean = math.fsum(without) / len(without)
    square = math.fsum((one - mean) ** 2 for one in without)
    return Estimate(value, math.sqrt((len(units) - 1) / len(units) * square), len(units))


def two_sided(estimate, above, below):
    """(p, whether the estimate is inside) of the claim above < value < below.

    Inside is shown when the value is beyond chance on the right side of every bound, outside when it is beyond chance on the
    wrong side of one. p is twice the smaller of the two one-sided p values: below 0.05 exactly where the 95 % interval lies
    strictly inside, or strictly outside, the bounds.
    """
    sides = [(estimate.value - above) / estimate.stderr] if above is not None else []
    sides += [(below - estimate.value) / estimate.stderr] if below is not None else []
    inside = max(tail(t, estimate.units) for t in sides)
    outside = min(tail(-t, estimate.units) for t in sides)
    return min(1.0, 2.0 * min(inside, outside)), inside < outside


def selected_level(families, level=LEVEL):
    """The level within a family after families were selected: level * selected / families.

    Benjamini and Bogomolov (J. R. Stat. Soc. B 76, 2014): families (lists of p values) are selected by Benjamini and Hochberg's
    procedure on their Bonferroni p values; with this level in each, wrong rejections are rare on average over those selected.
    """
    smallest = sorted(min(1.0, len(p_values) * min(p_values)) for p_values in families)
    count = max((rank for rank, p in enumerate(smallest, 1) if p < level * rank / len(smallest)), default=0)
    return level * count / len(smallest) if smallest else level


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


def fisher(correlation, count):
    """atanh of a rank correlation of `count` pairs, as an estimate: its standard error is 1.03 / sqrt(count - 3) (Fieller,
    Hartley and Pearson, 1957). A correlation of 1 or -1 is taken as that of one step less, 6 / (n (n^2 - 1))."""
    most = 1.0 - 6.0 / (count * (count * count - 1.0))
    return Estimate(math.atanh(max(-most, min(most, correlation))), 1.03 / math.sqrt(count - 3), None)
