"""What a score is worth beside the tokens that a policy never evicts: contrasts and shares of variance of a factorial sweep.

A run is a point of the grid score x first tokens x recent tokens x scope x cache size, with the loss of every chunk (nats a token). The
control is `random` with the same four other coordinates. Contrasts are paired by chunk; shares of variance are of the cells' mean losses.
"""
import itertools
import json
import math
import pathlib
import random
from dataclasses import dataclass

import paired

CONTROL = "random"
POSITION = "window"      # Evicts the oldest token: knows the position alone, and has no recent tokens and no scope of its own.
FACTORS = ("score", "protection", "scope")
REPLICATES = 1000
ROUNDING = 1e-5          # Nats a token by which the same run may differ on another machine.


class SweepError(Exception):
    """The sweep does not hold what the analysis needs; the message says what."""


@dataclass(frozen=True, order=True)
class Setting:
    """Everything that a score and its control share."""
    size: int
    scope: str
    sinks: int
    recent: float


@dataclass
class Run:
    score: str
    setting: Setting
    losses: list       # By chunk.
    rows: int          # At the peak.
    bytes: int
    version: int       # Of the policy.
    context: int       # Tokens of a chunk.
    role: str = "policy"     # "reference": it knows what a policy cannot.


def read_cell(folder, cell):
    """Run, or the losses of the full cache as (context length, losses), of a finished cell."""
    config = cell["config"]
    lines = [json.loads(line) for line in (folder / "samples.jsonl").read_text(encoding="utf-8").splitlines()]
    lines.sort(key=lambda line: line["sample"])
    # To the tolerance within which a run can be repeated: pages made from a folder and from what `save` wrote are the same.
    losses = [round(line["values"]["nll_sum"] / line["values"]["scored_tokens"], 6) for line in lines]
    policy, context = config["policy"], config["experiment"]["context_length"]
    if config["state_size"] is None:
        return context, losses
    setting = Setting(config["state_size"], policy["scope"], policy["sinks"], policy["recent"])
    return Run(policy["name"], setting, losses, cell["state"]["rows_peak"], cell["state"]["bytes_peak"], policy["version"], context,
               cell["policy"]["role"])


def setup_of(cells, sweep):
    """What the runs of the sweep of this name have in common, for the head of the page. Throws SweepError where they read another model or other texts."""
    inputs = {(cell["context"]["inputs"]["model_sha256"], cell["context"]["inputs"]["data_sha256"]) for cell in cells}
    if len(inputs) != 1:
        raise SweepError(f"the runs are of {len(inputs)} pairs of model and texts; one is needed")
    config, counts = cells[0]["config"], {cell["counts"]["samples"] for cell in cells}
    if len(counts) != 1:
        raise SweepError(f"the runs have {sorted(counts)} samples; all need the same")
    names = [document["name"] for document in cells[0]["data"]["documents"] if document["chunks_used"]]
    return {"model": pathlib.Path(config["model"]["path"]).name, "model_sha256": inputs.pop()[0], "dtype": config["model"]["dtype"],
            "weights": cells[0]["context"]["inputs"].get("model", {}).get("weights"), "sweep": sweep, "texts": names, "chunks": counts.pop(),
            "commits": sorted({cell["context"]["program"]["commit"] for cell in cells})}


class Sweep:
    """The runs of a sweep by score and setting."""

    def __init__(self, runs, full, setup):
        self.setup = setup
        self.runs = {}
        for run in runs:
            other = self.runs.setdefault((run.score, run.setting), run)
            if other is not run:
                raise SweepError(f"two runs of {run.score} with {run.setting}, of its versions {other.version} and {run.version}; "
                                 "delete the cells of the older one")
        self.full = full     # Losses by context length.
        self.scores = sorted({run.score for run in runs} - {CONTROL, POSITION})
        self.settings = sorted({run.setting for run in runs if run.score == CONTROL})
        if not self.settings:
            raise SweepError(f"no finished run of the control, {CONTROL}")

    @classmethod
    def read(cls, *sources):
        """Of the cells of results folders and of files that `save` wrote, together. Throws SweepError where their models or texts differ."""
        parts = [cls.read_one(source) for source in sources]
        for source, part in zip(sources, parts):
            for key in ("sweep", "model_sha256", "dtype", "texts", "chunks"):
                if part.setup[key] != parts[0].setup[key]:
                    raise SweepError(f"{source}: {key} is {part.setup[key]}, that of {sources[0]} is {parts[0].setup[key]}")
        full = {}
        for source, part in zip(sources, parts):
            for length, losses in part.full.items():
                if any(abs(a - b) > ROUNDING for a, b in zip(full.setdefault(length, losses), losses, strict=True)):
                    raise SweepError(f"{source}: the full cache has other losses on {length} tokens than in the folders before it")
        commits = sorted({commit for part in parts for commit in part.setup["commits"]})
        return cls([run for part in parts for run in part.runs.values()], full, {**parts[0].setup, "commits": commits})

    @classmethod
    def read_one(cls, source):
        path = pathlib.Path(source)
        if path.is_file():
            saved = json.loads(path.read_text(encoding="utf-8"))
            runs = [Run(score, Setting(*setting), losses, *rest) for score, setting, losses, *rest in saved["runs"]]
            return cls(runs, {length: losses for length, losses in saved["full"]}, saved["setup"])
        runs, full, cells = [], {}, []
        for result in sorted(path.glob("cells/*/result.json")):
            cells.append(json.loads(result.read_text(encoding="utf-8")))
            found = read_cell(result.parent, cells[-1])
            if isinstance(found, Run):
                runs.append(found)
            else:
                full[found[0]] = found[1]
        if not cells:
            raise SweepError("no finished run")
        name = json.loads((path / "sweep.json").read_text(encoding="utf-8"))["name"]
        return cls(runs, full, setup_of(cells, name))

    def save(self, path):
        """One line a run."""
        runs = [json.dumps([run.score, [s.size, s.scope, s.sinks, s.recent], run.losses, run.rows,
                            run.bytes, run.version, run.context, run.role])
                for run in self.runs.values() for s in [run.setting]]
        full = json.dumps([[length, losses] for length, losses in sorted(self.full.items())])
        text = '{"setup": ' + json.dumps(self.setup) + ',\n"full": ' + full + ',\n"runs": [\n' + ",\n".join(sorted(runs)) + "\n]}\n"
        pathlib.Path(path).write_text(text, encoding="utf-8")

    def run(self, score, setting):
        """None where it is not there. Of the window, which has neither, recent tokens and scope are passed over."""
        if score != POSITION:
            return self.runs.get((score, setting))
        return next((run for (name, own), run in self.runs.items()
                     if name == POSITION and (own.size, own.sinks) == (setting.size, setting.sinks)), None)

    def sizes(self):
        return sorted({setting.size for setting in self.settings})

    def full_losses(self, size):
        """Of the full cache on the chunks of this size; None where it was not run."""
        context = next(run.context for run in self.runs.values() if run.setting.size == size)
        return self.full.get(context)

    def chunks(self):
        return len(next(iter(self.runs.values())).losses)

    def contrast(self, score, setting, other=CONTROL, at=None):
        """Loss of `score` less that of `other` (at the same setting, or `at` another); None where one is not there."""
        left, right = self.run(score, setting), self.run(other, at or setting)
        return None if left is None or right is None else paired.difference(left.losses, right.losses)

    def score_contrasts(self, size):
        """Every score against its control in every setting of a size: {(score, setting): (Difference, p after Holm)}."""
        found = {}
        for setting, score in itertools.product(self.settings, self.scores + [POSITION]):
            if setting.size == size:
                one = self.contrast(score, setting)
                if one is not None:
                    found[score, setting] = one
        adjusted = paired.holm([one.p for one in found.values()])
        return {key: (one, p) for (key, one), p in zip(found.items(), adjusted)}

    def complete_scores(self, settings):
        """Scores, the control among them, that have a run in all of these settings."""
        return [score for score in self.scores + [CONTROL] if all((score, s) in self.runs for s in settings)]

    def shares(self, settings, seed=0):
        """{effect: (share of the variance of mean losses, low, high)}; effects are sets of those FACTORS that have several levels. The
        intervals are percentiles of a bootstrap over chunks. The settings have to be a full grid of protection x scope."""
        scores = self.complete_scores(settings)
        levels = [scores, sorted({(s.sinks, s.recent) for s in settings}), sorted({s.scope for s in settings})]
        if math.prod(len(level) for level in levels) != len(scores) * len(settings):
            raise SweepError("shares of variance need every protection with every scope")
        by_setting = {((s.sinks, s.recent), s.scope): s for s in settings}
        cells = {key: self.runs[key[0], by_setting[key[1:]]].losses for key in itertools.product(*levels)}
        count = self.chunks()
        observed = variance_shares(cells, levels, [1.0] * count)
        generator = random.Random(seed)
        drawn = {effect: [] for effect in observed}
        for _ in range(REPLICATES):
            weights = [0.0] * count
            for _ in range(count):
                weights[generator.randrange(count)] += 1.0
            for effect, share in variance_shares(cells, levels, weights).items():
                drawn[effect].append(share)
        cut = round(REPLICATES * (1.0 - paired.CONFIDENCE) / 2)
        return {effect: (share, sorted(drawn[effect])[cut], sorted(drawn[effect])[-cut - 1])
                for effect, share in observed.items()}


def variance_shares(cells, levels, weights):
    """Sums of squares of a balanced factorial of weighted mean losses, as shares of their total, by effect (a frozenset of FACTORS)."""
    total_weight = sum(weights)
    means = {key: math.fsum(w * x for w, x in zip(weights, losses)) / total_weight for key, losses in cells.items()}
    indices = range(len(levels))
    marginal = {}
    for kept in itertools.chain.from_iterable(itertools.combinations(indices, n) for n in range(len(levels) + 1)):
        sums, counts = {}, {}
        for key, mean in means.items():
            place = tuple(key[i] for i in kept)
            sums[place] = sums.get(place, 0.0) + mean
            counts[place] = counts.get(place, 0) + 1
        marginal[kept] = {place: sums[place] / counts[place] for place in sums}
    squares = {}
    for kept in marginal:
        if kept:
            square = 0.0
            for place in marginal[kept]:
                # Inclusion and exclusion over all smaller margins leaves what this effect alone adds.
                part = 0.0
                for n in range(len(kept) + 1):
                    for smaller in itertools.combinations(range(len(kept)), n):
                        sign = -1.0 if (len(kept) - n) % 2 else 1.0
                        part += sign * marginal[tuple(kept[i] for i in smaller)][tuple(place[i] for i in smaller)]
                square += part * part
            squares[kept] = square * len(means) / len(marginal[kept])
    total = sum(squares.values())
    return {frozenset(FACTORS[i] for i in kept): square / total if total > 0 else 0.0
            for kept, square in squares.items() if all(len(levels[i]) > 1 for i in kept)}
