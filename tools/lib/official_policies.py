"""Eviction rules of published policies in plain numpy, each in the shape of its authors' code: a cut of a whole cache by
the attention of the tokens that came last. For tools/oracle_policies, which says where each rule comes from.

A rule is called after every forward pass (a prompt, then one token a time) with a Cache and returns the slots that stay, in
order, or None for all. Letters: h query heads, g key/value heads, n slots, q queries of the pass, D head size.
"""
import numpy as np

MARGIN = 2e-5  # Relative. Closer scores might be ordered by rounding in single precision.


class TooClose(Exception):
    """A decision that rounding could turn."""


class Cache:
    """One set of rows after a forward pass."""

    def __init__(self, inputs, heads, kv_heads, positions, queries):
        group = inputs.heads // inputs.kv_heads
        self.positions, self.queries_at = positions, queries
        self.keys = inputs.keys[kv_heads][:, positions]  # [g, n, D]
        self.values = inputs.values[kv_heads][:, positions]
        self.queries = inputs.queries[heads][:, queries]  # [h, q, D]
        keys = inputs.keys[[head // group for head in heads]][:, positions]
        self.logits = self.queries @ keys.transpose(0, 2, 1) / np.sqrt(inputs.head_size)  # [h, q, n]
        self.logits[:, positions[None, :] > queries[:, None]] = -np.inf
        self.attention = softmax(self.logits)

    @property
    def size(self):
        return len(self.positions)


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def top(scores, count, ties=False):
    """Slots of the `count` highest scores, in order. Of equal ones the newest; only where `ties` allows any."""
    scores = np.asarray(scores, float)
    order = np.lexsort((np.arange(len(scores)), scores))
    if 0 < count < len(scores):
        kept, gone = scores[order[-count]], scores[order[-count - 1]]
        if not (ties and kept == gone) and kept - gone <= MARGIN * max(abs(kept), abs(gone)):
            raise TooClose(f"{kept} against {gone}")
    return np.sort(order[len(scores) - count:])


def all_but_lowest(scores, k, ties=False):
    return None if len(scores) <= k else top(scores, k, ties)


class Tova:
    def __init__(self, k):
        self.k = k

    def __call__(self, cache):
        return all_but_lowest(cache.attention[:, -1].mean(axis=0), self.k)


class Recent:
    """The first `first` and the newest `newest`."""

    def __init__(self, first, newest):
        self.first, self.newest = first, newest

    def __call__(self, cache):
        n = cache.size
        if n <= self.first + self.newest:
            return None
        return np.concatenate([np.arange(self.first), np.arange(n - self.newest, n)])


class Accumulated:
    """Sums of attention, old ones times `decay` a token; the newest `recent` slots are kept beside the `heavy` highest."""

    def __init__(self, heavy, recent, decay=1.0):
        self.heavy, self.recent, self.decay, self.score = heavy, recent, decay, np.zeros(0)

    def __call__(self, cache):
        score = np.pad(self.score, (0, cache.size - len(self.score)))
        for row in cache.attention[0].copy():
            score = self.decay * score + row
        kept = None
        if cache.size > self.heavy + self.recent:
            old = cache.size - self.recent
            kept = np.concatenate([top(score[:old], self.heavy), np.arange(old, cache.size)])
        self.score = score if kept is None else score[kept]
        return kept


class Caote:
    """By brute force: the row without which the newest token's output changes least."""

    def __init__(self, k):
        self.k = k

    def __call__(self, cache):
        weights, values = cache.attention[0, -1], cache.values[0]
        output = weights @ values
        changes = []
        for row in range(cache.size):
            left = np.delete(weights, row)
            without = left / left.sum() @ np.delete(values, row, axis=0) if len(left) else np.zeros_like(output)
            changes.append(np.linalg.norm(output - without))
        return all_but_lowest(changes, self.k)


def rotation(position, size, theta=10000.0):
    """The matrix of RoPE at a position."""
    half = size // 2
    angles = position / theta ** (np.arange(half) * 2.0 / size)
    matrix = np.zeros((size, size))
    i = np.arange(half)
    matrix[i, i] = matrix[i + half, i + half] = np.cos(angles)
    matrix[i, i + half], matrix[i + half, i] = -np.sin(angles), np.sin(angles)
    return matrix


class ExpectedAttention:
    def __init__(self, k, sinks, future):
        self.k, self.sinks, self.future = k, sinks, future

    def __call__(self, cache):
        s, size = self.sinks, cache.keys.shape[-1]
        turned = np.stack([cache.queries[:, i] @ rotation(p, size) for i, p in enumerate(cache.queries_at)], axis=1)
        next_position = cache.positions[-1] + 1
        mean_rotation = np.mean([rotation(next_position + i, size) for i in range(self.future)], axis=0)
        weights = []
        for queries in turned:
            mean = mean_rotation @ queries[s:].mean(axis=0)
            covariance = mean_rotation @ np.cov(queries[s:].T, bias=True) @ mean_rotation.T
            keys = cache.keys[0, s:]
            square = np.einsum("ni,ij,nj->n", keys, covariance, keys)
            weights.append(softmax(keys @ mean / np.sqrt(size) + square / size / 2))
        scores = np.mean(weights, axis=0) * np.linalg.norm(cache.values[0, s:], axis=-1)
        kept = all_but_lowest(scores, self.k - s)
        return None if kept is None else np.concatenate([np.arange(s), kept + s])


class KeyDiff:
    def __init__(self, k):
        self.k = k

    def __call__(self, cache):
        directions = cache.keys[0] / np.linalg.norm(cache.keys[0], axis=-1, keepdims=True)
        anchor = directions.mean(axis=0)
        return all_but_lowest(-(directions @ anchor) / np.linalg.norm(anchor), self.k)


class Knorm:
    def __init__(self, k):
        self.k = k

    def __call__(self, cache):
        return all_but_lowest(-np.linalg.norm(cache.keys[0], axis=-1), self.k)


def query_filters(queries):
    """Of queries [h, n, D]: the first right singular vectors [h, D], away from most of the queries: lowest products stay."""
    filters = []
    for of_head in queries:
        left, _, right = np.linalg.svd(of_head)
        side = 1.0 if (left[:, 0] > 0).mean() > 0.5 else -1.0
        if side * (of_head @ right[0]).mean() <= 0:
            raise TooClose("most of the queries are on one side of a direction, their mean on the other")
        filters.append(-side * right[0])
    return np.stack(filters)


class QFilters:
    """`filters` [h, D] of the heads of the set; the newest `recent` stay."""

    def __init__(self, k, recent, filters):
        self.k, self.recent, self.filter = k, recent, filters.mean(axis=0)

    def __call__(self, cache):
        if cache.size <= self.k:
            return None
        old = cache.size - self.recent
        kept = top(-(cache.keys[0, :old] @ self.filter), self.k - self.recent)
        return np.concatenate([kept, np.arange(old, cache.size)])


def turned_back(vectors, theta=10000.0):
    """Of vectors [h, n, D] what they were before RoPE, as complex pairs [h, n, D/2]."""
    half = vectors.shape[-1] // 2
    angles = np.arange(vectors.shape[1])[:, None] / theta ** (np.arange(half) / half)
    return (vectors[..., :half] + 1j * vectors[..., half:]) * np.exp(-1j * angles)


class TriAttention:
    """Mean queries and mean lengths [h, D/2] of the heads of the set; a cut to k once k + every rows are there."""

    def __init__(self, k, every, means, lengths):
        self.k, self.every, self.means, self.lengths = k, every, means, lengths

    def __call__(self, cache):
        if cache.size < self.k + self.every:
            return None
        half = cache.keys.shape[-1] // 2
        omega = 1.0 / 10000.0 ** (np.arange(half) / half)
        keys = (cache.keys[0, :, :half] + 1j * cache.keys[0, :, half:]) * np.exp(-1j * cache.positions[:, None] * omega)
        offsets = 2.0 ** np.arange(17)
        distances = (cache.positions[-1] + 1 - cache.positions)[:, None] + offsets[None, :]
        by_head = []
        for mean, lengths in zip(self.means, self.lengths):
            phase = np.angle(mean[None] * np.conj(keys))
            cosines = np.cos(distances[:, :, None] * omega + phase[:, None])
            trigonometric = (np.abs(mean) * np.abs(keys))[:, None] * cosines
            scores = trigonometric.sum(axis=2).mean(axis=1) + ((lengths - np.abs(mean)) * np.abs(keys)).sum(axis=1)
            by_head.append((scores - scores.mean()) / max(scores.std(), 1e-6))
        return top(np.max(by_head, axis=0), self.k)


class Keyformer:
    """softmax((logits + Gumbel noise) / tau), summed; tau rises by `delta` a pass. `uniform(step, position)` is what noise is made of."""

    def __init__(self, key_tokens, recent, delta, uniform):
        self.key_tokens, self.recent, self.delta, self.uniform = key_tokens, recent, delta, uniform
        self.score, self.passes = np.zeros(0), 0

    def __call__(self, cache):
        step = int(cache.queries_at[-1])
        noise = np.array([-np.log(-np.log(self.uniform(step, int(position)))) for position in cache.positions])
        score = softmax((cache.logits[0, -1] + noise) / (1.0 + self.delta * self.passes))
        self.passes += 1
        score[: len(self.score)] += self.score
        kept = None
        if cache.size > self.key_tokens + self.recent:
            old = cache.size - self.recent
            kept = np.concatenate([top(score[:old], self.key_tokens), np.arange(old, cache.size)])
        self.score = score if kept is None else score[kept]
        return kept


class MorphKv:
    """Profiles: for each of the newest `window` queries, the softmax over old keys alone."""

    def __init__(self, k, window, fusion, every_query):
        self.k, self.window, self.fusion, self.every_query = k, window, fusion, every_query

    def __call__(self, cache):
        old = cache.size - self.window
        if cache.size <= self.k:
            return None
        newest = cache.queries_at[-1] + 1 - np.arange(self.window, 0, -1)
        logits = self.every_query[newest] @ cache.keys[0, :old].T / np.sqrt(cache.keys.shape[-1])
        scores = self.fusion(softmax(logits), axis=0)
        return np.concatenate([top(scores, self.k - self.window), np.arange(old, cache.size)])


class Roco:
    """Least mean attention among slots with a steady one. Slots before `prefix` belong to the prompt and stay."""

    def __init__(self, budget, prefix, recent, ratio):
        self.budget, self.prefix, self.recent, self.protected = budget, prefix, recent, int(budget * ratio)
        self.sums, self.squares, self.ages = np.zeros(0), np.zeros(0), np.zeros(0)

    def __call__(self, cache):
        if cache.size <= self.prefix:
            return None
        weights = cache.attention[:, -1, self.prefix:].mean(axis=0)
        grown = len(weights) - len(self.sums)
        self.sums = np.pad(self.sums, (0, grown)) + weights
        self.squares = np.pad(self.squares, (0, grown)) + weights**2
        self.ages = np.pad(self.ages, (0, grown)) + 1
        if len(weights) <= self.budget:
            return None
        mean = self.sums / self.ages
        deviation = np.sqrt(np.maximum(self.squares / self.ages - mean**2, 0.0))
        deviation[-self.recent:] = 1e9
        steady = top(-deviation, self.budget - self.protected)
        kept = np.delete(np.arange(len(weights)), steady[lowest(mean[steady])])
        self.sums, self.squares, self.ages = self.sums[kept], self.squares[kept], self.ages[kept]
        return np.concatenate([np.arange(self.prefix), kept + self.prefix])


def lowest(scores):
    return int(np.setdiff1d(np.arange(len(scores)), top(scores, len(scores) - 1))[0])


class Scissorhands:
    """Slots that most of the newest `window` queries gave less than 1 / n go, but for the newest `recent`."""

    def __init__(self, k, window, recent):
        self.k, self.window, self.recent = k, window, recent
        self.low = np.zeros((0, 0), bool)  # [queries, slots]

    def __call__(self, cache):
        old = self.low[-(self.window - 1):] if self.window > 1 else self.low[:0]
        old = np.pad(old, ((0, 0), (0, cache.size - self.low.shape[1])))
        self.low = np.vstack([old, cache.attention[0, -1] < 1.0 / cache.size])
        if cache.size <= self.k:
            return None
        end = cache.size - self.recent
        counts = self.low[:, :end].sum(axis=0)
        kept = np.concatenate([top(-counts, self.k - self.recent, ties=True), np.arange(end, cache.size)])
        self.low = self.low[:, kept]
        return kept


def snap_scores(attention, window, kernel, pooling):
    """Sums of the window's attention over the keys before it, pooled with a stride of 1 and zeros beyond the ends."""
    sums = attention[-window:, :-window].sum(axis=0)
    padded = np.pad(sums, kernel // 2)
    return pooling(np.lib.stride_tricks.sliding_window_view(padded, kernel), axis=-1)


class SnapKv:
    def __init__(self, k, window, kernel, pooling):
        self.k, self.window, self.kernel, self.pooling = k, window, kernel, pooling

    def __call__(self, cache):
        if cache.size <= self.k:
            return None
        scores = snap_scores(cache.attention[0], self.window, self.kernel, self.pooling)
        old = cache.size - self.window
        # Maxima of overlapping neighbourhoods may be the same.
        kept = top(scores, self.k - self.window, ties=self.pooling is np.max)
        return np.concatenate([kept, np.arange(old, cache.size)])


def snap_group_cut(attention, k, window, kernel):
    """Slots that the heads of a group [head, query, key] keep of a prompt: each head's scores are pooled, then averaged."""
    scores = np.mean([snap_scores(head, window, kernel, np.mean) for head in attention], axis=0)
    return np.concatenate([top(scores, k - window), np.arange(len(scores), len(scores) + window)])


def finch_cut(attention, k, question):
    """Slots that the heads of a group keep of a prompt: what the question's queries give, each times its position."""
    tokens = attention.shape[-1]
    places = np.arange(tokens - question, tokens)[:, None]
    scores = (attention[:, -question:, :-question] * places).mean(axis=1).mean(axis=0)
    return np.concatenate([top(scores, k - question), np.arange(tokens - question, tokens)])


def cur_cut(keys, values, k, sinks, stretch):
    """Slots that one head keeps of keys and values [n, D]: shares of squared lengths within stretches, multiplied."""
    def shares(x):
        lengths = (x * x).sum(axis=-1)
        return np.concatenate([part / part.sum() for part in np.split(lengths, range(stretch, len(x), stretch))])

    scores = (shares(keys) * shares(values))[sinks:]
    return np.concatenate([np.arange(sinks), top(scores, k - sinks) + sinks])


class WeightedKv:
    """Keys are lost and values merged, so that no later attention depends on what is merged."""

    def __init__(self, k):
        self.k, self.sums, self.ages = k, np.zeros(0), np.zeros(0)

    def __call__(self, cache):
        grown = cache.size - len(self.sums)
        self.sums = np.pad(self.sums, (0, grown)) + cache.attention[0, -1]
        self.ages = np.pad(self.ages, (0, grown)) + 1
        kept = all_but_lowest(self.sums / self.ages, self.k)
        if kept is not None:
            self.sums, self.ages = self.sums[kept], self.ages[kept]
        return kept


class RKv:
    """Importance times `weight` less redundancy times the rest. `every_query` [h, T, D] of the heads of one key/value head."""

    def __init__(self, k, every, window, kernel, weight, every_query):
        self.k, self.every, self.window, self.kernel, self.weight = k, every, window, kernel, weight
        self.every_query = every_query

    def __call__(self, cache):
        if cache.size < self.k + self.every:
            return None
        keys, old = cache.keys[0], cache.size - self.window
        newest = self.every_query[:, cache.queries_at[-1] + 1 - np.arange(self.window, 0, -1)]
        logits = (newest @ keys[:old].T / np.sqrt(keys.shape[-1])).max(axis=0)
        received = softmax(logits).mean(axis=0)
        around = np.pad(received, self.kernel // 2, constant_values=-np.inf)
        importance = np.lib.stride_tricks.sliding_window_view(around, self.kernel).max(axis=-1)
        directions = keys / np.linalg.norm(keys, axis=-1, keepdims=True)
        cosines = directions @ directions.T
        np.fill_diagonal(cosines, 0.0)
        if np.abs(cosines - 0.5).min() < MARGIN:
            raise TooClose("a cosine of 0.5")
        # Of the slots that a key resembles the last is spared, or slot 0 where there is none.
        spared = np.where(cosines > 0.5, np.arange(len(keys)), 0).max(axis=-1)
        cosines[np.arange(len(keys)), spared] = 0.0
        redundancy = softmax(cosines.mean(axis=0))[:old]
        kept = top(self.weight * importance - (1.0 - self.weight) * redundancy, self.k - self.window)
        return np.concatenate([kept, np.arange(old, cache.size)])


def drawn(weights, count, noise):
    """Slots that a draw of `count` without replacement takes in proportion to `weights`. The draw: a clock a slot, which rings
    after a time that is exponential with the slot's weight as its rate, by `noise` in [0, 1); those that ring first."""
    return top(-(-np.log(noise)) / weights, count)


class Nacl:
    """A cut of a prompt: `best` slots by the attention of the last `proxies` queries, `count` more drawn by its softmax."""

    def __init__(self, sinks, recent, proxies, best, count, uniform):
        self.sinks, self.recent, self.proxies, self.best, self.count = sinks, recent, proxies, best, count
        self.uniform = uniform

    def __call__(self, cache):
        end = cache.size - self.recent
        if end - self.sinks <= self.best + self.count:
            return None
        scores = cache.attention[0, -self.proxies:].sum(axis=0)[self.sinks:end]
        best = top(scores, self.best)
        rest = np.delete(np.arange(len(scores)), best)
        step = int(cache.queries_at[-1])
        noise = np.array([self.uniform(step, int(cache.positions[slot + self.sinks])) for slot in rest])
        sample = rest[drawn(softmax(scores[rest]), self.count, noise)]
        middle = np.sort(np.concatenate([best, sample])) + self.sinks
        return np.concatenate([np.arange(self.sinks), middle, np.arange(end, cache.size)])


class Vase:
    """Every `residual` tokens: `large` slots by the range of their values, sinks first, others drawn by attention."""

    def __init__(self, budget, residual, large, sinks, kernel, every_query, uniform):
        self.budget, self.residual, self.large, self.sinks, self.kernel = budget, residual, large, sinks, kernel
        self.every_query, self.uniform = every_query, uniform

    def __call__(self, cache):
        if cache.size < self.budget + self.residual:
            return None
        old = cache.size - self.residual
        keys, values = cache.keys[0, :old], cache.values[0, :old]
        width = values.max(axis=-1) - values.min(axis=-1)
        width[:self.sinks] = np.inf
        newest = self.every_query[:, cache.queries_at[-1] + 1 - np.arange(self.residual, 0, -1)]
        attention = softmax(newest @ keys.T / np.sqrt(keys.shape[-1])).mean(axis=1)
        padded = np.pad(attention, ((0, 0), (self.kernel // 2, self.kernel // 2)))
        attention = np.lib.stride_tricks.sliding_window_view(padded, self.kernel, axis=1).mean(axis=-1).mean(axis=0)
        large = top(width, self.large)
        rest = np.delete(np.arange(old), large)
        step = int(cache.queries_at[-1])
        noise = np.array([self.uniform(step, int(cache.positions[slot])) for slot in rest])
        sample = rest[drawn(attention[rest], self.budget - self.residual - self.large, noise)]
        return np.concatenate([np.sort(np.concatenate([large, sample])), np.arange(old, cache.size)])


class ChunkKv:
    """A cut of a prompt: the chunks of `size` slots whose mean score is highest; `score` of a cache says what slots have."""

    def __init__(self, k, size, score):
        self.k, self.size, self.score = k, size, score

    def __call__(self, cache):
        if cache.size <= self.k:
            return None
        scores = self.score(cache)
        chunks = [np.arange(first, min(first + self.size, cache.size)) for first in range(0, cache.size, self.size)]
        chosen = top([scores[chunk].mean() for chunk in chunks], max(1, len(chunks) * self.k // cache.size))
        return np.concatenate([chunks[i] for i in chosen])


class DropKv:
    """A cut of a prompt, by brute force: what the outputs of the last `window` queries lose with a slot, squared."""

    def __init__(self, k, window):
        self.k, self.window = k, window

    def __call__(self, cache):
        if cache.size <= self.k:
            return None
        old = cache.size - self.window
        losses = np.zeros(old)
        for weights in cache.attention[0, -self.window:]:
            for slot in range(old):
                left = np.delete(weights, slot)
                without = left / left.sum() @ np.delete(cache.values[0], slot, axis=0)
                losses[slot] += np.sum((without - weights @ cache.values[0]) ** 2)
        return np.concatenate([top(losses, self.k - self.window), np.arange(old, cache.size)])


class FastGen:
    """A cut of a prompt: the first of five masks that keep more and more which recovers enough of the attention map, mean over
    queries. The mask of the newest slots moves with the query; the others are those of the last query."""

    def __init__(self, recovered, frequent, local, special, separator):
        self.recovered, self.frequent, self.local = recovered, frequent, local
        self.special, self.separator = special, separator
        self.chosen = None

    def __call__(self, cache):
        n = cache.size
        attention = cache.attention.mean(axis=0)
        band = np.subtract.outer(np.arange(n), np.arange(n)) < self.local
        for self.chosen in range(5):
            mask = np.repeat(self.special[None, cache.positions], n, axis=0)
            if self.chosen >= 1:
                mask = mask | self.separator[cache.positions]
            if self.chosen >= 3:
                mask = mask | band
            if self.chosen >= 2:
                free = np.flatnonzero(~mask[-1])
                mask[:, free[top(attention.sum(axis=0)[free], min(self.frequent, len(free)))]] = True
            share = attention[mask & np.tri(n, dtype=bool)].sum() / n
            if self.chosen < 4 and abs(share - self.recovered) < MARGIN:
                raise TooClose(f"{share} against {self.recovered}")
            if share >= self.recovered:
                break
        return np.arange(n) if self.chosen == 4 else np.flatnonzero(mask[-1])


class Merging:
    """Holds rows of its own, which change: keys and values [n, D]."""

    def __init__(self):
        self.keys = self.values = np.zeros((0, 0))

    def take_in(self, cache):
        """The attention of the newest token to the rows as they are."""
        new = slice(-1, None) if len(self.keys) else slice(None)
        self.keys = np.vstack([self.keys.reshape(-1, cache.keys.shape[-1]), cache.keys[0, new]])
        self.values = np.vstack([self.values.reshape(-1, cache.values.shape[-1]), cache.values[0, new]])
        return softmax(cache.queries[0, -1] @ self.keys.T / np.sqrt(self.keys.shape[-1]))

    def keep(self, kept):
        self.keys, self.values = self.keys[kept], self.values[kept]
        return kept


class D2o(Merging):
    """Accumulated attention says what goes: token by token, one slot at a time."""

    def __init__(self, k, sinks, recent, smoothing):
        super().__init__()
        self.k, self.sinks, self.recent, self.smoothing = k, sinks, recent, smoothing
        self.score, self.threshold = np.zeros(0), None

    def __call__(self, cache):
        self.score = np.pad(self.score, (0, cache.size - len(self.score))) + self.take_in(cache)
        if cache.size <= self.k:
            return None
        old = cache.size - self.recent
        heavy = top(self.score[self.sinks: old], self.k - self.sinks - self.recent) + self.sinks
        kept = np.concatenate([np.arange(self.sinks), heavy, np.arange(old, cache.size)])
        gone = int(np.setdiff1d(np.arange(cache.size), kept)[0])
        cosines = self.keys[kept] @ self.keys[gone] / np.linalg.norm(self.keys[kept], axis=-1) / np.linalg.norm(self.keys[gone])
        into = kept[top(cosines, 1)[0]]
        likeness = cosines.max()
        if self.threshold is None:
            self.threshold = likeness
        else:
            if abs(likeness - self.threshold) < MARGIN:
                raise TooClose(f"{likeness} against {self.threshold}")
            self.threshold = self.smoothing * self.threshold + (1.0 - self.smoothing) * likeness
        if likeness >= self.threshold:
            self.keys[into] = np.mean([self.keys[into], likeness * self.keys[gone]], axis=0)
            self.values[into] = np.mean([self.values[into], likeness * self.values[gone]], axis=0)
        self.score = self.score[kept]
        return self.keep(kept)


class Cam(Merging):
    """The first slots and the newest; the value of what leaves the newest goes into the next `into` slots, perhaps."""

    def __init__(self, first, newest, into, uniform):
        super().__init__()
        self.first, self.newest, self.into, self.uniform = first, newest, into, uniform
        self.accumulated = np.zeros(0)

    def __call__(self, cache):
        self.accumulated = np.pad(self.accumulated, (0, cache.size - len(self.accumulated))) + self.take_in(cache)
        start = cache.size - self.newest
        if cache.size <= self.first + self.newest:
            return None
        gone, into = start - 1, slice(start, start + self.into)
        probability = min(self.accumulated[gone] / self.accumulated[into].mean(), 1.0)
        drawn = self.uniform(int(cache.queries_at[-1]), int(cache.positions[gone]))
        if abs(drawn - probability) < MARGIN:
            raise TooClose(f"{drawn} against {probability}")
        if drawn < probability:
            self.values[into] += self.values[gone] / self.into
        kept = np.delete(np.arange(cache.size), gone)
        self.accumulated = self.accumulated[kept]
        return self.keep(kept)


class SepLlm:
    """A cache of at most `size` slots: the first, separators, and the newest. `separator` [T] says which tokens are."""

    def __init__(self, first, room, newest, size, separator):
        self.first, self.room, self.newest, self.size, self.separator = first, room, newest, size, separator
        self.end = first  # Of the separators that are there.

    def __call__(self, cache):
        if cache.size <= self.size:
            return None
        window = np.arange(self.end, cache.size - self.newest)
        separators = np.concatenate([np.arange(self.first, self.end), window[self.separator[cache.positions[window]]]])
        separators = separators[len(separators) - self.room:] if len(separators) > self.room else separators
        self.end = self.first + len(separators)
        return np.concatenate([np.arange(self.first), separators, np.arange(cache.size - self.newest, cache.size)])


class Belady:
    """What later tokens give a row under full attention, summed and averaged over the heads of the set."""

    def __init__(self, k, full_attention):
        self.k, self.received = k, full_attention.mean(axis=0)  # [queries, keys]

    def __call__(self, cache):
        later = self.received[cache.queries_at[-1] + 1:]
        return all_but_lowest(later.sum(axis=0)[cache.positions], self.k, ties=len(later) == 0)


def quantized(numbers, bits, axis):
    """Asymmetric, between the least and the largest along an axis: the nearest of 2^bits numbers."""
    least = numbers.min(axis=axis, keepdims=True)
    scale = (numbers.max(axis=axis, keepdims=True) - least) / (2**bits - 1)
    codes = (numbers - least) / scale
    if np.abs(codes - np.floor(codes) - 0.5).min() < 1e-4:
        raise TooClose("a number between two codes")
    return np.round(codes) * scale + least


def pyramid_budgets(layers, k, window, beta):
    """Rows of each layer, the window's included."""
    base = k - window
    least = base // beta
    most = 2 * base - least
    step = (most - least) // (layers - 1)
    return [most - layer * step + window for layer in range(layers)]


def ada_cut(attention, k, window, kernel, pooling, alpha):
    """Slots that each head [head, query, key] keeps of a prompt: budgets by the places that heads have among the highest
    scores of all, mixed with an even share `alpha`."""
    scores = np.stack([snap_scores(head, window, kernel, pooling) / window for head in attention])
    heads, old = scores.shape
    base = k - window
    chosen = top(scores.reshape(-1), heads * base) // old
    floor = int(base * alpha)
    budgets = np.round(np.bincount(chosen, minlength=heads) * (1 - alpha) + floor).astype(int)
    return [np.concatenate([top(head, budget), np.arange(old, old + window)]) for head, budget in zip(scores, budgets)]


def lag_cut(keys, values, sinks, lag, kept_of_lot):
    """Slots that one head keeps of keys and values [n, D]: of each lot `kept_of_lot`, compared with the lot that follows."""
    lots = (len(keys) - sinks) // lag

    def scores(x):
        parts = x[sinks: sinks + lots * lag].reshape(lots, lag, -1)
        low, high = parts[1:].min(axis=1, keepdims=True), parts[1:].max(axis=1, keepdims=True)
        return softmax(((parts[:-1] - low) / (high - low)).std(axis=-1, ddof=1))

    total = scores(keys) + scores(values)
    kept = [top(lot, kept_of_lot) + sinks + i * lag for i, lot in enumerate(total)]
    return np.concatenate([np.arange(sinks), *kept, np.arange(sinks + (lots - 1) * lag, len(keys))])


def reach_of(queries, keys, size, length=500):
    """kvpress' guess how far back heads look: the area under the attention of the mean query at the last of `length` positions
    to the mean key at all of them, summed from the oldest. Mean vectors before RoPE as complex pairs, of a group [h, D/2] and of its key."""
    areas = []
    for query in queries:
        def real(pairs):
            return np.concatenate([pairs.real, pairs.imag])
        turned = rotation(length - 1, size) @ real(query)
        logits = np.array([turned @ rotation(position, size) @ real(keys) for position in range(length)]) / np.sqrt(size)
        areas.append(np.cumsum(softmax(logits)).mean())
    return np.mean(areas)


def duo_cut(reaches, tokens, streaming, sinks, recent):
    """Slots by head: all, or of the `streaming` heads that look back least the first and the newest."""
    order = np.argsort(reaches)
    if np.diff(np.sort(reaches)).min() < MARGIN:
        raise TooClose(f"heads that look as far back: {reaches}")
    first_and_newest = np.concatenate([np.arange(sinks), np.arange(tokens - recent, tokens)])
    return [first_and_newest if head in order[:streaming] else np.arange(tokens) for head in range(len(reaches))]


def quest_pages(query, keys, page, k, kernels):
    """Pages that one query [D] reads of keys [n, D]; None: all of them. `kernels`: as the authors' kernels, where the last
    page is always read and the others compete for the rest of the budget; else as their evaluation, in which the signs of
    the query choose the ends of the ranges, and three pages are read at least."""
    count = -(-len(keys) // page)
    parts = [keys[i * page:(i + 1) * page] for i in range(count)]
    if kernels:
        if count <= k // page:
            return None
        estimates = [np.maximum(query * part.max(axis=0), query * part.min(axis=0)).sum() for part in parts[:-1]]
        return top(estimates, k // page - 1).tolist() + [count - 1]
    sign = np.where(query > 0, 1, -1)
    bounds = [(query * sign) @ (part * sign).max(axis=0) for part in parts]
    return top(bounds, min(max(3, min(len(keys), k) // page), count)).tolist()
