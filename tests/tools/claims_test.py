"""tools/lib/claims.py and tools/reproduce: verdicts by hand, pages, malformed claims, a program that stands in for multistate."""

import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))
import claims  # noqa: E402
import claims_page  # noqa: E402

HEAD = """
title = "A paper"
[policies]
full = {name = "full"}
tova = {name = "tova", sinks = 0}
window = {name = "window"}
[[sweep]]
name = "one"
config = "configs/one.yaml"
what = "Loss & co"
figures = ["loss"]
"""


def metric(value, low=None, high=None):
    return {"value": value, "stderr": None, "n": 3, "low": low, "high": high}


def cell(name, size, metrics, series=None, sinks=0, state="done"):
    return {"id": f"{name}-{size}-{sinks}", "label": name, "state": state, "metrics": metrics, "series": series or {},
            "parameters": {"policy.name": name, "policy.sinks": sinks, "experiment.context_length": 512,
                           **({} if size is None else {"state_size": size})}}


def report(cells, comparisons=()):
    return {"cells": cells, "groups": [{"comparisons": list(comparisons)}],
            "provenance": {"programs": [{"version": "1.2", "commit": "0123456789abcdef", "dirty": True}],
                           "machines": [{"cores": 2, "cpu": "a <cpu>"}], "models": [{"path": "m", "sha256": "a" * 64}],
                           "data": [{"path": None, "sha256": "b" * 64}], "finished": "2026-01-01T00:00:00Z"}}


def compared(a, b, difference, low, high, name="loss"):
    return {"metric": name, "a": a, "b": b, "difference": difference, "low": low, "high": high}


class Folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.path = pathlib.Path(holder.name)

    def write(self, made, name="one"):
        folder = self.path / name / "report"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(json.dumps(made), encoding="utf-8")

    def read(self, text):
        (self.path / "claims.toml").write_text(HEAD + text, encoding="utf-8")
        return claims.read_claims(self.path / "claims.toml")

    def judge(self, check, made, more=""):
        self.write(made)
        read = self.read(f'[[claim]]\ntext = "It is so"\nwhere = "section 1"\nsweep = "one"\n{more}\ncheck = {check}\n')
        return claims.judge(read["claim"][0], claims.read_reports(read, self.path))


LESS = '{kind = "less", left = {policy = "tova", metric = "loss"}, right = {policy = "window", metric = "loss"}}'


class Verdicts(Folder):
    def pair(self, tova, window, size=64):
        return [cell("tova", size, {"loss": tova}), cell("window", size, {"loss": window})]

    def test_less_without_a_comparison_takes_both_intervals(self):
        apart = self.judge(LESS, report(self.pair(metric(1.0, 0.9, 1.1), metric(2.0, 1.8, 2.2))))
        self.assertEqual(apart.verdict, "agrees")
        self.assertEqual(apart.cases[0].measured, "1 - 2 = -1 [-1.3, -0.7]")
        self.assertEqual(apart.cases[0].size, 64)
        overlapping = self.judge(LESS, report(self.pair(metric(1.0, 0.5, 1.5), metric(1.2, 0.9, 1.5))))
        self.assertEqual(overlapping.verdict, "undecided")
        other = self.judge(LESS, report(self.pair(metric(2.0, 1.9, 2.1), metric(1.0, 0.9, 1.1))))
        self.assertEqual(other.verdict, "disagrees")

    def test_less_takes_the_paired_difference_either_way_round(self):
        cells = self.pair(metric(1.0, 0.5, 1.5), metric(1.2, 0.7, 1.7))
        for a, b, sign in (("tova-64-0", "window-64-0", 1), ("window-64-0", "tova-64-0", -1)):
            ends = sorted((sign * -0.3, sign * -0.1))
            found = self.judge(LESS, report(cells, [compared(a, b, sign * -0.2, *ends)]))
            self.assertEqual(found.verdict, "agrees")
            self.assertEqual(found.cases[0].measured, "1 - 1.2 = -0.2 [-0.3, -0.1]")

    def test_a_comparison_of_another_metric_does_not_count(self):
        cells = self.pair(metric(1.0, 0.5, 1.5), metric(1.2, 0.7, 1.7))
        found = self.judge(LESS, report(cells, [compared("tova-64-0", "window-64-0", -0.2, -0.3, -0.1, "nll")]))
        self.assertEqual(found.verdict, "undecided")

    def test_equal_numbers_are_not_less(self):
        self.assertEqual(self.judge(LESS, report(self.pair(metric(1.0), metric(1.0)))).verdict, "disagrees")

    def test_sizes_that_differ_in_their_answer_agree_in_part(self):
        cells = self.pair(metric(1.0), metric(2.0)) + self.pair(metric(3.0), metric(2.0), size=128)
        self.assertEqual(self.judge(LESS, report(cells)).verdict, "in part")
        self.assertEqual(self.judge(LESS, report(cells), "sizes = [128]").verdict, "disagrees")
        found = self.judge(LESS, report(cells), "shares = [0.125]")  # 64 of 512
        self.assertEqual([case.size for case in found.cases], [64])
        self.assertEqual(found.verdict, "agrees")

    def test_no_and_within_noise_disagree(self):
        cells = (self.pair(metric(3.0), metric(2.0)) +
                 self.pair(metric(1.0, 0.0, 2.0), metric(1.1, 0.0, 2.0), size=128))
        self.assertEqual(self.judge(LESS, report(cells)).verdict, "disagrees")

    def test_what_is_not_there_is_not_measured(self):
        found = self.judge(LESS, report(self.pair(metric(1.0), metric(2.0))[:1]))
        self.assertEqual(found.verdict, "not measured")
        self.assertIn("no cells", found.note)
        self.assertEqual(claims.judge({"text": "t", "where": "w", "sweep": "two", "check": {}}, {}, {"two": "a.jsonl"}).note,
                         "needs a.jsonl")
        failed = [cell("tova", 64, {"loss": metric(1.0)}), cell("window", 64, {}, state="failed")]
        self.assertEqual(self.judge(LESS, report(failed)).verdict, "not measured")
        self.assertEqual(self.judge(LESS.replace("loss", "speed"), report(self.pair(metric(1), metric(2)))).verdict,
                         "not measured")

    def test_close_is_one_sided_unless_it_says_both(self):
        check = '{kind = "close", left = {policy = "tova", metric = "loss"}, right = {policy = "full", metric = "loss"}, within = 0.4}'
        both = check.replace("}, within", "}, both_ways = true, within")

        def cells(value):
            return report([cell("tova", 64, {"loss": metric(value)}), cell("full", None, {"loss": metric(3.0)})])

        self.assertEqual(self.judge(check, cells(3.3)).verdict, "agrees")
        self.assertEqual(self.judge(check, cells(3.5)).verdict, "disagrees")
        self.assertEqual(self.judge(check, cells(1.0)).verdict, "agrees")
        self.assertEqual(self.judge(both, cells(1.0)).verdict, "disagrees")
        self.assertEqual(self.judge(both, cells(2.7)).verdict, "agrees")
        share = check.replace("within = 0.4", "share = 0.05, both_ways = true")  # 0.15 of 3
        self.assertEqual(self.judge(share, cells(3.14)).verdict, "agrees")
        self.assertEqual(self.judge(share, cells(3.16)).verdict, "disagrees")
        self.assertEqual(self.judge(share, cells(2.84)).verdict, "disagrees")

    def test_within_limits_the_interval_has_to_be_on_one_side(self):
        check = '{kind = "within", left = {policy = "tova", metric = "share"}, low = 0.7, high = 0.8}'
        for (value, low, high), verdict in (((0.75, 0.72, 0.78), "agrees"), ((0.75, 0.6, 0.78), "undecided"),
                                            ((0.85, 0.82, 0.9), "disagrees"), ((0.8, None, None), "agrees")):
            found = self.judge(check, report([cell("tova", 64, {"share": metric(value, low, high)})]))
            self.assertEqual(found.verdict, verdict, (value, low, high))

    def test_ratio_divides_by_the_other_end(self):
        check = ('{kind = "ratio", left = {policy = "tova", metric = "batch"}, right = {policy = "full", metric = "batch"}, '
                 'low = 7.5, high = 9.5}')
        found = self.judge(check, report([cell("tova", 64, {"batch": metric(70, 68, 72)}),
                                          cell("full", None, {"batch": metric(8)})]))
        self.assertEqual(found.cases[0].measured, "70 / 8 = 8.75 [8.5, 9]")
        self.assertEqual(found.verdict, "agrees")
        nothing = self.judge(check, report([cell("tova", 64, {"batch": metric(70)}), cell("full", None, {"batch": metric(0)})]))
        self.assertEqual(nothing.verdict, "undecided")

    def test_points_of_series_are_found_by_label_or_place(self):
        check = '{kind = "within", left = {policy = "tova", series = "life", at = AT}, low = 8.0, high = 12.0}'
        series = {"life": [{"first_place": 0, "label": "NN", "value": 3.0, "stderr": None},
                           {"first_place": 1, "label": "POS", "value": 10.0, "stderr": 0.5}]}
        made = report([cell("tova", 64, {}, series)])
        found = self.judge(check.replace("AT", '"POS"'), made)
        self.assertEqual(found.verdict, "agrees")
        self.assertEqual(found.cases[0].measured, "10 [9.02, 10.98]")
        self.assertEqual(self.judge(check.replace("AT", "1"), made).verdict, "agrees")
        self.assertEqual(self.judge(check.replace("AT", "0"), made).verdict, "disagrees")
        self.assertEqual(self.judge(check.replace("AT", '"VB"'), made).verdict, "not measured")

    def test_two_numbers_of_one_cell_differ_by_what_the_wider_interval_allows(self):
        check = '{kind = "less", left = {policy = "tova", metric = "mean"}, right = {policy = "tova", metric = "loss"}}'
        found = self.judge(check, report([cell("tova", 64, {"mean": metric(2.0), "loss": metric(3.0, 2.5, 3.5)})]))
        self.assertEqual(found.cases[0].measured, "2 - 3 = -1 [-1.5, -0.5]")

    def test_ranks_of_labels_that_both_have(self):
        check = ('{kind = "ranks", left = {policy = "tova", series = "life"}, more_than = 0.0, '
                 'values = {A = 4, B = 3, C = 2, D = 1, MISSING = 9}}')

        def series(values):
            return {"life": [{"first_place": i, "label": label, "value": value, "stderr": None}
                             for i, (label, value) in enumerate(values.items())]}

        same = self.judge(check, report([cell("tova", 64, {}, series({"B": 30, "A": 40, "C": 20, "D": 10, "NEW": 99}))]))
        self.assertEqual(same.verdict, "agrees")
        self.assertEqual(same.cases[0].measured, "1 over 4 labels; highest: A B C D")
        turned = self.judge(check, report([cell("tova", 64, {}, series({"A": 10, "B": 20, "C": 30, "D": 40}))]))
        self.assertEqual(turned.verdict, "disagrees")
        # 0.6 of four: its interval, tanh(0.69315 -+ 2.01876), holds 0.
        unsure = self.judge(check, report([cell("tova", 64, {}, series({"A": 30, "B": 40, "C": 10, "D": 20}))]))
        self.assertEqual(unsure.verdict, "undecided")
        self.assertTrue(unsure.cases[0].measured.startswith("0.6 [-0.8682, 0.9912] over"), unsure.cases[0].measured)
        few = self.judge(check, report([cell("tova", 64, {}, series({"A": 10, "B": 20, "C": 30}))]))
        self.assertEqual(few.verdict, "not measured")

    def test_rank_correlation_worked_by_hand(self):
        # Ranks 0 1 2 3 and 1 0 3 2: 1 - 6 * (1 + 1 + 1 + 1) / (4 * 15) = 0.6.
        self.assertAlmostEqual(claims.spearman([1, 2, 3, 4], [20, 10, 40, 30]), 0.6)
        # Ranks 0.5 0.5 2 and 0 1 2: covariance 1.5, spreads 1.5 and 2.
        self.assertAlmostEqual(claims.spearman([5, 5, 9], [1, 2, 3]), 1.5 / math.sqrt(1.5 * 2))
        self.assertTrue(math.isnan(claims.spearman([1, 1], [1, 2])))

    def test_a_policy_that_names_two_cells_is_an_error(self):
        cells = [cell("window", 64, {"loss": metric(1)}), cell("window", 64, {"loss": metric(2)}, sinks=4),
                 cell("tova", 64, {"loss": metric(1)})]
        with self.assertRaisesRegex(claims.ClaimError, "policy 'window' names 2 cells at state size 64"):
            self.judge(LESS, report(cells))

    def test_options_tell_cells_apart(self):
        cells = [cell("window", 64, {"loss": metric(9)}), cell("tova", 64, {"loss": metric(5)}, sinks=4),
                 cell("tova", 64, {"loss": metric(1)})]
        self.assertEqual(self.judge(LESS, report(cells)).cases[0].measured, "1 - 9 = -8")

    def test_infinite_and_missing_numbers_decide_nothing(self):
        found = self.judge(LESS, report(self.pair(metric("nan"), metric(2.0))))
        self.assertEqual(found.verdict, "undecided")
        worse = self.judge(LESS, report(self.pair(metric(1.0), metric("inf"))))
        self.assertEqual(worse.verdict, "agrees")


class Malformed(Folder):
    def test_every_mistake_is_named_with_its_place(self):
        claim = '[[claim]]\ntext = "t"\nwhere = "w"\nsweep = "one"\n'
        for text, message in (
                ("[[claim]\n", "claims.toml"),
                ('[[claim]]\ntext = "t"\n', "claim 1: the key 'where' is missing"),
                ('[[claim]]\ntext = "t"\nwhere = "w"\nsweep = "two"\ncheck = {kind = "less"}\n', "claim 1: there is no sweep 'two'"),
                (claim, "claim 1: the key 'check' is missing"),
                (claim + 'mood = 1\n', "claim 1: unknown key 'mood'"),
                (claim + 'check = {kind = "more"}\n', "claim 1: check.kind is 'more'; kinds are less, close"),
                (claim + 'check = {kind = "less", left = {policy = "tova", metric = "m"}}\n', "check: the key 'right' is missing"),
                (claim + f'check = {LESS.replace("kind", "low = 1, kind")}\n', "check: unknown key 'low'"),
                (claim + f'check = {LESS.replace("less", "close")}\n', "check: one of 'within' and 'share' is needed"),
                (claim + f'check = {LESS.replace("less", "close").replace("{kind", "{within = 1, share = 1, kind")}\n',
                 "check: one of 'within' and 'share' is needed"),
                (claim + f'check = {LESS.replace("tova", "tofa")}\n', "check.left: there is no policy 'tofa'"),
                (claim + f'check = {LESS.replace("metric", "metrik")}\n', "check.left: unknown key 'metrik'"),
                (claim + 'check = {kind = "within", left = {policy = "tova"}, low = 0, high = 1}\n',
                 "check.left: one of 'metric' and 'series' is needed"),
                ("title2 = 1\n" + claim, "sweep 1: unknown key 'title2'")):
            with self.assertRaises(claims.ClaimError) as caught:
                self.read(text)
            self.assertIn(message, str(caught.exception), text)

    def test_no_file_is_an_error(self):
        with self.assertRaisesRegex(claims.ClaimError, "nowhere.toml"):
            claims.read_claims(self.path / "nowhere.toml")

    def test_the_claims_of_the_paper_are_well_formed_and_their_sweeps_are_there(self):
        read = claims.read_claims(ROOT / "configs" / "paper" / "claims.toml")
        for sweep in read["sweep"]:
            self.assertTrue((ROOT / sweep["config"]).exists(), sweep["config"])
            text = (ROOT / sweep["config"]).read_text(encoding="utf-8")
            for override in sweep.get("quick", []):
                key = override.split("=")[0].rsplit(".")[-1]
                self.assertEqual(f"{key}:" in text, not override.startswith("+"), f"{sweep['config']}: {override}")
            self.assertTrue((ROOT / sweep["config"].replace(".yaml", ".7b.yaml")).exists(), sweep["config"])


class Pages(Folder):
    def made(self):
        self.write(report([cell("tova", 64, {"loss": metric(1.0)}), cell("window", 64, {"loss": metric(2.0)})]))
        figures = self.path / "one" / "report" / "figures"
        figures.mkdir()
        (figures / "loss.svg").write_text("<svg/>", encoding="utf-8")
        read = self.read(f'[[claim]]\ntext = "A <b> & | b"\nwhere = "section 1"\npaper = "1 of 2"\nsweep = "one"\ncheck = {LESS}\n'
                         '[[claim]]\ntext = "Elsewhere"\nwhere = "figure 9"\nunmeasured = "needs a judge"\n')
        reports = claims.read_reports(read, self.path)
        return read, [claims.judge(claim, reports) for claim in read["claim"]], reports

    def test_html_holds_everything_and_loads_nothing(self):
        read, outcomes, reports = self.made()
        page = claims_page.html_page(read, outcomes, reports, self.path, "All.")
        for text in ("A &lt;b&gt; &amp; | b", "class='verdict agrees'>agrees<", "1 - 2 = -1", "needs a judge", "Loss &amp; co",
                     "src='data:image/svg+xml;base64,PHN2Zy8+'", "commit 0123456789ab (changed)", "a &lt;cpu&gt;",
                     "1 agrees, 1 not measured", "default-src 'none'"):
            self.assertIn(text, page)
        self.assertNotIn("http://", page)
        self.assertNotIn("https://", page)

    def test_markdown_is_the_same_as_text(self):
        read, outcomes, reports = self.made()
        page = claims_page.markdown_page(read, outcomes, reports, "All.")
        self.assertIn("| A <b> & \\| b | section 1: 1 of 2 | 64: 1 - 2 = -1 (yes) | **agrees** |", page)
        self.assertIn("| Elsewhere | figure 9 | needs a judge | **not measured** |", page)


STAND_IN = """#!/bin/sh
echo "$@" >>"$(dirname "$0")/calls"
case $1 in
  run) exit ${RUN_CODE:-0} ;;
  aggregate) mkdir -p "$2/report"; cp "$(dirname "$0")/made.json" "$2/report/report.json" ;;
esac
"""


class Reproduce(Folder):
    def setUp(self):
        super().setUp()
        self.program = self.path / "multistate"
        self.program.write_text(STAND_IN, encoding="ascii")
        self.program.chmod(0o755)
        made = report([cell("tova", 64, {"loss": metric(1.0)}), cell("window", 64, {"loss": metric(2.0)})])
        (self.path / "made.json").write_text(json.dumps(made), encoding="utf-8")
        more = ('run = ["--jobs", "1"]\nquick = ["state_size=64"]\naggregate = ["--metric", "loss"]\n'
                '[[sweep]]\nname = "three"\nconfig = "configs/three.yaml"\nwhat = "Three"\nneeds = "data/not/there"\n'
                '[[sweep]]\nname = "two"\nconfig = "configs/two.yaml"\nwhat = "Two"\n')
        self.read(f'{more}[[claim]]\ntext = "t"\nwhere = "w"\nsweep = "one"\ncheck = {LESS}\n')

    def run_it(self, *arguments, **environment):
        command = [sys.executable, ROOT / "tools" / "reproduce", "--program", self.program, "--claims",
                   self.path / "claims.toml", "--output", self.path / "out", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment or None)

    def calls(self):
        return (self.path / "calls").read_text(encoding="utf-8").splitlines()

    def test_sweeps_are_run_and_aggregated_and_the_page_is_written(self):
        done = self.run_it("--jobs", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        out = self.path / "out"
        self.assertEqual(self.calls(), [f"run configs/one.yaml output='{out}/one' --jobs 1", f"aggregate {out}/one --metric loss",
                                        f"run configs/two.yaml output='{out}/two' --jobs 3", f"aggregate {out}/two"])
        self.assertIn("three is left out: data/not/there, which it needs, is not there", done.stdout)
        self.assertEqual(json.loads((out / "claims.json").read_text(encoding="utf-8"))[0]["verdict"], "agrees")
        self.assertIn("1 agrees", (out / "index.html").read_text(encoding="utf-8"))
        self.assertIn("**agrees**", (out / "README.md").read_text(encoding="utf-8"))

    def test_quick_and_only(self):
        done = self.run_it("--quick", "--only", "one")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.calls()[0], f"run configs/one.yaml output='{self.path / 'out'}/one' state_size=64 --jobs 1")
        self.assertEqual(len(self.calls()), 2)
        unknown = self.run_it("--only", "four")
        self.assertIn("there is no sweep 'four'; sweeps are one, three, two", unknown.stderr)

    def test_failed_cells_leave_a_page_and_the_exit_code(self):
        done = self.run_it(PATH="/usr/bin:/bin", RUN_CODE="1")
        self.assertEqual(done.returncode, 1)
        self.assertTrue((self.path / "out" / "index.html").exists())
        stopped = self.run_it(PATH="/usr/bin:/bin", RUN_CODE="2")
        self.assertNotEqual(stopped.returncode, 0)
        self.assertIn("ended with exit code 2", stopped.stderr)

    def test_without_a_program_nothing_is_run(self):
        self.program.unlink()
        missing = self.run_it()
        self.assertNotEqual(missing.returncode, 0)
        self.assertIn(f"--program: '{self.program}' is no program", missing.stderr)
        self.assertFalse((self.path / "out").exists())

    def test_the_page_alone_needs_no_program(self):
        self.assertEqual(self.run_it("--only", "one").returncode, 0)
        self.program.unlink()
        page = self.path / "out" / "index.html"
        page.unlink()
        again = self.run_it("--page")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertTrue(page.exists())

    def test_commands_name_paths_from_the_project_where_they_lie_below_it(self):
        inside = ROOT / "build" / "reproduce_test"
        self.addCleanup(shutil.rmtree, inside, ignore_errors=True)
        command = [sys.executable, ROOT / "tools" / "reproduce", "--program", self.program, "--claims",
                   self.path / "claims.toml", "--output", inside, "--only", "one"]
        subprocess.run(command, capture_output=True, check=False, cwd=self.path)
        self.assertEqual(self.calls()[0], "run configs/one.yaml output='build/reproduce_test/one' --jobs 1")

    def test_the_page_alone_needs_results(self):
        none = self.run_it("--page")
        self.assertIn("holds no report of a sweep", none.stderr)
        self.assertNotEqual(none.returncode, 0)
        self.run_it()
        (self.path / "calls").unlink()
        self.assertEqual(self.run_it("--page").returncode, 0)
        self.assertFalse((self.path / "calls").exists())


if __name__ == "__main__":
    unittest.main()
