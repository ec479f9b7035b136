"""Estimates from samples and tests against bounds, with the standard library alone.

An estimate is a function of sums over samples; its standard error is the delete-one jackknife over the units that samples come
in, and what is read from it follows Student's t with (units - 1) degrees of freedom.
"""
import math
from dataclasses import dataclass

LEVEL = 0.05
ROUNDING = 1e-13


@dataclass
class Estimate:
    """A number with its standard error; `units` is None for one with an error of its own (normal), 1 for one without any."""
    value: float
    stderr: float | None
    units: int | None


def beta_fraction(a, b, x):
    """The continued fraction of the incomplete beta function, evaluated by Lentz's method (DLMF 8.17.22)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(1.0 - (a + b) * x / (a + 1.0), tiny)
    result = d
    for m in range(1, 10000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / (1.0 + term * d or tiny)
            c = 1.0 + term / c or tiny
            result *= c * d
        if abs(c * d - 1.0) < 1e-15:
            return result
    raise ArithmeticError(f"the incomplete beta function does not converge at a = {a}, b = {b}, x = {x}")


def incomplete_beta(a, b, x):
    """The regularised incomplete beta function I_x(a, b)."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * beta_fraction(a, b, x) / a
    return 1.0 - front * beta_fraction(b, a, 1.0 - x) / b


def tail(t, units):
    """P(T > t): Student's t with units - 1 degrees of freedom; the normal distribution where `units` is None."""
    if units is None:
        return 0.5 * math.erfc(t / math.sqrt(2.0))
    freedom = units - 1
    half = 0.5 * incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
    return half if t >= 0.0 else 1.0 - half


def quantile(units, upper=LEVEL / 2):
    """The t that `tail` leaves `upper` of, by bisection."""
    low, high = 0.0, 1.0
    while tail(high, units) > upper:
        high *= 2.0
    for _ in range(200):
        middle = (low + high) / 2.0
        low, high = (middle, high) if tail(middle, units) > upper else (low, middle)
    return high


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


def holm(p_values, level):
    """Which hypotheses Holm's step-down procedure (1979) rejects at a family-wise level."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    rejected = [False] * len(p_values)
    for rank, i in enumerate(order):
        if p_values[i] >= level / (len(p_values) - rank):
            break
        rejected[i] = True
    return rejected


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
