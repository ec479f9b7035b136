"""The page of a protection sweep: answer first, then a figure and tables. Markdown, and one SVG a cache size."""
import html
import math

import paired
from protection import CONTROL, POSITION, FACTORS, Setting

SIGNIFICANT = 0.05
NONE, USUAL = (0, 0), (4, 0.25)     # No protection, and what the page's contrasts call protected: first tokens, recent tokens.


def signed(value):
    return f"{round(value, 3) + 0.0:+.3f}"


def nats(one):
    return f"{signed(one.mean)} [{signed(one.low)}, {signed(one.high)}]"


def share(value):
    return f"{100 * value:.0f} %"


def interval_text(shares):
    """Nothing where an effect cannot be estimated."""
    if shares is None:
        return ""
    value, low, high = shares
    return f"{share(value)} [{share(low)}, {share(high)}]"


def named(setting):
    return f"{setting.sinks} first, {recent_text(setting.recent)} recent"


def recent_text(recent):
    return "no" if recent == 0 else f"1/{round(1 / recent)}"


def clear(entry):
    return entry[1] < SIGNIFICANT


def model_text(setup):
    """The model of a sweep, with its numbers and weights."""
    weights = f", weights {setup['weights']}" if setup["weights"] else ""
    return f"{setup['model']} ({setup['dtype']}{weights})"


def commits_text(setup):
    return ", ".join(commit[:12] for commit in setup["commits"])


def ticks(low, high):
    """Round numbers from low to high, about eight at most."""
    span = (high - low) or 1.0
    step = 10.0 ** math.floor(math.log10(span))
    step = next(s for s in (step / 5, step / 2, step, 2 * step) if span / s <= 8)
    return [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


class Page:
    def __init__(self, sweep):
        self.sweep = sweep
        self.contrasts = {size: sweep.score_contrasts(size) for size in sweep.sizes()}

    def setting(self, size, scope, protection):
        return Setting(size, scope, *protection)

    def scopes(self, size):
        return sorted({s.scope for s in self.sweep.settings if s.size == size})

    def protected(self, size):
        """Settings with first tokens and recent tokens protected."""
        return [s for s in self.sweep.settings if s.size == size and s.sinks > 0 and s.recent > 0]

    def answer(self, size):
        """Sentences: what protection is worth to the control, and what scores are worth beside it."""
        lines = []
        for scope in self.scopes(size):
            bare, kept = (self.setting(size, scope, protection) for protection in (NONE, USUAL))
            gain = self.sweep.contrast(CONTROL, kept, CONTROL, bare)
            if gain is None:
                continue
            entries = {score: self.contrasts[size][score, kept] for score in self.sweep.scores if (score, kept) in self.contrasts[size]}
            better = sorted((s for s, e in entries.items() if clear(e) and e[0].mean < 0), key=lambda s: entries[s][0].mean)
            worse = sorted((s for s, e in entries.items() if clear(e) and e[0].mean > 0), key=lambda s: entries[s][0].mean)
            open_ = [s for s in entries if s not in better and s not in worse]
            text = (f"**k = {size}, scope `{scope}`.** Protecting {named(kept)} (share of k) changes the loss of a random choice by "
                    f"{nats(gain)} nats a token.")
            if entries:
                text += f" With the same tokens protected, {listed(better, entries) or 'no score'} beat{'s' if len(better) < 2 else ''} the random choice"
                text += f"; {listed(worse, entries)} lose{'s' if len(worse) == 1 else ''} to it" if worse else ""
                text += f"; {', '.join(f'`{s}`' for s in open_)} cannot be told from it ({self.detectable_text(size, open_, entries)})" if open_ else ""
                text += "."
            lines.append(text)
        return lines

    def detectable_text(self, size, scores, entries):
        """What the chunks would have shown of these scores."""
        found = sorted(paired.detectable(entries[score][0], len(self.contrasts[size])) for score in scores)
        low, high = (f"{value:.3f}" for value in (found[0], found[-1]))
        return (f"{self.sweep.chunks()} chunks show a difference of {low if low == high else f'{low} to {high}'} in "
                f"{100 * paired.POWER:.0f} % of cases")

    def shares(self, size):
        """Rows of shares of variance, over all settings, and over the protected ones where more than the score differs among them."""
        everywhere = [s for s in self.sweep.settings if s.size == size]
        found = [self.sweep.shares(settings) for settings in (everywhere, self.protected(size))]
        found = [shares for shares in found if len(shares) > 1]
        order = sorted(found[0], key=lambda effect: (len(effect), [FACTORS.index(f) for f in sorted(effect, key=FACTORS.index)]))
        heads = ["all settings", "first and recent tokens protected"][:len(found)]
        rows = ["| | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
        for effect in order:
            name = " x ".join(sorted(effect, key=FACTORS.index))
            rows.append(f"| {name} | " + " | ".join(interval_text(one.get(effect)) for one in found) + " |")
        return rows

    def table(self, size, scope):
        """Loss of every score less that of the control, a column a protection."""
        settings = [s for s in self.sweep.settings if s.size == size and s.scope == scope]
        rows = ["| | " + " | ".join(named(s) for s in settings) + " |", "|---|" + "---:|" * len(settings)]
        control = []
        for setting in settings:
            losses = self.sweep.run(CONTROL, setting).losses
            control.append(f"{math.fsum(losses) / len(losses):.3f}")
        rows.append(f"| `{CONTROL}`: loss | " + " | ".join(control) + " |")
        for score in [POSITION, *self.sweep.scores]:
            cells = []
            for setting in settings:
                entry = self.contrasts[size].get((score, setting))
                cells.append("" if entry is None else f"{signed(entry[0].mean)}{' *' if clear(entry) else ''}")
            if any(cells):
                rows.append(f"| `{score}` | " + " | ".join(cells) + " |")
        return rows

    def setup_line(self):
        setup, scores = self.sweep.setup, [POSITION, *self.sweep.scores]
        contexts = ", ".join(f"{next(run.context for run in self.sweep.runs.values() if run.setting.size == size)} tokens at k = {size}"
                             for size in self.sweep.sizes())
        return (f"{model_text(setup)}; {setup['chunks']} chunks of {len(setup['texts'])} texts, {contexts}; "
                f"{len(scores)} scores and the control; {len(self.sweep.runs)} runs of the program at {commits_text(setup)}. "
                f"`configs/{setup['sweep']}.yaml`; `runs.json` has every loss, and `tools/protection runs.json --page .` makes this page of it.")

    def markdown(self, figure):
        """`figure(size)`: name of the picture of a size."""
        lines = ["# Score or protection?", "", self.setup_line(), ""]
        for size in self.sweep.sizes():
            lines += [line + "\n" for line in self.answer(size)]
        for size in self.sweep.sizes():
            family = len(self.contrasts[size])
            lines += [f"## k = {size}", "", f"![Loss of every score beside the random control, k = {size}]({figure(size)})", "",
                      "Every dot is a score; the bar is the random choice with the same protected tokens.", ""]
            lines += [f"Shares of the variance of mean losses, with 95 % bootstrap intervals over chunks ({len(self.sweep.complete_scores([s for s in self.sweep.settings if s.size == size]))} "
                      "scores, the control among them):", "", *self.shares(size), ""]
            for scope in self.scopes(size):
                lines += [f"### Scope `{scope}`", "", "Loss less that of the control in the same column, nats a token; below 0 is better. "
                          f"\\* differs from it (paired t test over {self.sweep.chunks()} chunks, Holm's correction over {family} tests, p < {SIGNIFICANT}).",
                          "", *self.table(size, scope), ""]
        return "\n".join(lines)


def listed(scores, entries):
    return ", ".join(f"`{score}` ({signed(entries[score][0].mean)})" for score in scores)


PANEL, LEFT, TOP, HEIGHT = 460, 56, 34, 300
LEGEND = 680      # Its width.


def figure(sweep, size):
    """SVG: a panel a scope; over protections, loss of every score (dots) and of the control (bars)."""
    scopes = sorted({s.scope for s in sweep.settings if s.size == size})
    mean = {(score, s): math.fsum(run.losses) / len(run.losses) for (score, s), run in sweep.runs.items() if s.size == size}
    low, high = min(mean.values()), max(mean.values())
    full = sweep.full_losses(size)
    if full:
        full = math.fsum(full) / len(full)
        low = min(low, full)
    span = (high - low) or 1.0

    def y(value):
        return TOP + HEIGHT * (1.0 - (value - low + 0.03 * span) / (1.06 * span))

    room = max(PANEL, LEGEND // len(scopes))
    width = LEFT + room * len(scopes) + 20
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP + HEIGHT + 74}" font-family="sans-serif" font-size="11">',
           f'<rect width="{width}" height="{TOP + HEIGHT + 74}" fill="#ffffff"/>']
    for tick in ticks(low, high):
        out.append(f'<line x1="{LEFT}" x2="{width - 20}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#e3e3e3"/>'
                   f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:.2f}</text>')
    out.append(f'<text x="14" y="{TOP + HEIGHT / 2}" transform="rotate(-90 14 {TOP + HEIGHT / 2})" text-anchor="middle">loss (nats a token)</text>')
    for panel, scope in enumerate(scopes):
        settings = [s for s in sweep.settings if s.size == size and s.scope == scope]
        x0 = LEFT + panel * room
        out.append(f'<text x="{x0 + room / 2}" y="18" text-anchor="middle" font-size="13">k = {size}, scope {html.escape(scope)}</text>')
        gap = (room - 20) / len(settings)
        for place, setting in enumerate(settings):
            x = x0 + 10 + gap * (place + 0.5)
            for score in [POSITION, *sweep.scores]:
                run = sweep.run(score, setting)
                if run is not None and score != POSITION:
                    value = mean[score, setting]
                    out.append(f'<circle cx="{x:.1f}" cy="{y(value):.1f}" r="3" fill="#3b6fb6" fill-opacity="0.55">'
                               f'<title>{html.escape(score)}, {named(setting)}: {value:.3f}</title></circle>')
            value = mean[CONTROL, setting]
            out.append(f'<line x1="{x - 11:.1f}" x2="{x + 11:.1f}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#c0392b" stroke-width="3">'
                       f'<title>random, {named(setting)}: {value:.3f}</title></line>')
            out.append(f'<text x="{x:.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{recent_text(setting.recent)}</text>')
            if place == 0 or settings[place - 1].sinks != setting.sinks:
                same = sum(s.sinks == setting.sinks for s in settings)
                out.append(f'<text x="{x + gap * (same - 1) / 2:.1f}" y="{TOP + HEIGHT + 34}" text-anchor="middle">{setting.sinks} first tokens</text>')
        if panel > 0:
            out.append(f'<line x1="{x0}" x2="{x0}" y1="{TOP}" y2="{TOP + HEIGHT}" stroke="#bbbbbb"/>')
    legend = TOP + HEIGHT + 60
    if full:
        dashes = 'stroke="#333333" stroke-dasharray="5 4"'
        out.append(f'<line x1="{LEFT}" x2="{width - 20}" y1="{y(full):.1f}" y2="{y(full):.1f}" {dashes}/>'
                   f'<line x1="{LEFT + 560}" x2="{LEFT + 582}" y1="{legend - 4}" y2="{legend - 4}" {dashes}/>'
                   f'<text x="{LEFT + 588}" y="{legend}">full cache</text>')
    out.append(f'<text x="{LEFT}" y="{legend}">recent tokens as a share of k</text>'
               f'<circle cx="{LEFT + 190}" cy="{legend - 4}" r="3" fill="#3b6fb6"/><text x="{LEFT + 200}" y="{legend}">a score</text>'
               f'<line x1="{LEFT + 255}" x2="{LEFT + 277}" y1="{legend - 4}" y2="{legend - 4}" stroke="#c0392b" stroke-width="3"/>'
               f'<text x="{LEFT + 283}" y="{legend}">random choice with the same protected tokens</text>')
    return "\n".join(out) + "\n</svg>\n"
