"""Rules of published policies that cut a whole prompt and look at more than attention, in plain numpy, in the shape of their
authors' code. For tools/oracle_policies, which says where each rule comes from. Letters: h query heads of a set, g key/value heads of
the layer, n slots, D head size, C hidden size."""
import numpy as np

from official_policies import MARGIN, TooClose, all_but_lowest, snap_scores, softmax, top

EPSILON = 1e-4  # CriticalKV's.


def value_norms(values, output):
    """Values [n, D] through the parts [h, D, C] of the output projection: mean over heads of sums of absolute elements, [n]."""
    return np.abs(np.einsum("nd,hdc->hnc", values, output)).sum(axis=-1).mean(axis=0)


def critical_scores(scores, norms, first):
    """The `first` highest stay; all others are weighed by norms."""
    chosen = top(scores, first, ties=True) if first > 0 else []
    weighed = (scores + EPSILON) * norms
    weighed[chosen] = np.inf
    return weighed


class CriticalKv:
    """Over the attention of the newest token, token by token. `every_norm` [T] of all tokens."""

    def __init__(self, k, first, every_norm):
        self.k, self.first, self.every_norm = k, first, every_norm

    def __call__(self, cache):
        if cache.size <= self.k:
            return None
        scores = cache.attention[:, -1].mean(axis=0)
        top(scores, self.first)  # Nothing close.
        return all_but_lowest(critical_scores(scores, self.every_norm[cache.positions], self.first), self.k)


def critical_cut(attention, norms, k, window, kernel, first):
    """Slots that a group of heads [h, query, key] keeps of a prompt over SnapKV, whose window has the highest score of all."""
    scores = np.mean([snap_scores(head, window, kernel, np.mean) / window for head in attention], axis=0)
    top(scores, first - window)
    scores = np.concatenate([scores, np.full(window, scores.max())])
    return top(critical_scores(scores, norms, first), k)


def defensive_cut(attention, norms, k, window, kernel):
    """Slots that each head keeps of a prompt: attention [g, h, query, key] and norms [g, n], one budget for all."""
    old = attention.shape[-1] - window
    weights = attention[:, :, -window:, :old]
    bias = weights[..., -window:].sum(axis=-1).mean()
    mean = weights.mean(axis=(1, 2))
    padded = np.pad(weights, ((0, 0), (0, 0), (0, 0), (kernel // 2, kernel // 2)))
    pooled = np.lib.stride_tricks.sliding_window_view(padded, kernel, axis=-1).mean(axis=-1)
    pooled = pooled / pooled.sum(axis=-1, keepdims=True) * weights.sum(axis=-1, keepdims=True)
    most = pooled.max(axis=(1, 2))
    scores = np.maximum(most, most.mean(axis=-1, keepdims=True))
    scores = scores * norms[:, :old] / norms[:, :old].sum(axis=0)
    for head, shares in enumerate(mean / mean.sum(axis=-1, keepdims=True)):
        order = np.argsort(-shares)
        sums = np.cumsum(shares[order])
        if np.abs(sums - (0.9 - bias)).min() < MARGIN:
            raise TooClose("attention that sums to the threshold")
        count = min(int(np.argmax(sums >= 0.9 - bias)), k - window)
        top(mean[head], count)
        scores[head, order[:count]] = np.inf
    chosen = top(np.pad(scores, ((0, 0), (0, window)), constant_values=np.inf).reshape(-1), len(scores) * k)
    return [chosen[chosen // attention.shape[-1] == head] % attention.shape[-1] for head in range(len(scores))]


def normal_matrix(size, sketch, uniform):
    """[D, sketch] numbers of variance 1 / sketch, by Box and Muller; uniform(draw) in [0, 1)."""
    numbers = [np.sqrt(-2.0 * np.log1p(-uniform(2 * i))) * np.cos(2.0 * np.pi * uniform(2 * i + 1)) for i in range(size * sketch)]
    return np.array(numbers).reshape(size, sketch) / np.sqrt(sketch)


def leverage(keys, matrix):
    """Of keys before RoPE [n, D]: diag(X (X'X + 0.01)^-1 X')."""
    x = (keys - keys.mean(axis=0)) @ matrix
    solved = np.linalg.solve(x.T @ x + 0.01 * np.eye(x.shape[1]), x.T)
    return np.maximum((x * solved.T).sum(axis=-1), 0.0)


def chunk_attention(queries, keys, values, chunk):
    """What queries [h, n, D] of each chunk give its slots, mean over the heads, times lengths of values, smoothed over three."""
    parts = [softmax(queries[:, first: first + chunk] @ keys[first: first + chunk].T).sum(axis=1).mean(axis=0)
             for first in range(0, len(keys), chunk)]
    weighed = np.pad(np.concatenate(parts) * np.linalg.norm(values, axis=-1), 1)
    return np.lib.stride_tricks.sliding_window_view(weighed, 3).mean(axis=-1)


def compactor_cut(heads, k, sinks, recent, chunk, blend):
    """Slots that each key/value head keeps of a prompt. `heads`: queries [h, n, D], keys, values and keys before RoPE [n, D], and a
    matrix, of each."""
    def standard(scores):
        return (scores - scores.mean()) / scores.std(ddof=1)

    n = len(heads[0][1])
    middle = slice(sinks, n - recent)
    apart = standard(np.stack([leverage(before[middle], matrix) for _, _, _, before, matrix in heads]))
    attended = standard(np.stack([chunk_attention(queries[:, middle], keys[middle], values[middle], chunk)
                                  for queries, keys, values, _, _ in heads]))
    return [np.concatenate([np.arange(sinks), top(scores, k - sinks - recent) + sinks, np.arange(n - recent, n)])
            for scores in blend * apart + attended]


def lazy_measure(attention, initial, newest):
    """What the last query of the heads [h, query, key] gives the first slots and the newest."""
    weights = attention[:, -1].mean(axis=0)
    return weights[:initial].sum() + weights[-newest:].sum()


def head_capacities(importance, k, window, beta):
    """Rows of each head, the window's included: 1 / `beta` of the rest of all is shared by importance."""
    base = k - window
    pool = (base // beta) * len(importance)
    shares = np.asarray(importance) / np.sum(importance)
    return [int(rows) + window for rows in np.round(shares * pool + base - base // beta)]


def squeezed_rows(cosines, prompt, share, least):
    """Rows of each layer of a prompt that keeps `share` on average: `least` of it those in the highest of three groups, which k-means
    finds from some start."""
    x = np.asarray(cosines, float)
    best = (np.inf, None)
    for start in [(a, b, c) for a in x for b in x for c in x if a < b < c]:
        centers = np.array(start)
        for _ in range(100):
            labels = np.abs(x[:, None] - centers).argmin(axis=1)
            centers = np.array([x[labels == i].mean() for i in range(3)])
        best = min(best, (((x - centers[labels]) ** 2).sum(), tuple(labels)))
    third = np.array(best[1]) == 2
    rest = (len(x) * share - third.sum() * least) / (~third).sum()
    return [int((least if is_third else rest) * prompt + 1e-9) for is_third in third]


def read_again(queries, keys, chunk, sinks):
    """The most [h, n] that each slot is given by the queries [h, n, D] of its chunk, which is read again over the first slots, itself,
    and what is read again so far."""
    n, size = keys.shape
    scores = np.zeros((len(queries), n))
    for first in range(0, n, chunk):
        part = np.arange(first, min(first + chunk, n))
        seen = np.concatenate([keys[:min(sinks, first)], keys[part], keys[part]])
        logits = queries[:, part] @ seen.T / np.sqrt(size)
        to_come = np.triu(np.ones((len(part), len(part)), bool), 1)
        logits[..., -len(part):][:, to_come] = -np.inf
        start = min(sinks, first)
        scores[:, part] = softmax(logits)[..., start:start + len(part)].max(axis=1)
    return scores


def kvzip_cut(queries, keys, k, chunk, sinks):
    """Slots that each head keeps: queries [g, h, n, D] and keys [g, n, D]; the lowest of all heads go."""
    scores = np.stack([read_again(q, x, chunk, sinks).max(axis=0) for q, x in zip(queries, keys)])
    scores[:, :sinks] = scores.max() + 1.0
    kept = np.zeros(scores.size, bool)
    kept[top(scores.ravel(), k * len(keys))] = True
    kept = kept.reshape(scores.shape)
    assert (kept.sum(axis=1) > sinks).all()  # No head at its least.
    return [np.flatnonzero(head) for head in kept]


def kvcompose_cut(queries, keys, k):
    """Slots that each head of a single layer keeps, of which all heads keep as many."""
    scores = np.stack([read_again(q, x, len(x), 0).mean(axis=0) for q, x in zip(queries, keys)])
    return [top(head, k) for head in scores + scores.mean(axis=0)]
