"""tools/lib/catalogue_page.py and tools/catalogue_page: what is said of made losses on two models."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))
import catalogue_page  # noqa: E402
import protection  # noqa: E402
from made_cells import write_cell, write_manifest  # noqa: E402

CHUNK = [0.0, 0.3, -0.2, 0.1, 0.05, -0.1]                    # What is hard about a chunk, in every run alike.
NOISE = [0.01, -0.01, 0.02, -0.02, 0.01, -0.01]
# Loss less the control's on both models, bytes at the peak, role.
SCORES = {"good": (-0.5, -0.4, 1000, "policy"), "large": (-0.5, -0.5, 1200, "policy"), "bad": (0.3, 0.3, 1000, "policy"),
          "torn": (-0.3, 0.0, 1000, "policy"), "same": (0.0, 0.0, 1000, "policy"), "seer": (-0.9, -0.9, 1000, "reference"),
          "random": (0.0, 0.0, 1000, "control")}


def write_sweep(folder, model, place, scores=SCORES, sinks=4, size=64):
    for number, (score, (*means, peak, role)) in enumerate(scores.items()):
        noise = NOISE if score == "random" else NOISE[number:] + NOISE[:number]
        losses = [3.0 + means[place] + hard + wobble for hard, wobble in zip(CHUNK, noise)]
        write_cell(folder, f"{score}-{size}", {"name": score, "sinks": sinks, "recent": 0.25, "scope": "kv_head"}, losses, size, model=model,
                   peak=peak, role=role)
    write_cell(folder, f"full-{size}", {"name": "full"}, [2.0 + hard for hard in CHUNK], size=None, model=model)
    write_manifest(folder)


class CataloguePage(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        for place, model in enumerate(("first", "second")):
            write_sweep(self.folder / model, model, place)

    def page(self, *names):
        return catalogue_page.Page([protection.Sweep.read(self.folder / name) for name in names])

    def test_a_score_beats_the_control_where_it_does_on_all_models(self):
        page = self.page("first", "second")
        answer = page.answer(page.settings[0])
        self.assertIn("At k = 64 of 128 tokens, 2 of 5 scores beat a random choice with the same protected tokens on both models", answer)
        self.assertIn("in the same memory `good` (-0.500, -0.400); with more memory `large` (-0.500, -0.500; 1.20, 1.20 times the bytes).", answer)
        self.assertIn("Worse than the random choice on both models: `bad` (+0.300, +0.300).", answer)
        self.assertIn("Better on first, not told from it on second: `torn` (-0.300, +0.000).", answer)
        self.assertIn("Cannot be told from it on either model: `same` (a difference of ", answer)
        self.assertNotIn("seer", answer)

    def test_one_model_alone_tells_more(self):
        page = self.page("first")
        self.assertIn("3 of 5 scores beat a random choice with the same protected tokens on first", page.answer(page.settings[0]))
        self.assertIn("`torn` (-0.300)", page.answer(page.settings[0]))

    def test_a_size_that_only_one_model_has(self):
        write_sweep(self.folder / "first", "first", 0, size=256)
        page = self.page("first", "second")
        self.assertEqual([setting.size for setting in page.settings], [64, 256])
        self.assertIn("2 of 5 scores beat a random choice with the same protected tokens on both models", page.answer(page.settings[0]))
        self.assertIn("3 of 5 scores beat a random choice with the same protected tokens on first", page.answer(page.settings[1]))
        self.assertIn("| score | first: nats a token | bytes |", page.table(page.settings[1]))

    def test_a_score_that_only_one_model_has(self):
        write_sweep(self.folder / "fourth", "fourth", 1, {score: values for score, values in SCORES.items() if score != "torn"})
        page = self.page("first", "fourth")
        answer = page.answer(page.settings[0])
        self.assertIn("2 of 4 scores beat a random choice", answer)
        self.assertTrue(answer.endswith(" Not run on every model, and not counted: `torn` (-0.300, better) on first."), answer)

    def test_what_there_is_to_win(self):
        page = self.page("first", "second")
        self.assertEqual(page.room_line(page.settings[0]),
                         "The random choice loses 1.000 nats a token on first, 1.000 nats a token on second to the full cache.")

    def test_another_protection_or_the_same_model_is_refused(self):
        write_sweep(self.folder / "third", "third", 0, sinks=0)
        with self.assertRaisesRegex(protection.SweepError, "the control ran with .*sinks=0.*sinks=4"):
            self.page("first", "third")
        with self.assertRaisesRegex(protection.SweepError, "one of each model"):
            self.page("first", "first")

    def test_page_from_results_and_from_what_it_keeps_is_the_same(self):
        texts = []
        kept = [self.folder / "page" / f"losses-{name}.json" for name in ("first", "second")]
        for sources in [self.folder / "first", self.folder / "second"], kept:
            done = subprocess.run([sys.executable, "-B", str(ROOT / "tools" / "catalogue_page"), *map(str, sources), "--page", str(self.folder / "page")],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            texts.append((self.folder / "page" / "README.md").read_text() + (self.folder / "page" / "k64.svg").read_text())
        self.assertEqual(*texts)
        self.assertIn("| `seer` (reference) | -0.900 [", texts[0])
        self.assertEqual(texts[0].count("<circle"), 2 + 2 * (len(SCORES) - 1))     # A legend, and all but the control.

    def test_the_published_page_is_what_its_losses_say(self):
        published = ROOT / "results" / "reference" / "catalogue"
        done = subprocess.run([sys.executable, "-B", str(ROOT / "tools" / "catalogue_page"), "--page", str(self.folder / "page")],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in sorted(path.name for path in (self.folder / "page").iterdir()):
            self.assertEqual((self.folder / "page" / name).read_text(), (published / name).read_text(), name)


if __name__ == "__main__":
    unittest.main()
