"""tools/reproduce and its page: what the page says, and a program that stands in for multistate."""

import json
import shutil
import subprocess
import sys
import unittest

from made_runs import LEFT, LESS, RIGHT, ROOT, Folder, pair, write_sweep

import claims
import claims_page
from claims_file import read_claims


class Pages(Folder):
    def made(self):
        write_sweep(self.path / "one", pair(LEFT, RIGHT, document=["a", "a", "a", "a"]))
        figures = self.path / "one" / "report" / "figures"
        figures.mkdir(parents=True)
        (figures / "loss.svg").write_text("<svg/>", encoding="utf-8")
        check = LESS.replace("below = 0", "below = {points = 0.4, level = 7.16}")
        read = self.read(f'[[claim]]\ntext = "A <b> & | b"\nwhere = "section 1"\npaper = "1 of 2"\nsweep = "one"\ncheck = {check}\n'
                         'changes = [{date = 2026-11-28, text = "in nats"}]\n'
                         '[[claim]]\ntext = "Elsewhere"\nwhere = "figure 9"\ncannot_judge = "needs a judge"\n'
                         f'[[claim]]\ntext = "By nature"\nwhere = "w"\nsweep = "one"\nidentity = "It must"\ncheck = {LESS}\n')
        sweeps = claims.read_sweeps(read, self.path)
        return read, claims.judge(read["claim"], sweeps), sweeps

    def test_html_holds_everything_and_loads_nothing(self):
        read, judged, sweeps = self.made()
        page = claims_page.html_page(read, judged, sweeps, self.path, "All.")
        for text in ("A &lt;b&gt; &amp; | b", "class='verdict agrees'>agrees<", "2.5 - 4.5 = -2", "needs a judge", "Loss &amp; co",
                     "src='data:image/svg+xml;base64,PHN2Zy8+'", "commit 0123456789ab (changed)", "a &lt;cpu&gt;",
                     "All. 1 claims tested: 1 agrees; identities of the program: 1 holds; not judged here: 1.", "default-src 'none'",
                     "Benjamini and Bogomolov", "A small model", "No judge is here", "Changed 2026-11-28: in nats",
                     "samples: 4 of 1 document", "eviction during the prompt: one shot"):
            self.assertIn(text, page)
        self.assertNotIn("http://", page)
        self.assertNotIn("https://", page)

    def test_markdown_is_the_same_as_text(self):
        read, judged, sweeps = self.made()
        page = claims_page.markdown_page(read, judged, sweeps, "All.")
        self.assertIn("| A <b> & \\| b | section 1: 1 of 2 | 64: 2.5 - 4.5 = -2 [-3.299, -0.7008] (yes)<br>tested: difference below "
                      "0.05436 nats (0.4 points at 7.16)<br>Changed 2026-11-28: in nats | **agrees** |", page)
        identities, rest = page.split("## Identities checked")[1].split("## What cannot be judged here")
        self.assertIn("tested: difference at most 0<br>It must | **holds** |", identities)
        self.assertIn("- No judge is here", rest)
        self.assertIn("| Elsewhere | figure 9 | needs a judge | **not judged** |", rest)

    def test_the_committed_results_of_the_paper_give_the_committed_page(self):
        folder = ROOT / "results" / "reference" / "paper"
        read = read_claims(ROOT / "configs" / "paper" / "claims.toml")
        sweeps = claims.read_sweeps(read, folder)
        needs = {sweep["name"]: sweep["needs"] for sweep in read["sweep"] if "needs" in sweep}
        page = claims_page.markdown_page(read, claims.judge(read["claim"], sweeps, needs), sweeps, "All sweeps.")
        self.assertEqual(page, (folder / "README.md").read_text(encoding="utf-8"),
                         "run tools/reproduce --page --output results/reference/paper")


STAND_IN = r"""#!/bin/sh
echo "$@" >>"$(dirname "$0")/calls"
case $1 in
  run) out=${3#output=\'}; out=${out%\'}; mkdir -p "$out"; cp -r "$(dirname "$0")/made/." "$out"; exit ${RUN_CODE:-0} ;;
esac
"""


class Reproduce(Folder):
    def setUp(self):
        super().setUp()
        self.program = self.path / "multistate"
        self.program.write_text(STAND_IN, encoding="ascii")
        self.program.chmod(0o755)
        write_sweep(self.path / "made", pair(LEFT, RIGHT))
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
        self.assertIn(f"--program: '{self.program}' not found", missing.stderr)
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
        self.assertIn("holds no results of a sweep", none.stderr)
        self.assertNotEqual(none.returncode, 0)
        self.run_it()
        (self.path / "calls").unlink()
        self.assertEqual(self.run_it("--page").returncode, 0)
        self.assertFalse((self.path / "calls").exists())


if __name__ == "__main__":
    unittest.main()
