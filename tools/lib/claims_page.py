"""The page of claims: HTML that needs nothing else, and the same as Markdown."""
import base64
import html
import pathlib

from claims import VERDICTS

STYLE = """
:root { color-scheme: light dark; --line: #8884; --agrees: #2e7d32; --disagrees: #c62828; --part: #b26a00; --none: #777; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
article { border-top: 1px solid var(--line); padding: 1rem 0; }
.claim { font-weight: 600; margin: 0 0 .25rem; } .where { color: var(--none); margin: 0; font-size: .9rem; }
.verdict { display: inline-block; min-width: 6.5rem; text-align: center; border-radius: 4px; padding: 0 .5rem; color: #fff;
  background: var(--none); font-size: .9rem; font-weight: 600; margin-right: .5rem; }
.agrees { background: var(--agrees); } .disagrees { background: var(--disagrees); } .in-part { background: var(--part); }
table { border-collapse: collapse; margin: .5rem 0; font-size: .9rem; } caption { text-align: left; color: var(--none); }
td, th { text-align: left; padding: .1rem 1rem .1rem 0; border-bottom: 1px solid var(--line); }
img { max-width: 100%; background: #fff; } .scroll { overflow-x: auto; }
"""

HOLDS = {True: "yes", False: "no", None: "within noise"}


def counts(outcomes):
    found = [outcome.verdict for outcome in outcomes]
    return ", ".join(f"{found.count(verdict)} {verdict}" for verdict in VERDICTS if verdict in found)


def size_text(size):
    return "all" if size is None else str(size)


def sections(claims, outcomes):
    """(sweep or None, its outcomes), in the order of the file; what no sweep measures comes last."""
    for sweep in claims["sweep"]:
        mine = [outcome for outcome in outcomes if outcome.claim.get("sweep") == sweep["name"]]
        if mine or "figures" in sweep:
            yield sweep, mine
    rest = [outcome for outcome in outcomes if "sweep" not in outcome.claim]
    if rest:
        yield None, rest


def provenance(reports):
    """What was measured with what, a line a kind."""
    lines = {}
    for report in reports.values():
        found = report.json["provenance"]
        for program in found["programs"]:
            text = f"{program['version']}, commit {program['commit'][:12]}{' (changed)' if program['dirty'] else ''}"
            lines.setdefault("program", set()).add(text)
        for machine in found["machines"]:
            lines.setdefault("machine", set()).add(f"{machine['cores']} cores, {machine['cpu']}")
        for model in found["models"]:
            lines.setdefault("model", set()).add(f"{model['path']} ({model['sha256'][:12]})")
        for data in found["data"]:
            if data["path"]:
                lines.setdefault("data", set()).add(f"{data['path']} ({data['sha256'][:12]})")
        lines.setdefault("finished", set()).add(found["finished"])
    lines["finished"] = {max(lines["finished"])} if "finished" in lines else set()
    return {kind: "; ".join(sorted(texts)) for kind, texts in lines.items() if texts}


def pictures(folder, sweep):
    """(title, data URI) of the figures that a sweep shows, of those that are drawn."""
    for name in sweep.get("figures", []):
        path = pathlib.Path(folder) / sweep["name"] / "report" / "figures" / f"{name}.svg"
        if path.exists():
            yield name, "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def html_outcome(outcome):
    claim = outcome.claim
    where = claim["where"] + (f": {claim['paper']}" if "paper" in claim else "")
    rows = "".join(f"<tr><td>{size_text(case.size)}</td><td>{html.escape(case.measured)}</td><td>{HOLDS[case.holds]}</td></tr>"
                   for case in outcome.cases)
    table = ("<div class='scroll'><table><thead><tr><th>state size</th><th>measured</th><th>holds</th></tr></thead>"
             f"<tbody>{rows}</tbody></table></div>") if rows else ""
    note = f"<p>{html.escape(outcome.note)}</p>" if outcome.note else ""
    return (f"<article><p class='claim'><span class='verdict {outcome.verdict.replace(' ', '-')}'>{outcome.verdict}</span>"
            f"{html.escape(claim['text'])}</p><p class='where'>{html.escape(where)}</p>{table}{note}</article>")


def html_page(claims, outcomes, reports, folder, mode):
    parts = [f"<p>{html.escape(mode)} {html.escape(counts(outcomes))}.</p>"]
    for sweep, mine in sections(claims, outcomes):
        if sweep is None:
            parts.append("<h2>Without data here</h2>")
        else:
            parts.append(f"<h2>{html.escape(sweep['what'])}</h2>")
            done = sweep["name"] in reports
            parts.append(f"<p><a href='{sweep['name']}/report/report.html'>all of it</a>: "
                         f"<code>multistate run {html.escape(sweep['config'])}</code></p>" if done else "")
        parts += [html_outcome(outcome) for outcome in mine]
        if sweep is not None:
            parts += [f"<figure><img alt='{html.escape(name)}' src='{uri}'></figure>" for name, uri in pictures(folder, sweep)]
    rows = "".join(f"<tr><th>{kind}</th><td>{html.escape(text)}</td></tr>" for kind, text in provenance(reports).items())
    title = html.escape(claims["title"])
    return (f"<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
            "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
            f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>{''.join(parts)}"
            f"<h2>Provenance</h2><table>{rows}</table></body></html>\n")


def cell_text(text):
    return text.replace("|", "\\|").replace("\n", " ")


def markdown_page(claims, outcomes, reports, mode):
    lines = [f"# {claims['title']}", "", f"{mode} {counts(outcomes)}.", ""]
    for sweep, mine in sections(claims, outcomes):
        lines += [f"## {sweep['what'] if sweep else 'Without data here'}", ""]
        if sweep and sweep["name"] in reports:
            lines += [f"`multistate run {sweep['config']}`; tables and figures: [report]({sweep['name']}/report/table.md)", ""]
        if mine:
            lines += ["| claim | paper | measured, by state size | verdict |", "|---|---|---|---|"]
        for outcome in mine:
            claim = outcome.claim
            measured = "<br>".join(f"{size_text(case.size)}: {case.measured} ({HOLDS[case.holds]})" for case in outcome.cases)
            paper = claim["where"] + (f": {claim['paper']}" if "paper" in claim else "")
            columns = [claim["text"], paper, measured or outcome.note, f"**{outcome.verdict}**"]
            lines.append("| " + " | ".join(cell_text(column) for column in columns) + " |")
        lines.append("")
    lines += ["## Provenance", "", *(f"- {kind}: {text}" for kind, text in provenance(reports).items()), ""]
    return "\n".join(lines)
