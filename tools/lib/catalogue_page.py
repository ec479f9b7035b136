"""The page of the catalogue under equal protection: which scores beat a random choice on every model. Markdown, and one SVG a cache size."""
import html
import math
import pathlib

import paired
from protection import CONTROL, SweepError
from protection_page import SIGNIFICANT, clear, commits_text, model_text, named, nats, signed, ticks

SCOPES = {"kv_head": "every key/value head keeps its own tokens", "layer": "all heads of a layer keep the same tokens"}
EQUAL_BYTES = 1.05      # Times the control's: more than that is not the same memory.
REFERENCE = "reference"
WORDS = {"beats": "better", "loses": "worse", "open": "not told from it"}
COLOURS = ("#3b6fb6", "#c77c11", "#3c8d5a", "#8a4fa3")


def outcome_of(entry):
    """"beats", "loses" or "open" on one model."""
    return ("beats" if entry[0].mean < 0 else "loses") if clear(entry) else "open"


def model_of(sweep):
    return pathlib.Path(sweep.setup["model"]).stem


class Page:
    """Of sweeps of different models, each with one protection and scope, the same in all. A model need not have every cache size."""

    def __init__(self, sweeps):
        self.sweeps = sorted(sweeps, key=model_of)
        self.settings = sorted({setting for sweep in sweeps for setting in sweep.settings})
        if len({sweep.setup["model_sha256"] for sweep in sweeps}) != len(sweeps):
            raise SweepError(f"the sweeps are of {', '.join(map(model_of, sweeps))}; one of each model is needed")
        if len({(setting.scope, setting.sinks, setting.recent) for setting in self.settings}) != 1:
            raise SweepError(f"the control ran with {self.settings}; one scope and protection is needed, the same at all sizes on all models")
        # Of every setting, for each model that has it: {score: (Difference, p after Holm)}.
        self.contrasts = {setting: [{score: entry for (score, own), entry in sweep.score_contrasts(setting.size).items() if own == setting}
                                    for sweep in self.sweeps_at(setting)] for setting in self.settings}

    def sweeps_at(self, setting):
        return [sweep for sweep in self.sweeps if setting in sweep.settings]

    def models_at(self, setting):
        return [model_of(sweep) for sweep in self.sweeps_at(setting)]

    def scores(self, setting):
        """Those that ran on every model, the best first."""
        common = set.intersection(*map(set, self.contrasts[setting]))
        return sorted(common, key=lambda score: (sum(entry[0].mean for entry in self.entries(setting, score)), score))

    def entries(self, setting, score):
        return [of_model[score] for of_model in self.contrasts[setting]]

    def is_reference(self, score, setting):
        run = self.sweeps_at(setting)[0].run(score, setting)
        return run.role == REFERENCE

    def bytes_ratios(self, score, setting):
        """Bytes at the peak over those of the control, of every model."""
        return [sweep.run(score, setting).bytes / sweep.run(CONTROL, setting).bytes for sweep in self.sweeps_at(setting)]

    def outcome(self, score, setting):
        """That of all models, or "mixed"."""
        found = {outcome_of(entry) for entry in self.entries(setting, score)}
        return found.pop() if len(found) == 1 else "mixed"

    def means_text(self, score, setting):
        return ", ".join(signed(entry[0].mean) for entry in self.entries(setting, score))

    def with_means(self, score, setting):
        return f"`{score}` ({self.means_text(score, setting)})"

    def with_bytes(self, score, setting):
        ratios = ", ".join(f"{ratio:.2f}" for ratio in self.bytes_ratios(score, setting))
        return f"`{score}` ({self.means_text(score, setting)}; {ratios} times the bytes)"

    def answer(self, setting):
        """Sentences of one cache size."""
        by_outcome = {outcome: [] for outcome in ("beats", "mixed", "open", "loses")}
        for score in self.scores(setting):
            if not self.is_reference(score, setting):
                by_outcome[self.outcome(score, setting)].append(score)
        count = sum(len(scores) for scores in by_outcome.values())
        beats = by_outcome["beats"]
        at_equal_bytes = [score for score in beats if max(self.bytes_ratios(score, setting)) <= EQUAL_BYTES]
        models = self.models_at(setting)
        everywhere = {1: f"on {models[0]}", 2: "on both models"}.get(len(models), f"on all {len(models)} models")
        text = (f"**At k = {setting.size} of {self.context(setting)} tokens, {len(beats) or 'none'} of {count} scores "
                f"beat{'s' if len(beats) == 1 else ''} a random choice with the same protected tokens {everywhere}**")
        parts = []
        if at_equal_bytes:
            parts.append("in the same memory " + ", ".join(self.with_means(score, setting) for score in at_equal_bytes))
        if more := [score for score in beats if score not in at_equal_bytes]:
            parts.append("with more memory " + ", ".join(self.with_bytes(score, setting) for score in more))
        text += (": " if parts else "") + "; ".join(parts) + "."
        if by_outcome["loses"]:
            text += f" Worse than the random choice {everywhere}: {', '.join(self.with_means(score, setting) for score in by_outcome['loses'])}."
        text += "".join(self.mixed_sentences(by_outcome["mixed"], setting))
        if by_outcome["open"]:
            nowhere = {1: everywhere, 2: "on either model"}.get(len(models), "on any model")
            text += (f" Cannot be told from it {nowhere}: {', '.join(f'`{score}`' for score in by_outcome['open'])} "
                     f"({self.detectable_text(setting, by_outcome['open'])}).")
        return text + "".join(self.alone_sentences(setting))

    def mixed_sentences(self, scores, setting):
        """A sentence for those that do the same on each model."""
        groups = {}
        for score in scores:
            groups.setdefault(tuple(map(outcome_of, self.entries(setting, score))), []).append(score)
        for outcomes, group in sorted(groups.items()):
            where = ", ".join(f"{WORDS[outcome]} on {model}" for outcome, model in zip(outcomes, self.models_at(setting)))
            number = f" ({len(group)} scores)" if len(group) > 1 else ""
            yield f" {where[0].upper()}{where[1:]}{number}: {', '.join(self.with_means(score, setting) for score in group)}."

    def alone_sentences(self, setting):
        """Scores that did not run on every model, which the table leaves out."""
        common = set(self.scores(setting))
        for model, of_model in zip(self.models_at(setting), self.contrasts[setting]):
            if alone := sorted(set(of_model) - common):
                found = ", ".join(f"`{score}` ({signed(of_model[score][0].mean)}, {WORDS[outcome_of(of_model[score])]})" for score in alone)
                yield f" Not run on every model, and not counted: {found} on {model}."

    def detectable_text(self, setting, scores):
        """What the chunks would have shown of these scores."""
        found = sorted(paired.detectable(of_model[score][0], len(of_model)) for of_model in self.contrasts[setting] for score in scores)
        return (f"a difference of {found[0]:.3f} to {found[-1]:.3f} nats, by score, would have been found in {100 * paired.POWER:.0f} % of cases")

    def context(self, setting):
        return self.sweeps_at(setting)[0].run(CONTROL, setting).context

    def setup_lines(self):
        for sweep in self.sweeps:
            setup = sweep.setup
            yield (f"- {model_text(setup)}: {setup['chunks']} chunks of {len(setup['texts'])} texts, "
                   f"{len(sweep.runs)} runs of `configs/{setup['sweep']}.yaml` by the program at {commits_text(setup)}")

    def room_line(self, setting):
        """What there is to win: the control beside the full cache."""
        parts = []
        for model, sweep in zip(self.models_at(setting), self.sweeps_at(setting)):
            full, control = sweep.full_losses(setting.size), sweep.run(CONTROL, setting).losses
            if full:
                parts.append(f"{(math.fsum(control) - math.fsum(full)) / len(full):.3f} nats a token on {model}")
        return f"The random choice loses {', '.join(parts)} to the full cache." if parts else ""

    def table(self, setting):
        rows = ["| score | " + " | ".join(f"{model}: nats a token | bytes" for model in self.models_at(setting)) + " |",
                "|---|" + "---:|---:|" * len(self.sweeps_at(setting))]
        for score in self.scores(setting):
            cells = [f"{nats(entry[0])}{' *' if clear(entry) else ''} | {ratio:.2f}"
                     for entry, ratio in zip(self.entries(setting, score), self.bytes_ratios(score, setting))]
            rows.append(f"| `{score}`{' (reference)' if self.is_reference(score, setting) else ''} | " + " | ".join(cells) + " |")
        return rows

    def markdown(self, figure, again):
        """`figure(size)`: name of the picture of a size; `again`: the command that writes this page."""
        lines = ["# Which scores beat a random choice?", ""]
        lines += [self.answer(setting) + "\n" for setting in self.settings]
        lines += [f"In brackets: loss less that of the random choice, nats a token, on {' and '.join(map(model_of, self.sweeps))}; below 0 is better. Protected are "
                  f"{named(self.settings[0])} (share of k); {SCOPES[self.settings[0].scope]}, and one is evicted a step. A score beats or "
                  f"loses where p < {SIGNIFICANT} (paired t test over chunks, Holm's correction over all scores of a model and size). Bytes are those at "
                  f"the peak, with all that a policy remembers, over the random choice's: up to {EQUAL_BYTES} is the same memory. A reference knows "
                  "what a policy cannot, and is not counted.", "", *self.setup_lines(), "", f"`{again}` makes this page; the JSON files have every loss.", ""]
        for setting in self.settings:
            tests = ", ".join(str(len(of_model)) for of_model in self.contrasts[setting])
            lines += [f"## k = {setting.size}", "", f"![Every score beside the random choice, k = {setting.size}]({figure(setting.size)})", "",
                      self.room_line(setting) + f" \\* differs from the random choice; tests in a family: {tests}.", "",
                      *self.table(setting), ""]
        return "\n".join(lines)


ROW, LEFT, TOP, WIDTH = 17, 150, 46, 620


def figure(page, setting):
    """SVG: a row a score; a dot and its interval a model, around 0, the random choice."""
    scores = page.scores(setting)
    low = min(entry[0].low for score in scores for entry in page.entries(setting, score))
    high = max(entry[0].high for score in scores for entry in page.entries(setting, score))
    low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or 1.0

    def x(value):
        return LEFT + WIDTH * ((value - low) / span * 0.96 + 0.02)

    height = TOP + ROW * len(scores) + 40
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {height}" font-family="sans-serif" font-size="11">',
           f'<rect width="{LEFT + WIDTH + 20}" height="{height}" fill="#ffffff"/>']
    for place, model in enumerate(page.models_at(setting)):
        out.append(f'<circle cx="{LEFT + 10 + 220 * place}" cy="16" r="4" fill="{COLOURS[place % len(COLOURS)]}"/>'
                   f'<text x="{LEFT + 20 + 220 * place}" y="20">{html.escape(model)}</text>')
    bottom = TOP + ROW * len(scores)
    for tick in ticks(low, high):
        out.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 8}" y2="{bottom}" stroke="{"#e3e3e3" if tick else "#c0392b"}"/>'
                   f'<text x="{x(tick):.1f}" y="{bottom + 14}" text-anchor="middle">{tick:.3g}</text>')
    for row, score in enumerate(scores):
        y = TOP + ROW * row + 5
        mark = " (reference)" if page.is_reference(score, setting) else ""
        out.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{html.escape(score)}{mark}</text>')
        for place, entry in enumerate(page.entries(setting, score)):
            colour, shift = COLOURS[place % len(COLOURS)], 5 * place - 2.5 * (len(page.models_at(setting)) - 1)
            filled = colour if clear(entry) else "#ffffff"
            out.append(f'<line x1="{x(entry[0].low):.1f}" x2="{x(entry[0].high):.1f}" y1="{y + shift}" y2="{y + shift}" stroke="{colour}"/>'
                       f'<circle cx="{x(entry[0].mean):.1f}" cy="{y + shift}" r="2.8" fill="{filled}" stroke="{colour}">'
                       f'<title>{html.escape(score)}, {html.escape(page.models_at(setting)[place])}: {nats(entry[0])}</title></circle>')
    out.append(f'<text x="{LEFT + WIDTH / 2}" y="{bottom + 32}" text-anchor="middle">loss less that of the random choice, nats a token; '
               'filled: differs from it</text>')
    return "\n".join(out) + "\n</svg>\n"
