"""multistate-aggregate from the outside: its files against what Python makes of the same samples.

    outputs_test.py PROGRAM
"""

import csv
import json
import math
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from sweeps import Sweep, metrics_of, ratio  # noqa: E402

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "multistate-aggregate"

NAMES = {"tova": "TOVA", "h2o": "H2O", "full": "full cache"}
SAMPLES = {
    ("tova", 64): [(210.0, 100), (250.0, 104), (232.0, 97), (241.0, 101)],
    ("tova", 128): [(200.0, 100), (240.5, 104), (221.0, 97), (233.0, 101)],
    ("h2o", 64): [(215.0, 100), (248.0, 104), (240.0, 97), (238.6, 101)],
    ("h2o", 128): [(199.0, 100), (239.0, 104), (219.5, 97), (229.0, 101)],
    ("full", None): [(190.0, 100), (230.0, 104), (210.0, 97), (222.0, 101)],
}


def run(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=120)


class Latex:
    """A structural check of what latex() of a table may use, in place of a TeX installation."""

    def __init__(self, text):
        self.text = re.sub(r"(?<!\\)%.*", "", text)

    def check(self, case):
        depth = 0
        for match in re.finditer(r"\\.|[{}]", self.text):
            depth += {"{": 1, "}": -1}.get(match.group(), 0)
            case.assertGreaterEqual(depth, 0)
        case.assertEqual(depth, 0)
        open_ones = []
        for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", self.text):
            if kind == "begin":
                open_ones.append(name)
            else:
                case.assertEqual(open_ones.pop(), name)
        case.assertEqual(open_ones, [])
        case.assertEqual(len(re.findall(r"(?<!\\)\$", self.text)) % 2, 0)
        known = set(re.findall(r"\\([A-Za-z]+)", self.text))
        case.assertLessEqual(known, {
            "begin", "end", "centering", "toprule", "midrule", "bottomrule", "cmidrule",
            "multicolumn", "textbf", "emph", "pm", "caption", "textsuperscript", "dag", "ddag",
            "textbackslash", "textless", "textgreater", "textbar", "textasciicircum",
            "textasciitilde", "textquotedbl"})
        # Outside of mathematics and commands no special character is bare.
        plain = re.sub(r"\\[A-Za-z]+|\\.|\$[^$]*\$", "", self.text)
        case.assertNotRegex(plain, r"[#_^~\"<>|]")

    def rows(self, case):
        """Cells of each line; every line fills all columns of the tabular."""
        spec, body = re.search(r"\\begin\{tabular\}\{(\w+)\}(.*)\\end\{tabular\}", self.text,
                               re.S).groups()
        rows = []
        for line in body.replace("\n", " ").split(r"\\ ")[:-1]:
            line = re.sub(r"\\(top|mid|bottom)rule|\\cmidrule\(lr\)\{[\d-]+\}", "", line)
            cells = [cell.strip() for cell in re.split(r"(?<!\\)&", line)]
            spans = sum(int(span) - 1 for span in re.findall(r"\\multicolumn\{(\d+)\}", line))
            case.assertEqual(len(cells) + spans, len(spec), line)
            rows.append(cells)
        return rows


class Outputs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def sweep(self, name="s"):
        sweep = Sweep(self.folder / name)
        for (policy, size), samples in SAMPLES.items():
            sweep.done(policy, size, samples)
        sweep.write_manifest()
        return sweep.folder

    def test_a_report_is_written_beside_the_results(self):
        folder = self.sweep()
        done = run(folder, "--no-figures")
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 0)
        self.assertIn("5 of 5 planned cells (0 failed, 0 missing, 0 limited)", done.stdout)
        names = {path.name for path in (folder / "report").iterdir()}
        self.assertEqual(names, {"results.csv", "table.md", "table.tex", "report.json",
                                 "report.html"})
        report = json.loads((folder / "report" / "report.json").read_text())
        self.assertEqual(report["schema"], {"name": "multistate.report", "version": 3})
        # The report does not get in the way of the next one.
        self.assertEqual(run(folder, "--no-figures").returncode, 0)

    def test_the_page_holds_the_report(self):
        folder = self.sweep()
        page = run(folder, "--format", "html").stdout
        self.assertTrue(page.startswith("<!DOCTYPE html>"))
        report = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))["report"]
        self.assertEqual([cell["state"] for cell in report["cells"]], ["done"] * 5)
        self.assertEqual(run(folder, "--format", "html", "-o", self.folder / "o").stdout, "")
        self.assertIn("vegaModules", (self.folder / "o" / "report.html").read_text())

    def test_csv_holds_what_the_samples_make(self):
        lines = list(csv.DictReader(run(self.sweep(), "--format", "csv").stdout.splitlines()))
        for (policy, size), samples in SAMPLES.items():
            for metric, expected in metrics_of(samples).items():
                mine = [line for line in lines if line["policy.name"] == policy
                        and line["state_size"] == str(size or "") and line["metric"] == metric]
                self.assertEqual(len(mine), 1)
                self.assertAlmostEqual(float(mine[0]["value"]), expected["value"], places=12)
                self.assertAlmostEqual(float(mine[0]["stderr"]), expected["stderr"], places=12)
                self.assertEqual(mine[0]["n"], "4")
                self.assertEqual(mine[0]["higher_is_better"], "false")

    def test_csv_keeps_commas_quotes_and_newlines(self):
        awkward = 'a,"b"\nc\r\n;\'d'
        sweep = Sweep(self.folder / "s")
        sweep.done("tova", 64, SAMPLES["tova", 64], note=awkward)
        sweep.failed("h2o", 64, "no,\n\"never\"")
        sweep.write_manifest()
        text = subprocess.run([PROGRAM, sweep.folder, "--format", "csv"], capture_output=True,
                              timeout=60).stdout.decode()
        lines = list(csv.DictReader(text.splitlines(keepends=True)))
        self.assertEqual(lines[0]["policy.note"], awkward)
        self.assertEqual(lines[-1]["error"], 'no,\n"never"')
        self.assertEqual(lines[-1]["state"], "failed")
        widths = {len(row) for row in csv.reader(text.splitlines(keepends=True), strict=True)}
        self.assertEqual(len(widths), 1)

    def cells_of_markdown(self, text):
        rows = [[cell.strip() for cell in line.strip("|").split("|")]
                for line in text.splitlines() if line.startswith("|")]
        header = rows[0]
        return {(row[0], name): cell for row in rows[2:] for name, cell in zip(header, row)}

    def test_the_table_holds_values_errors_and_what_may_be_said(self):
        text = run(self.sweep(), "--format", "md", "--metric", "nll").stdout
        cells = self.cells_of_markdown(text)
        decimals = 3  # The smallest error is 0.0147 or so: two digits.
        for (policy, size), samples in SAMPLES.items():
            value, error = ratio(samples)
            # At 64 the differences are -5, 2, -8, 2.4 nats: t = -0.8, no one is the best. At 128 they
            # are 1, 1.5, 1.5, 4, of which two are equal: 2 of 2^4 sign patterns are as extreme.
            mark = " =" if size == 64 else ""
            self.assertEqual(cells[NAMES[policy], str(size or "unbounded")],
                             f"{value:.{decimals}f} ± {error:.{decimals}f}{mark}")
        self.assertEqual(cells["full cache", "64"], "")
        self.assertIn("nll at 64: no best policy: 4 samples do not tell TOVA and H2O apart", text)
        self.assertIn("nll at 128: 4 samples cannot show which policy is best", text)

    def test_verdicts_say_what_they_are_about_where_settings_differ(self):
        sweep = Sweep(self.folder / "s")
        for question in ("seen", "unseen"):
            for policy in ("tova", "h2o"):
                sweep.finish(sweep.plan(policy, 64, experiment={"question": question}), SAMPLES[policy, 64])
        sweep.write_manifest()
        verdict = "nll at 64, experiment.question = {}: no best policy: 4 samples do not tell TOVA and H2O apart"
        both = run(sweep.folder, "--format", "md", "--metric", "nll").stdout
        self.assertIn(verdict.format("seen"), both)
        self.assertIn(verdict.format("unseen"), both)
        one = run(sweep.folder, "--format", "md", "--metric", "nll", "--filter", "experiment.question=seen").stdout
        self.assertIn(verdict.format("seen"), one)
        self.assertNotIn("unseen", one)

    def test_values_relative_to_the_full_model(self):
        folder = self.sweep()
        full = ratio(SAMPLES["full", None])[0]
        for relation, expected in (("difference", lambda v: v - full), ("ratio", lambda v: v / full)):
            lines = csv.DictReader(run(folder, "--format", "csv", "--metric", "nll",
                                       "--relative-to", "full", "--relation",
                                       relation).stdout.splitlines())
            for line in lines:
                samples = SAMPLES[line["policy.name"], int(line["state_size"] or 0) or None]
                self.assertAlmostEqual(float(line["relative"]), expected(ratio(samples)[0]), 12)
            cells = self.cells_of_markdown(run(folder, "--format", "md", "--metric", "nll",
                                               "--relative-to", "full", "--relation",
                                               relation).stdout)
            value = float(re.search(r"[-+\d.]+", cells["TOVA", "64"]).group())
            self.assertAlmostEqual(value, expected(ratio(SAMPLES["tova", 64])[0]), delta=5e-4)

    def test_seeds_are_averaged(self):
        sweep = Sweep(self.folder / "s")
        seeds = {seed: [(200.0 + 3 * seed * seed, 100), (210.0, 100)] for seed in (1, 2, 3)}
        for seed, samples in seeds.items():
            sweep.finish(sweep.plan("random", 64, seed=seed), samples)
        sweep.write_manifest()
        table = run(sweep.folder, "--format", "md", "--metric", "nll").stdout
        values = [ratio(samples)[0] for samples in seeds.values()]
        error = statistics.stdev(values) / math.sqrt(3)
        self.assertIn(f"{statistics.fmean(values):.3f} ± {error:.3f}", table)
        self.assertIn("values of several seeds are their mean", table)

    def test_latex_is_well_formed(self):
        sweep = Sweep(self.folder / "s", name="50% & more_{}")
        for (policy, size), samples in SAMPLES.items():
            sweep.done(policy, size, samples, limited=policy == "h2o",
                       **({"note": "a_b&c%d$e#f{g}~^\\h<|>\"--"} if policy == "tova" else {}))
        sweep.done("tova", 64, SAMPLES["tova", 64], note="other")
        sweep.failed("h2o", 256, "no")
        sweep.write_manifest()
        done = run(sweep.folder, "--format", "tex", "--metric", "nll,perplexity,tokens_per_s",
                   "--rows", "label,limited")
        self.assertEqual(done.stderr, "")
        latex = Latex(done.stdout)
        latex.check(self)
        rows = latex.rows(self)
        self.assertEqual(rows[1][2:6], ["64", "128", "256", "unbounded"])
        self.assertIn("failed", done.stdout)
        self.assertIn(r"\textsuperscript{\dag}", done.stdout)
        self.assertIn("6 of 7 planned cells (1 failed, 0 missing, 2 limited)", done.stdout)

    def test_awkward_names_are_text_in_every_format(self):
        names = ["[x] * $1 % \\relax {", "a\nb\x1b[31mc\u009b2J", "<script>alert(1)</script>", "`'|_a_ $x$"]
        sweep = Sweep(self.folder / "s", name=names[1])
        for name in names:
            sweep.done("tova", 64, SAMPLES["tova", 64], note=name)
        sweep.write_manifest()
        shown = ["[x] * $1 % \\relax {", "a b [31mc 2J", "<script>alert(1)</script>", "`'|_a_ $x$"]
        terminal = run(sweep.folder, "--format", "terminal", "--metric", "nll").stdout
        for name in shown:
            self.assertIn("TOVA note=" + name, terminal)
        self.assertEqual([c for c in terminal if ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160], [])
        markdown = run(sweep.folder, "--format", "md", "--metric", "nll").stdout
        self.assertIn("TOVA note=\\[x\\] \\* \\$1 % \\\\relax {", markdown)
        self.assertIn("&lt;script\\>alert(1)&lt;/script\\>", markdown)
        self.assertIn("TOVA note=\\`'\\|\\_a\\_ \\$x\\$", markdown)
        latex = run(sweep.folder, "--format", "tex", "--metric", "nll").stdout
        self.assertIn("{[}x] {*} \\$1 \\% \\textbackslash{}relax \\{", latex)
        Latex(latex).check(self)
        Latex(latex).rows(self)
        self.compile_where_there_is_latex(latex)
        rows = list(csv.DictReader(run(sweep.folder, "--format", "csv").stdout.splitlines(keepends=True)))
        self.assertEqual({row["policy.note"] for row in rows}, set(names))
        page = run(sweep.folder, "--format", "html").stdout
        self.assertNotIn("<script>alert", page)
        report = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))["report"]
        self.assertEqual({cell["parameters"]["policy.note"] for cell in report["cells"]}, set(names))

    def compile_where_there_is_latex(self, table):
        if shutil.which("pdflatex") is None:
            return
        (self.folder / "t.tex").write_text("\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n"
                                           + table + "\\end{document}\n")
        done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"],
                              cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:])

    def test_incomplete_and_mixed_results_give_a_marked_table(self):
        folder = self.sweep()
        cells = sorted((folder / "cells").iterdir())
        (cells[0] / "result.json").rename(cells[0] / "samples.partial.jsonl")
        result = json.loads((cells[1] / "result.json").read_text())
        result["schema"]["version"] = 7
        (cells[1] / "result.json").write_text(json.dumps(result))
        (cells[2] / "result.json").write_text("{")
        done = run(folder, "--no-figures")
        self.assertEqual(done.returncode, 1)
        self.assertIn("has schema version 7, this program reads 1 to 2", done.stderr)
        self.assertIn("cannot be read as JSON", done.stderr)
        for name in ("table.md", "table.tex"):
            text = (folder / "report" / name).read_text()
            self.assertIn("2 of 5 planned cells (0 failed, 1 partial, 2 missing, 0 limited)", text)
            self.assertIn("missing", text)
        self.assertIn("partial", done.stdout)

    def test_what_cannot_be_is_refused_with_exit_code_2(self):
        (self.folder / "empty").mkdir()
        folder = self.sweep()
        for words, message in (
            ([self.folder / "empty"], "holds no results"),
            ([], "no folder is given"),
            ([self.folder / "none"], "is not a folder"),
            ([folder, "--format", "xml"], "xml not in"),
            ([folder, "--rows", "nonsense"], "--rows: no cell has 'nonsense'"),
            ([folder, "--metric", "perplexty"], "did you mean 'perplexity'?"),
            ([folder, "--filter", "x"], "is not KEY=VALUE"),
            ([folder, "--relation", "ratio"], "--relative-to LABEL is missing"),
            ([folder, "--diff", folder, folder], "--diff takes its two folders itself"),
            (["--diff", folder, folder, "--seed", "3"], "--diff goes with --diff-tolerance only"),
            (["--diff", folder, folder, "--diff-tolerance", "-1"], "--diff-tolerance"),
            ([folder, "--diff-tolerance", "1e-4"], "--diff A B is missing"),
            ([folder, "--surprise"], "--surprise"),
        ):
            with self.subTest(words=words):
                done = run(*words)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn(message, done.stderr)

    def test_options_do_not_swallow_the_folder(self):
        folder = self.sweep()
        done = run("--rows", "label", "--metric", "nll", "--filter", "label=tova,full", folder,
                   "--format", "terminal")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("\nH2O", done.stdout)

    def test_diff_says_what_changed(self):
        a, b = self.sweep("a"), self.sweep("b")
        same = run("--diff", a, b)
        self.assertEqual(same.returncode, 0)
        self.assertIn("0 metrics changed, 0 differ by rounding, 10 are equal", same.stdout)
        other = Sweep(self.folder / "c")
        for (policy, size), samples in SAMPLES.items():
            changed = [(loss + 30.0 + 0.1 * i, tokens) for i, (loss, tokens) in enumerate(samples)]
            other.done(policy, size, changed if policy == "tova" else samples)
        other.write_manifest()
        changed = run("--diff", a, other.folder)
        self.assertEqual(changed.returncode, 1, changed.stderr)
        self.assertIn("4 metrics changed, 0 differ by rounding, 6 are equal", changed.stdout)

    def test_diff_finds_losses_that_all_grew(self):
        folder = self.sweep("a")
        for factor in (1.001, 1.01, 2.0):
            other = Sweep(self.folder / f"times-{factor}")
            for (policy, size), samples in SAMPLES.items():
                other.done(policy, size, [(loss * factor, tokens) for loss, tokens in samples])
            other.write_manifest()
            done = run("--diff", folder, other.folder)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("10 metrics changed", done.stdout)
        loose = run("--diff", folder, self.folder / "times-1.001", "--diff-tolerance", "0.01")
        self.assertEqual(loose.returncode, 0, loose.stdout)

    def test_diff_takes_what_another_blas_does_for_rounding(self):
        folder = self.sweep("a")
        other = Sweep(self.folder / "blas")
        for (policy, size), samples in SAMPLES.items():
            other.done(policy, size, [(loss + 1.4e-6 * tokens * (-1) ** i, tokens)
                                      for i, (loss, tokens) in enumerate(samples)])
        other.write_manifest()
        done = run("--diff", folder, other.folder)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("0 metrics changed, 10 differ by rounding", done.stdout)
        strict = run("--diff", folder, other.folder, "--diff-tolerance", "0")
        self.assertEqual(strict.returncode, 1, strict.stdout)

    def test_diff_finds_a_changed_answer_that_no_metric_shows(self):
        folder = self.sweep("a")
        other = self.sweep("b")
        path = sorted(other.glob("cells/*/samples.jsonl"))[0]
        path.write_text(path.read_text().replace('"values": {', '"values": {"text": "a", ', 1))
        same = sorted(folder.glob("cells/*/samples.jsonl"))[0]
        self.assertEqual(run("--diff", folder, other).returncode, 0)  # A new field.
        same.write_text(same.read_text().replace('"values": {', '"values": {"text": "b", ', 1))
        done = run("--diff", folder, other)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("1 samples, first 'text' of sample 0", done.stdout)

    def test_lm_eval_files_have_the_metrics(self):
        folder = self.sweep()
        done = run(folder, "--format", "lm-eval", "--filter", "label=tova")
        self.assertEqual(done.returncode, 0, done.stderr)
        files = sorted((folder / "report" / "lm-eval").glob("*/results_*.json"))
        self.assertEqual(len(files), 2)
        content = json.loads(files[1].read_text())
        self.assertEqual(content["model_name"], "m.gguf__tova__64")
        results = content["results"]["language_modeling_t.txt"]
        self.assertAlmostEqual(results["nll,none"], ratio(SAMPLES["tova", 64])[0], 12)

    def test_watch_follows_a_run_and_ends_with_it(self):
        sweep = Sweep(self.folder / "s")
        sweep.done("tova", 64, SAMPLES["tova", 64])
        later = sweep.plan("h2o", 64)
        sweep.write_manifest()
        process = subprocess.Popen([PROGRAM, sweep.folder, "--watch", "--interval", "0.1",
                                    "--no-figures"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        table = sweep.folder / "report" / "table.md"
        self.wait_for(lambda: table.exists() and "1 of 2 planned cells" in table.read_text())
        self.assertIsNone(process.poll())
        sweep.finish(later, SAMPLES["h2o", 64])
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("2 of 2 planned cells", table.read_text())
        self.assertIn("1 of 2 planned cells", out)

    def test_watch_ends_when_it_is_interrupted(self):
        sweep = Sweep(self.folder / "s")
        sweep.plan("h2o", 64)
        sweep.done("tova", 64, SAMPLES["tova", 64])
        sweep.write_manifest()
        process = subprocess.Popen([PROGRAM, sweep.folder, "--watch", "--no-figures"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        page = sweep.folder / "report" / "report.html"
        self.wait_for(page.exists)
        self.assertIn('"reload_seconds":2.0', page.read_text())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        # Nobody writes it again.
        self.assertIn('"reload_seconds":0.0', page.read_text())

    def wait_for(self, condition):
        end = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), end, "waited too long")
            time.sleep(0.05)


if __name__ == "__main__":
    unittest.main()
