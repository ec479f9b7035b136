#!/usr/bin/env python3
"""Figures are whole SVGs that hold names of results as text, and what goes wrong is said.

usage: figures_test.py REPORT_PROBE
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

SVG = "{http://www.w3.org/2000/svg}"
# Everything that a shell, a regular expression, LaTeX, XML or a terminal could take for its own.
EVIL = 'a <b> & "c", \'d\' `touch x` $(touch x) %s \\ [1] $^_{} <script>x</script>'
EVIL_LINES = "two\nlines\x1b[31m\u009b"


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        # A folder whose name a shell would run.
        cls.folder = pathlib.Path(holder.name) / "a $(touch injected) '; touch injected; '"
        cls.folder.mkdir()
        cls.report = cls.folder / "report.json"
        subprocess.run([PROBE, "make", "0", cls.report], check=True)
        made = json.loads(cls.report.read_text())
        for cell in made["cells"]:
            evil = {"tova": EVIL, "window": EVIL_LINES}.get(cell["label"])
            if evil:
                cell["label"] = evil
                cell["name"] = evil.translate({10: " ", 27: " ", 0x9b: " "})
        made["setup"] = EVIL
        cls.report.write_text(json.dumps(made))
        cls.figures = cls.folder / "figures"
        cls.drawn = cls.draw(cls.figures)
        cls.names = sorted(path.name[:-len(".vg.json")] for path in cls.figures.glob("*.vg.json"))

    @classmethod
    def draw(cls, folder, **environment):
        return subprocess.run([PROBE, "figures", cls.report, folder], capture_output=True, text=True,
                              cwd=cls.folder, env={**os.environ, **environment})

    def texts(self, name):
        root = ElementTree.parse(self.figures / f"{name}.svg").getroot()
        self.assertEqual(root.tag, SVG + "svg")
        return ["".join(text.itertext()) for text in root.iter(SVG + "text")]

    def test_every_figure_is_a_whole_svg(self):
        self.assertEqual((self.drawn.returncode, self.drawn.stdout, self.drawn.stderr), (0, "", ""))
        self.assertGreater(len(self.names), 12)
        for name in self.names:
            with self.subTest(figure=name):
                self.texts(name)

    def test_names_of_results_are_shown_as_text_and_run_nowhere(self):
        for name in self.names:
            with self.subTest(figure=name):
                texts = self.texts(name)
                if name.endswith("-map"):  # A panel a policy, whose title ends with the panel.
                    shown = [text for text in texts if text.startswith(EVIL[:20])]
                    self.assertEqual(bool(shown), "-unbounded" not in name)
                else:
                    self.assertIn(EVIL, texts)  # In the legend
                    self.assertIn("two lines [31m", [text.strip() for text in texts])
                self.assertTrue(any(text.endswith("| " + EVIL) for text in texts))  # The setup
        self.assertEqual([path.name for path in self.folder.rglob("*injected*")], [])
        self.assertEqual([path.name for path in self.folder.rglob("x")], [])
        for path in self.figures.glob("*.svg"):
            self.assertNotIn("<script", path.read_text())

    def test_a_figure_is_on_white_with_the_fixed_colours_of_its_policies(self):
        svg = (self.figures / "nll-by-state-size.svg").read_text()
        self.assertIn('fill="white"', svg)
        for color in ("#0072B2", "#009E73"):  # H2O, StreamingLLM
            self.assertIn(f'stroke="{color}"', svg)

    def test_the_legend_takes_no_width_from_the_data(self):
        root = ElementTree.parse(self.figures / "nll-by-state-size.svg").getroot()
        width, height = (float(part) for part in root.get("viewBox").split()[2:])
        self.assertLess(width, 760)
        marks = [group for group in root.iter(SVG + "g") if "role-axis-grid" in group.get("class", "")]
        lines = [float(line.get("x2")) for group in marks for line in group.iter(SVG + "line")]
        self.assertGreater(max(map(abs, lines)), 0.8 * width)

    def test_equal_reports_make_equal_figures(self):
        other = self.folder / "again"
        self.assertEqual(self.draw(other).returncode, 0)
        for name in self.names:
            self.assertEqual((other / f"{name}.svg").read_bytes(),
                             (self.figures / f"{name}.svg").read_bytes(), name)

    def test_without_node_no_old_figure_stays_and_it_is_an_error(self):
        folder = self.folder / "without"
        shutil.copytree(self.figures, folder)
        (folder / "of-the-user.svg").write_text("kept")
        done = self.draw(folder, MULTISTATE_NODE="/nowhere/node")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{folder}: no figure is drawn, for node is not there", done.stdout)
        self.assertEqual([path.name for path in folder.iterdir()], ["of-the-user.svg"])

    def stand_in(self, name, script):
        path = self.folder / name
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)
        return str(path)

    def test_a_torn_or_failed_figure_is_named(self):
        torn = json.dumps({"count": 2, "figures": [
            {"name": "a", "spec": {}, "svg": "<svg>"},
            {"name": "b", "spec": {}, "error": "no \x1b[31m"}]})
        (self.folder / "torn.json").write_text(torn)
        for script, message, code in (
                ("cat >/dev/null; cat torn.json", "a.svg: the SVG is not whole", 1),
                ("cat >/dev/null; cat torn.json", r"b.svg: Vega: 'no \x1b[31m'", 1),
                ("cat >/dev/null; echo oops >&2; exit 3", "no figure is drawn", 1),
                ("cat >/dev/null; echo oops >&2; exit 3", "ended with code 3: 'oops", 1),
                ("echo '[]'", "printed no figures", 1)):
            with self.subTest(message=message):
                done = self.draw(self.folder / "torn", MULTISTATE_NODE=self.stand_in("node", script),
                                 MULTISTATE_RSVG_CONVERT="/nowhere")
                self.assertEqual(done.returncode, code)
                self.assertIn(message, done.stdout)

    def test_a_pdf_is_made_where_there_is_a_converter_and_its_failure_is_named(self):
        folder = self.folder / "pdf"
        convert = self.stand_in("rsvg-convert", 'for word; do case $word in --output=*) '
                                                'echo "%PDF-1" > "${word#--output=}";; esac; done\n')
        self.assertEqual(self.draw(folder, MULTISTATE_RSVG_CONVERT=convert).returncode, 0)
        self.assertEqual(len(list(folder.glob("*.pdf"))), len(self.names))
        failing = self.stand_in("failing", "exit 4\n")
        done = self.draw(folder, MULTISTATE_RSVG_CONVERT=failing)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{folder}/nll-by-state-size.pdf: {failing} ended with code 4", done.stdout)
        self.assertEqual(list(folder.glob("*.pdf")), [])


if __name__ == "__main__":
    PROBE = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
