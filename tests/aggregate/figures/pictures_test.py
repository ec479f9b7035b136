#!/usr/bin/env python3
"""Pictures are what their names say: SVG that is well-formed and holds the labels as text, PDF, PNG.

usage: pictures_test.py REPORT_PROBE
"""
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

SVG = "{http://www.w3.org/2000/svg}"
LABEL = 'a <b> & "c", d'


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.holder.cleanup)
        folder = pathlib.Path(cls.holder.name)
        report = folder / "report.json"
        subprocess.run([PROBE, "make", "0", report], check=True)
        made = json.loads(report.read_text())
        for cell in made["cells"]:
            if cell["label"] == "tova":
                cell["label"] = LABEL
        report.write_text(json.dumps(made))
        cls.figures = folder / "figures"
        subprocess.run([PROBE, "figures", report, cls.figures], check=True, stdout=subprocess.DEVNULL)
        cls.names = sorted(path.stem for path in cls.figures.glob("*.gp"))

    def test_every_figure_has_all_formats(self):
        self.assertGreater(len(self.names), 10)
        for name in self.names:
            for format, start in (("svg", b"<?xml"), ("pdf", b"%PDF-"), ("png", b"\x89PNG\r\n")):
                with self.subTest(figure=name, format=format):
                    content = (self.figures / f"{name}.{format}").read_bytes()
                    self.assertTrue(content.startswith(start), content[:20])

    def test_svg_is_well_formed_and_holds_the_label(self):
        for name in self.names:
            with self.subTest(figure=name):
                root = ElementTree.parse(self.figures / f"{name}.svg").getroot()
                self.assertEqual(root.tag, SVG + "svg")
                texts = {"".join(text.itertext()).strip() for text in root.iter(SVG + "text")}
                if "-unbounded" not in name:  # Those show the full model alone.
                    self.assertIn(LABEL, texts)

    def test_svg_has_a_background_of_its_own(self):
        root = ElementTree.parse(self.figures / "nll-by-state-size.svg").getroot()
        first = next(root.iter(SVG + "rect"))
        self.assertEqual(first.get("fill"), "#ffffff")

    def test_data_are_csv_with_as_many_fields_as_the_header(self):
        for name in self.names:
            with self.subTest(figure=name), open(self.figures / f"{name}.csv", newline="") as file:
                rows = list(csv.reader(file, strict=True))
                self.assertGreater(len(rows), 1)
                self.assertEqual({len(row) for row in rows}, {len(rows[0])})

    def test_five_policies_have_the_first_colours_of_okabe_and_ito(self):
        svg = (self.figures / "nll-by-state-size.svg").read_text()
        strokes = {tuple(map(int, rgb)) for rgb in re.findall(r"stroke='rgb\( *(\d+), *(\d+), *(\d+)\)'", svg)}
        for color in ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0)):
            with self.subTest(color=color):
                self.assertIn(color, strokes)


if __name__ == "__main__":
    PROBE = sys.argv.pop(1)
    unittest.main()
