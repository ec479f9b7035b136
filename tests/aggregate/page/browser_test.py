#!/usr/bin/env python3
"""report.html in a real browser, without a network.

usage: browser_test.py REPORT_PROBE PROGRAM
"""
import base64
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "command"))
from chromium import Chromium, Page  # noqa: E402
from sweeps import Sweep  # noqa: E402

EVIL = '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">'
NAMES = {"h2o": "H2O", "streaming": "StreamingLLM", "tova": "TOVA", "window": "window",
         "random": "random", "full": "full cache"}
COLORS = {"h2o": "#0072B2", "tova": "#D55E00", "streaming": "#009E73", "window": "#CC79A7",
          "random": "#808080"}
FIRST_COLUMN = "#cell-table tbody .opener"


class InBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = pathlib.Path(holder.name)
        cls.chromium = Chromium()
        cls.addClassCleanup(cls.chromium.close)
        cls.report = cls.made("0", "small.json")

    @classmethod
    def made(cls, cells, name):
        path = cls.folder / name
        subprocess.run([PROBE, "make", cells, path], check=True)
        return json.loads(path.read_text())

    def open(self, report, **size):
        source, target = self.folder / "report.json", self.folder / "report.html"
        source.write_text(json.dumps(report))
        subprocess.run([PROBE, "page", source, target], check=True)
        page = self.tab(**size)
        page.open(target)
        return page

    def tab(self, **size):
        page = Page(self.chromium, **size)
        self.addCleanup(page.close)
        return page

    def done(self):
        return [cell for cell in self.report["cells"] if cell["state"] == "done"]


class Loading(InBrowser):
    def test_it_loads_itself_and_nothing_else(self):
        page = self.open(self.report)
        self.assertEqual(page.complaints(), [])
        self.assertEqual(page.requests(), [(self.folder / "report.html").as_uri()])
        self.assertEqual(page.texts(".error"), [])

    def test_the_summary_has_the_best_and_the_counts(self):
        page = self.open(self.report)
        cells = self.report["cells"]
        self.assertEqual(page.texts("#counts"), [
            f"{len(cells) - 3} of {len(cells)} planned cells "
            "(1 failed, 1 partial, 1 missing, 0 limited)"])
        best = [one for one in self.report["groups"][0]["best"] if one["metric"] == "nll"]
        rows = page.value("""[...document.querySelector("#summary table").tBodies[0].rows]
                             .map(row => [...row.cells].map(cell => cell.textContent.trim()))""")
        self.assertEqual([row[:2] for row in rows],
                         [[str(one["state_size"]), NAMES[one["label"]]] for one in best])
        for row, one in zip(rows, best):
            # Intervals are 0.08 wide: two digits of half of that.
            self.assertEqual(row[2], f"{one['value']:.3f}")
            self.assertEqual(row[3], NAMES[one["label"]] + " is best")
            self.assertTrue(row[6].startswith("+"), row)
        first = best[0]
        self.assertIn(f"nll: {NAMES[first['label']]} is best at cache size {first['state_size']} "
                      f"(+{first['versus_full']['difference']:.3f} to the full cache), ",
                      page.texts(".lead")[0])
        self.assertIn("out of memory", page.texts("#warnings")[0])
        self.assertIn("0123456789abcdef", page.texts("#provenance")[0])

    def test_texts_of_results_are_shown_and_not_run(self):
        report = json.loads(json.dumps(self.report))
        cell = report["cells"][1]
        old = cell["label"]
        group = report["groups"][0]
        for one in report["cells"] + group["best"] + group["smallest_state"]:
            one["label"] = EVIL if one["label"] == old else one["label"]
            if one["label"] == EVIL:
                one["name"] = EVIL
        report["sweeps"][0]["name"] = EVIL
        cell["samples"]["nll"][0][0] = EVIL
        cell["parameters"]["policy.note"] = EVIL
        cell["texts"] = [{"sample": 0, "prompt": "Say it", "text": EVIL}, {"sample": 1, "outputs": [EVIL]}]
        report["cells"][-3]["error"] = EVIL
        report["warnings"] = [EVIL]
        page = self.open(report)
        page.click(f'{FIRST_COLUMN}[data-id="{cell["id"]}"]')
        self.assertIn(EVIL, page.texts(".opened .samples td"))
        self.assertIn(EVIL, page.texts(".opened dd"))
        page.click(".opened summary")
        page.wait_for("document.querySelector('.opened .texts') !== null")
        self.assertEqual(page.texts(".opened .texts dd"), ["Say it", EVIL, json.dumps([EVIL])])
        self.assertIn(EVIL, page.texts("#warnings li"))
        self.assertTrue(any(EVIL in text for text in page.texts("#legend label")))
        page.hover("#chart-size .symbols path")
        self.assertIn(EVIL, page.texts("h1")[0])
        self.assertEqual(page.value("typeof window.hacked"), "undefined")
        self.assertEqual((page.count("script"), page.count("img")), (3, 0))
        self.assertEqual(page.complaints(), [])

    def test_a_sweep_without_a_done_cell_says_so(self):
        report = json.loads(json.dumps(self.report))
        report["groups"] = []
        report["cells"] = report["cells"][-3:]
        page = self.open(report)
        self.assertEqual(page.texts("#groups"), ["No run is done yet."])
        self.assertEqual(page.count("#cell-table tbody tr"), 3)
        self.assertEqual(page.complaints(), [])

    def test_thousands_of_cells_are_in_the_table_and_few_in_the_document(self):
        report = self.made("2000", "many.json")
        page = self.open(report)
        count = len(report["cells"])
        self.assertEqual(page.texts("#shown"), [f"{count} of {count} runs"])
        self.assertEqual(page.count("#cell-table tbody tr"), 100)
        first = page.value(f'document.querySelector("{FIRST_COLUMN}").dataset.id')
        page.click('[aria-label="next page"]')
        self.assertEqual(page.value(f'document.querySelector("{FIRST_COLUMN}").dataset.id'),
                         report["cells"][100]["id"])
        page.click('[aria-label="previous page"]')
        self.assertEqual(page.value(f'document.querySelector("{FIRST_COLUMN}").dataset.id'), first)


class Charts(InBrowser):
    def choose(self, page, key, value):
        page.value(f"""(() => {{
            const select = document.getElementById("{key}");
            select.value = "{value}";
            select.dispatchEvent(new Event("change"));
        }})()""")

    def test_every_chart_has_its_marks(self):
        page = self.open(self.report)
        labels = {cell["label"] for cell in self.done()}
        bounded = [cell for cell in self.done() if cell["parameters"]["state_size"] is not None]
        self.assertEqual(page.count("#chart-size .symbols path"), len(bounded))
        self.assertEqual(page.count("#chart-size .lines path"), len(labels) - 1)
        self.assertEqual(page.count("#chart-size .bands path"), len(labels) - 1)
        self.assertIn("the full cache, at 0, is below", page.texts("#chart-size .note")[0])
        self.choose(page, "view", "value")
        self.assertEqual(page.count("#chart-size .symbols path"), len(bounded))
        self.assertEqual(page.count("#chart-size .across line"), 1)
        for chart in ("speed", "memory"):
            self.assertEqual(page.count(f"#chart-{chart} .symbols path"), len(self.done()))
            self.assertEqual(page.count(f"#chart-{chart} .front path"), 1)
        places = len(self.done()[0]["series"]["nll_by_place"])
        self.assertEqual(page.count("#chart-place .symbols path"), places * len(labels))
        # All policies of the size, and the full cache, beside each other.
        self.assertEqual(page.count("#chart-map .tiles path"), 12 * 8 * len(labels))
        self.assertEqual(page.count("#chart-label .symbols path"), 3 * len(labels))

    def test_lengths_and_depths_make_a_map(self):
        page = self.open(self.made("1", "grid.json"))
        self.assertEqual(page.count("#chart-depth .tiles path"), 5 * 4 * 5)
        self.assertEqual(page.count("#group option"), 4 * 5)
        self.assertEqual(page.complaints(), [])

    def test_points_are_where_their_values_are(self):
        page = self.open(self.report)
        self.choose(page, "view", "value")
        at = page.value("""[...document.querySelectorAll("#chart-size .symbols path")]
            .map(node => [node.getAttribute("stroke"), node.getBoundingClientRect()])
            .map(([color, box]) => [color, box.x + box.width / 2, box.y + box.height / 2])""")
        by_color = {}
        for color, x, y in at:
            by_color.setdefault(color, []).append((x, y))
        cells = {}
        for cell in self.done():
            if cell["parameters"]["state_size"]:
                cells.setdefault(cell["label"], []).append(cell)
        points = []
        for label, color in COLORS.items():
            found = sorted(by_color[color])
            mine = sorted(cells[label], key=lambda cell: cell["parameters"]["state_size"])
            points += [(y, cell["metrics"]["nll"]["value"]) for (_, y), cell in zip(found, mine)]
            steps = [b[0] - a[0] for a, b in zip(found, found[1:])]
            self.assertLess(max(steps) - min(steps), 1.5)  # Sizes double: equal steps of log 2.
        (y0, v0), (y1, v1) = min(points, key=lambda p: p[1]), max(points, key=lambda p: p[1])
        for y, value in points:
            self.assertAlmostEqual(y, y0 + (value - v0) / (v1 - v0) * (y1 - y0), delta=2.0)

    def test_a_point_says_what_it_is(self):
        page = self.open(self.report)
        page.hover("#chart-size .symbols path")
        page.wait_for("document.querySelector('#tooltip:not([hidden])') !== null")
        text = page.texts("#tooltip")[0]
        self.assertIn("H2O", text)
        self.assertIn("cache size32", text)
        self.assertIn("p (adjusted)0.0200", text)

    def test_a_policy_can_be_switched_off_and_another_metric_chosen(self):
        page = self.open(self.report)
        before = page.count("#chart-size .symbols path")
        page.click('#legend input[data-label="tova"]')
        self.assertEqual(page.count("#chart-size .symbols path"), before - 5)
        self.assertEqual(page.count("#chart-memory .symbols path"), before + 1 - 5)
        self.choose(page, "metric", "perplexity")
        # It governs all charts of a metric, and what is switched off stays so.
        self.assertIn("perplexity, difference to the full cache",
                      page.texts("#chart-size .role-axis-title text"))
        for chart in ("memory", "speed"):
            self.assertIn("perplexity", page.texts(f"#chart-{chart} .role-axis-title text"))
        self.assertEqual(page.count("#chart-size .symbols path"), before - 5)

    def test_one_state_size_governs_all_charts_that_show_one(self):
        page = self.open(self.report)
        self.choose(page, "cache-size", "256")
        for chart in ("place", "map", "label"):
            self.assertIn("Cache size 256", page.texts(f"#chart-{chart} .note")[0])

    def test_data_of_a_chart_can_be_read_without_the_picture(self):
        page = self.open(self.report)
        page.click("#chart-size details summary")
        page.wait_for("document.querySelector('#chart-size details table') !== null")
        rows = page.value("""[...document.querySelectorAll("#chart-size details tbody tr")]
                             .map(row => [...row.cells].map(cell => cell.textContent))""")
        one = self.report["groups"][0]["comparisons"][0]
        self.assertEqual(len(rows), len(self.done()) - 1)
        self.assertEqual(rows[0], ["H2O", "32", *(f"{one[key]:.3f}" for key in
                                                  ("difference", "low", "high")), "12", "0.0200"])


class Table(InBrowser):
    def column(self, page, key):
        return page.value(f"""(() => {{
            const heads = [...document.querySelectorAll("#cell-table thead button")];
            const place = heads.findIndex(head => head.dataset.key === "{key}");
            return [...document.querySelectorAll("#cell-table tbody tr:not(.opened)")]
                .map(row => row.cells[place].textContent); }})()""")

    def test_a_click_sorts_and_another_turns_it_round(self):
        page = self.open(self.report)
        plan = self.column(page, "nll")
        page.click('[data-key="nll"]')
        up = self.column(page, "nll")
        numbers = [float(text.split()[0]) for text in up if text]
        self.assertEqual(numbers, sorted(numbers))
        self.assertNotEqual(up, plan)
        self.assertEqual(up[-3:], ["", "", ""])  # What has no value is last.
        self.assertEqual(page.value("document.querySelectorAll('[aria-sort=ascending]').length"), 1)
        page.click('[data-key="nll"]')
        down = self.column(page, "nll")
        self.assertEqual([float(text.split()[0]) for text in down if text], numbers[::-1])
        self.assertEqual(down[-3:], ["", "", ""])
        page.click('[data-key="nll"]')
        self.assertEqual(self.column(page, "nll"), plan)

    def filtered(self, page, text):
        page.click("#filter")
        page.value("document.getElementById('filter').select()")
        page.write(text)
        return page.value(f"[...document.querySelectorAll('{FIRST_COLUMN}')]"
                          ".map(one => one.dataset.id)")

    def test_a_filter_chooses_rows(self):
        page = self.open(self.report)
        cells = self.report["cells"]
        ids = lambda test: [cell["id"] for cell in cells if test(cell)]  # noqa: E731
        loss = lambda cell: cell["metrics"].get("nll", {}).get("value", 99)  # noqa: E731
        size = lambda cell: cell["parameters"]["state_size"] or 0  # noqa: E731
        middle = sorted(loss(cell) for cell in self.done())[10]
        for text, test in (
            ("tova", lambda cell: cell["label"] == "tova"),
            ("TOVA policy.name=tova", lambda cell: cell["label"] == "tova"),
            ("state_size>=128", lambda cell: size(cell) >= 128),
            ("state_size=64 window", lambda cell: size(cell) == 64 and cell["label"] == "window"),
            (f"nll<{middle!r}", lambda cell: loss(cell) < middle),
            ("policy.name!=full state=done", lambda cell: cell["label"] != "full"
             and cell["state"] == "done"),
            ("\"out of memory\"", lambda cell: cell["error"] == "out of memory"),
            ("nonsense", lambda cell: False),
        ):
            with self.subTest(text=text):
                self.assertEqual(self.filtered(page, text), ids(test))
        self.assertEqual(page.texts("#shown"), [f"0 of {len(cells)} runs"])

    def test_a_cell_opens_to_its_samples(self):
        page = self.open(self.report)
        cell = self.done()[3]
        opener = f'{FIRST_COLUMN}[data-id="{cell["id"]}"]'
        page.click(opener)
        rows = page.value("""[...document.querySelectorAll(".opened .samples tbody tr")]
                             .map(row => [...row.cells].map(cell => cell.textContent))""")
        self.assertEqual(len(rows), len(cell["samples"]["nll"]))
        for place, (row, (loss, tokens)) in enumerate(zip(rows, cell["samples"]["nll"])):
            self.assertEqual((row[0], row[2]), (str(place), str(tokens)))
            self.assertAlmostEqual(float(row[3]), loss / tokens, delta=6e-4)
        self.assertIn(cell["folder"], page.texts(".opened dd"))
        page.click(opener)
        self.assertEqual(page.count(".opened"), 0)

    def test_it_can_be_used_with_the_keyboard_alone(self):
        page = self.open(self.report)
        page.press("/")
        self.assertEqual(page.value("document.activeElement.id"), "filter")
        page.write("h2o")
        for _ in range(40):
            page.press("Tab")
            if page.value("document.activeElement.className") == "opener":
                break
        row = "document.activeElement.dataset.id"
        ids = [cell["id"] for cell in self.report["cells"] if cell["label"] == "h2o"]
        self.assertEqual(page.value(row), ids[0])
        page.press("ArrowDown")
        self.assertEqual(page.value(row), ids[1])
        page.press("Enter")
        self.assertEqual(page.count(".opened"), 1)
        page.press("ArrowLeft")
        self.assertEqual(page.count(".opened"), 0)
        page.press("ArrowRight")
        self.assertEqual(page.count(".opened"), 1)
        self.assertEqual(page.value(row), ids[1])
        # Where the focus is can be seen.
        self.assertNotEqual(page.style(".opener:focus-visible", "outline-style"), "none")


def luminance(color):
    parts = [float(part) / 255 for part in re.findall(r"[\d.]+", color)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class Media(InBrowser):
    def test_texts_can_be_read_in_light_dark_and_print(self):
        page = self.open(self.report)
        for media, scheme, is_dark in (("", "light", False), ("", "dark", True),
                                       ("print", "dark", False)):
            with self.subTest(media=media, scheme=scheme):
                page.call("Emulation.setEmulatedMedia", media=media,
                          features=[{"name": "prefers-color-scheme", "value": scheme}])
                ground = page.style("body", "background-color")
                self.assertEqual(luminance(ground) < 0.1, is_dark)
                for selector, name in (("body", "color"), ("#counts", "color"), ("th", "color"),
                                       ("#chart-size .role-axis-label text", "fill"),
                                       ("#chart-size .role-axis-title text", "fill"),
                                       ("#warnings li", "color"), (".note", "color")):
                    self.assertGreater(contrast(page.style(selector, name), ground), 4.5, selector)

    def test_it_prints_its_answers_without_its_controls(self):
        page = self.open(self.report)
        page.call("Emulation.setEmulatedMedia", media="print")
        for selector in ("nav", ".controls", "#legend .buttons"):
            self.assertEqual(page.style(selector, "display"), "none", selector)
        self.assertNotEqual(page.style("#chart-size svg", "display"), "none")
        page.call("Emulation.setEmulatedMedia", media="")
        pdf = base64.b64decode(page.call("Page.printToPDF", printBackground=True)["data"])
        self.assertTrue(pdf.startswith(b"%PDF-"))
        self.assertGreater(len(re.findall(rb"/Type\s*/Page\b", pdf)), 1)

    def test_nothing_is_wider_than_a_narrow_screen(self):
        page = self.open(self.report, width=390, height=800)
        self.assertLessEqual(page.value("document.documentElement.scrollWidth"), 390)
        self.assertEqual(page.complaints(), [])


class Watching(InBrowser):
    SAMPLES = [(210.0, 100), (250.0, 104), (232.0, 97), (241.0, 101)]

    def test_the_page_follows_a_sweep_and_keeps_what_was_chosen(self):
        sweep = Sweep(self.folder / "sweep")
        sweep.done("tova", 64, self.SAMPLES)
        sweep.done("h2o", 64, self.SAMPLES)
        later = [sweep.plan("window", 64), sweep.plan("tova", 128)]
        sweep.write_manifest()
        process = subprocess.Popen([PROGRAM, sweep.folder, "--watch", "--interval", "0.2",
                                    "--no-figures"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        path = sweep.folder / "report" / "report.html"
        page = self.tab()
        while not path.exists():
            self.assertIsNone(process.poll())
        page.open(path)
        self.assertIn("2 of 4 planned", page.texts("#counts")[0])
        page.click('[data-key="label"]')
        page.click("#filter")
        page.write("tova")
        sweep.finish(later[0], self.SAMPLES)
        page.wait_for("document.querySelector('#counts').textContent.startsWith('3 of 4')")
        page.wait_for("'ready' in document.body.dataset")
        self.assertEqual(page.value("document.getElementById('filter').value"), "tova")
        self.assertEqual(page.value("document.activeElement.id"), "filter")
        self.assertEqual(page.texts("#shown"), ["2 of 4 runs"])
        self.assertEqual(page.count('[aria-sort="ascending"] [data-key="label"]'), 1)
        sweep.finish(later[1], self.SAMPLES)
        page.wait_for("document.querySelector('#counts').textContent.startsWith('4 of 4')")
        self.assertEqual(process.wait(timeout=60), 0)
        # It is complete, so it does not look again.
        self.assertIn('"reload_seconds":0.0', path.read_text())
        self.assertEqual(page.complaints(), [])

    def test_without_watch_it_does_not_load_itself_again(self):
        sweep = Sweep(self.folder / "still")
        sweep.done("tova", 64, self.SAMPLES)
        sweep.plan("h2o", 64)
        sweep.write_manifest()
        subprocess.run([PROGRAM, sweep.folder, "--no-figures"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertIn('"reload_seconds":0.0',
                      (sweep.folder / "report" / "report.html").read_text())


if __name__ == "__main__":
    PROBE, PROGRAM = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
