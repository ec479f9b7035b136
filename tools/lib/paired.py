"""Paired differences of two runs on the same samples: mean, t interval, p value, Holm's correction."""
import math
from dataclasses import dataclass

CONFIDENCE = 0.95
POWER = 0.8     # The chance that a detectable difference is found.


def t_tail(t, freedom):
    """P(|T| > t) of Student's t with an integer number of degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    if math.isinf(t):
        return 0.0
    angle = math.atan2(abs(t), math.sqrt(freedom))
    cosine = math.cos(angle) ** 2
    term = total = 1.0
    for i in range(2 if freedom % 2 == 0 else 3, freedom, 2):
        term *= cosine * (i - 1) / i
        total += term
    if freedom % 2 == 0:
        return max(0.0, 1.0 - math.sin(angle) * total)
    body = math.sin(angle) * math.cos(angle) * total if freedom > 1 else 0.0
    return max(0.0, 1.0 - 2.0 / math.pi * (angle + body))


def t_quantile(freedom, confidence=CONFIDENCE):
    """The t with P(|T| <= t) = confidence, by bisection."""
    low, high = 0.0, 1e9
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if t_tail(middle, freedom) > 1.0 - confidence else (low, middle)
    return high


@dataclass
class Difference:
    """Mean of paired differences with its t interval and two-sided p value. `n` samples, two at least."""
    mean: float
    low: float
    high: float
    p: float
    n: int


def difference(left, right):
    """Of left - right, sample by sample. Normal theory: holds for means of differences that are not much skewed."""
    pairs = [a - b for a, b in zip(left, right, strict=True)]
    n = len(pairs)
    if n < 2:
        raise ValueError(f"{n} samples show no difference: two at least are needed")
    mean = math.fsum(pairs) / n
    error = math.sqrt(math.fsum((d - mean) ** 2 for d in pairs) / (n - 1) / n)
    if error == 0.0:
        return Difference(mean, mean, mean, 1.0 if mean == 0.0 else 0.0, n)
    margin = t_quantile(n - 1) * error
    return Difference(mean, mean - margin, mean + margin, t_tail(mean / error, n - 1), n)


def detectable(one, tests):
    """The least mean that samples with the spread of this Difference tell from 0 with the chance POWER, at the first step of Holm's
    correction over `tests`: by Student's t on both sides, up to 4 % less than by the noncentral t."""
    freedom = one.n - 1
    error = (one.high - one.low) / 2 / t_quantile(freedom)
    return (t_quantile(freedom, 1.0 - (1.0 - CONFIDENCE) / tests) + t_quantile(freedom, 2 * POWER - 1.0)) * error


def holm(p_values):
    """p values adjusted for being one family, in the order given (Holm, 1979)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, largest = [0.0] * len(order), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted
