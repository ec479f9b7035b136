"""The page of claims: HTML that needs nothing else, and the same as Markdown."""
import base64
import html
import pathlib

from claims import CLAIM_VERDICTS, IDENTITY_VERDICTS, RULES, short

STYLE = """
:root { color-scheme: light dark; --line: #8884; --agrees: #2e7d32; --disagrees: #c62828; --mixed: #b26a00; --none: #777; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
article { border-top: 1px solid var(--line); padding: 1rem 0; }
.claim { font-weight: 600; margin: 0 0 .25rem; } .where { color: var(--none); margin: 0; font-size: .9rem; }
.verdict { display: inline-block; min-width: 6.5rem; text-align: center; border-radius: 4px; padding: 0 .5rem; color: #fff;
  background: var(--none); font-size: .9rem; font-weight: 600; margin-right: .5rem; }
.agrees, .agrees-in-part, .holds { background: var(--agrees); } .disagrees, .disagrees-in-part, .fails { background: var(--disagrees); }
.mixed { background: var(--mixed); } .agrees-in-part, .disagrees-in-part { opacity: .75; }
table { border-collapse: collapse; margin: .5rem 0; font-size: .9rem; } caption { text-align: left; color: var(--none); }
td, th { text-align: left; padding: .1rem 1rem .1rem 0; border-bottom: 1px solid var(--line); }
img { max-width: 100%; background: #fff; } .scroll { overflow-x: auto; }
"""

KINDS = {"value": "value", "difference": "difference", "ratio": "ratio", "ranks": "rank correlation"}
ANSWERS = {True: "yes", False: "no", None: "cannot tell"}
IDENTITIES = "Identities checked"
NOT_JUDGED = "What cannot be judged here"


def kind_of(outcome):
    """Which section an outcome is in: a claim's sweep, IDENTITIES or NOT_JUDGED."""
    if outcome.verdict == "not judged":
        return NOT_JUDGED
    return IDENTITIES if "identity" in outcome.claim else outcome.claim["sweep"]


def counted(outcomes, verdicts):
    found = [outcome.verdict for outcome in outcomes]
    return ", ".join(f"{found.count(verdict)} {verdict}" for verdict in verdicts if verdict in found)


def tally(outcomes):
    """How many claims came out how; identities and what was not judged apart."""
    claims = [outcome for outcome in outcomes if outcome.verdict in CLAIM_VERDICTS]
    texts = [f"{len(claims)} claims tested" + (f": {counted(claims, CLAIM_VERDICTS)}" if claims else "")]
    identities = counted(outcomes, IDENTITY_VERDICTS)
    if identities:
        texts.append(f"identities of the program: {identities}")
    left = sum(outcome.verdict == "not judged" for outcome in outcomes)
    return "; ".join(texts + ([f"not judged here: {left}"] if left else []))


def correction(outcomes, level):
    tested = [outcome for outcome in outcomes if any(part.p is not None for part in outcome.parts)]
    parts = sum(part.p is not None for outcome in tested for part in outcome.parts)
    return (f"{len(tested)} claims with {parts} parts have a test. The level within a claim is {short(level)} after the correction for "
            "their number.")


def answer_text(part):
    return ANSWERS[part.answer] + (f": {part.why}" if part.why else "")


def size_text(size):
    return "all" if size is None else str(size)


def where_text(claim):
    return claim["where"] + (f": {claim['paper']}" if "paper" in claim else "")


def bounds_text(outcome):
    """The condition that is tested, with limits in points as what they are in nats; an identity may reach its bounds."""
    if outcome.bounds == (None, None):
        return ""
    check = outcome.claim["check"]
    words = ("at least", "at most") if "identity" in outcome.claim else ("above", "below")
    texts = []
    for name, word, value in zip(("above", "below"), words, outcome.bounds):
        if value is not None:
            given = check[name]
            points = f" nats ({given['points']:g} points at {given['level']:g})" if isinstance(given, dict) else ""
            texts.append(f"{word} {short(value)}{points}")
    return f"tested: {KINDS[check['kind']]} {' and '.join(texts)}"


def notes_of(outcome):
    """Texts below a claim's table."""
    claim = outcome.claim
    texts = [bounds_text(outcome), claim.get("identity", ""), outcome.note]
    texts += [f"Changed {change['date']}: {change['text']}" for change in claim.get("changes", [])]
    return [text for text in texts if text]


def setup_text(sweep):
    """What the runs of a sweep have in common: model, data, context, samples, when prompts are cut."""
    lines = {}
    for cell in sweep.cells:
        config = cell.config
        model = f"{pathlib.Path(config['model']['path']).name} computed in {config['model']['dtype']}"
        lines.setdefault("model", set()).add(model)
        experiment = config["experiment"]
        if "data" in experiment:
            lines.setdefault("data", set()).add(experiment["data"])
        for name in ("context_length", "max_tokens"):
            if name in experiment:
                lines.setdefault(name.replace("_", " "), set()).add(f"{experiment[name]:,}")
        count = len(cell.samples())
        documents = len(set(cell.documents()))
        lines.setdefault("samples", set()).add(f"{count}" + (f" of {documents} document{'s' * (documents > 1)}" if documents else ""))
        if "prompt" in config["policy"]:
            lines.setdefault("eviction during the prompt", set()).add(config["policy"]["prompt"].replace("_", " "))
        program = cell.result["context"]["program"]
        lines.setdefault("commit", set()).add(program["commit"][:12] + (" (changed)" if program["dirty"] else ""))
    return "; ".join(f"{kind}: {', '.join(sorted(texts))}" for kind, texts in lines.items())


def provenance(sweeps):
    """What was measured with what, a line a kind."""
    lines = {}
    finished = []
    for sweep in sweeps.values():
        for cell in sweep.cells:
            context = cell.result["context"]
            program, machine, inputs = context["program"], context["machine"], context["inputs"]
            changed = " (changed)" if program["dirty"] else ""
            lines.setdefault("program", set()).add(f"{program['version']}, commit {program['commit'][:12]}{changed}")
            lines.setdefault("machine", set()).add(f"{machine['cores']} cores, {machine['cpu']}")
            lines.setdefault("model", set()).add(f"{cell.config['model']['path']} ({inputs['model_sha256'][:12]})")
            if "data" in cell.config["experiment"]:
                lines.setdefault("data", set()).add(f"{cell.config['experiment']['data']} ({inputs['data_sha256'][:12]})")
            finished.append(context["finished"])
    if finished:
        lines["finished"] = {max(finished)}
    return {kind: "; ".join(sorted(texts)) for kind, texts in lines.items()}


def pictures(folder, sweep):
    """(title, data URI) of the figures that a sweep shows, of those that are drawn."""
    for name in sweep.get("figures", []):
        path = pathlib.Path(folder) / sweep["name"] / "report" / "figures" / f"{name}.svg"
        if path.exists():
            yield name, "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def html_outcome(outcome):
    claim = outcome.claim
    rows = "".join(f"<tr><td>{size_text(part.size)}</td><td>{html.escape(part.measured)}</td>"
                   f"<td>{html.escape(answer_text(part))}</td></tr>" for part in outcome.parts)
    table = ("<div class='scroll'><table><thead><tr><th>cache size</th><th>measured</th><th>holds</th></tr></thead>"
             f"<tbody>{rows}</tbody></table></div>") if rows else ""
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in notes_of(outcome))
    return (f"<article><p class='claim'><span class='verdict {outcome.verdict.replace(' ', '-')}'>{outcome.verdict}</span>"
            f"{html.escape(claim['text'])}</p><p class='where'>{html.escape(where_text(claim))}</p>{table}{notes}</article>")


def html_list(texts):
    return f"<ul>{''.join(f'<li>{html.escape(text)}</li>' for text in texts)}</ul>" if texts else ""


def html_sweep(sweep, outcomes, sweeps, folder):
    figures = [f"<figure><img alt='{html.escape(name)}' src='{uri}'></figure>" for name, uri in pictures(folder, sweep)]
    if not outcomes and not figures:
        return ""
    parts = [f"<h2>{html.escape(sweep['what'])}</h2>"]
    if sweep["name"] in sweeps:
        parts.append(f"<p>{html.escape(setup_text(sweeps[sweep['name']]))}. <a href='{sweep['name']}/report/table.md'>Table</a> "
                     f"of <code>multistate run {html.escape(sweep['config'])}</code></p>")
    return "".join(parts + [html_outcome(outcome) for outcome in outcomes] + figures)


def html_page(claims, judged, sweeps, folder, mode):
    outcomes, level = judged
    parts = [f"<p>{html.escape(mode)} {html.escape(tally(outcomes))}.</p><p>{html.escape(claims.get('setup', ''))}</p>",
             f"<h2>How verdicts are made</h2><p>{html.escape(correction(outcomes, level))}</p>{html_list(RULES)}"]
    for sweep in claims["sweep"]:
        parts.append(html_sweep(sweep, [one for one in outcomes if kind_of(one) == sweep["name"]], sweeps, folder))
    for title, more in ((IDENTITIES, []), (NOT_JUDGED, claims.get("limits", []))):
        mine = [one for one in outcomes if kind_of(one) == title]
        if mine or more:
            parts += [f"<h2>{title}</h2>", html_list(more), *map(html_outcome, mine)]
    rows = "".join(f"<tr><th>{kind}</th><td>{html.escape(text)}</td></tr>" for kind, text in provenance(sweeps).items())
    title = html.escape(claims["title"])
    return (f"<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
            "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
            f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>{''.join(parts)}"
            f"<h2>Provenance</h2><table>{rows}</table></body></html>\n")


def cell_text(text):
    return text.replace("|", "\\|").replace("\n", " ")


def markdown_table(outcomes):
    if not outcomes:
        return []
    lines = ["| claim | paper | measured, by cache size | verdict |", "|---|---|---|---|"]
    for outcome in outcomes:
        measured = [f"{size_text(part.size)}: {part.measured} ({answer_text(part)})" for part in outcome.parts]
        columns = [outcome.claim["text"], where_text(outcome.claim), "<br>".join(measured + notes_of(outcome)), f"**{outcome.verdict}**"]
        lines.append("| " + " | ".join(cell_text(column) for column in columns) + " |")
    return lines + [""]


def markdown_page(claims, judged, sweeps, mode):
    outcomes, level = judged
    lines = [f"# {claims['title']}", "", f"{mode} {tally(outcomes)}.", "", *([claims["setup"], ""] if "setup" in claims else []),
             "## How verdicts are made", "", correction(outcomes, level), "", *(f"- {rule}" for rule in RULES), ""]
    for sweep in claims["sweep"]:
        mine = [one for one in outcomes if kind_of(one) == sweep["name"]]
        if sweep["name"] not in sweeps or not (mine or "figures" in sweep):
            continue
        lines += [f"## {sweep['what']}", "", f"{setup_text(sweeps[sweep['name']])}. `multistate run {sweep['config']}`; tables and "
                  f"figures: [report]({sweep['name']}/report/table.md)", ""]
        lines += markdown_table(mine)
    for title, more in ((IDENTITIES, []), (NOT_JUDGED, claims.get("limits", []))):
        mine = [one for one in outcomes if kind_of(one) == title]
        if mine or more:
            lines += [f"## {title}", "", *(f"- {text}" for text in more), *([""] if more else []), *markdown_table(mine)]
    lines += ["## Provenance", "", *(f"- {kind}: {text}" for kind, text in provenance(sweeps).items()), ""]
    return "\n".join(lines)
