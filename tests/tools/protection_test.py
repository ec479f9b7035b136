"""tools/lib/paired.py, tools/lib/protection.py and tools/protection: statistics beside scipy's, effects put into made losses, the page."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))
import paired  # noqa: E402
import protection  # noqa: E402
from made_cells import write_cell, write_manifest  # noqa: E402


class Paired(unittest.TestCase):
    def test_tails_are_those_of_scipy(self):
        # scipy.stats.t.sf(|t|, freedom) * 2
        for freedom, t, expected in EXPECTED_TAILS:
            self.assertAlmostEqual(paired.t_tail(t, freedom), expected, delta=1e-13)

    def test_quantile(self):
        self.assertAlmostEqual(paired.t_quantile(23), 2.0686576104190406, places=9)

    def test_difference_is_scipys_ttest_rel(self):
        one = paired.difference([1.0, 2.0, 3.5, 2.5], [0.5, 1.8, 3.9, 1.0])
        self.assertAlmostEqual(one.mean, 0.45)
        self.assertAlmostEqual(one.p, EXPECTED_P, places=12)
        self.assertAlmostEqual(one.low, EXPECTED_LOW, places=9)
        self.assertAlmostEqual(one.high, EXPECTED_HIGH, places=9)

    def test_what_samples_can_detect(self):
        # Of a standard deviation of 1, by scipy's noncentral t (samples, tests, effect with a power of 0.8).
        for n, tests, expected in (24, 1, 0.5971847984875892), (24, 360, 1.1274049636523022), (10, 20, 1.6430194503745688):
            margin = paired.t_quantile(n - 1) / n ** 0.5
            found = paired.detectable(paired.Difference(0.0, -margin, margin, 1.0, n), tests)
            self.assertLess(found, expected * 1.001)
            self.assertGreater(found, expected * 0.96)

    def test_one_sample_shows_nothing(self):
        with self.assertRaises(ValueError):
            paired.difference([1.0], [2.0])

    def test_holm_by_hand(self):
        # Sorted 0.01, 0.02, 0.03 times 3, 2, 1: 0.03, 0.04, then at least as much as before.
        self.assertEqual(paired.holm([0.03, 0.01, 0.02]), [0.04, 0.03, 0.04])


# By scipy 1.x.
EXPECTED_TAILS = [(1, 2.5, 0.24223788318168682), (2, 0.3, 0.7924856608401776), (7, 2.5, 0.04099221858575289),
                  (23, 4.0, 0.0005625419150716335), (24, -1.2, 0.241851353102341), (23, 9.0, 5.367933110751153e-09)]
EXPECTED_P, EXPECTED_LOW, EXPECTED_HIGH = 0.3392540508564546, -0.8129942226895548, 1.7129942226895547

CHUNK = [0.0, 0.3, -0.2, 0.1]      # What is hard about a chunk, in every run alike.
NOISE = {"random": [0.01, -0.01, 0.02, -0.02], "good": [0.0, 0.01, -0.01, 0.0], "same": [-0.02, 0.01, 0.02, -0.01]}


def made_losses(score, sinks, recent, scope):
    loss = 3.0 + {"random": 0.0, "good": -0.5, "same": 0.0}[score]
    loss += {0: 2.0, 4: 0.0}[sinks] + {0: 1.0, 0.25: 0.0}[recent] + {"layer": 0.25, "kv_head": 0.0}[scope]
    return [loss + chunk + noise for chunk, noise in zip(CHUNK, NOISE[score])]


class Protection(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        for score in NOISE:
            for sinks in (0, 4):
                for recent in (0, 0.25):
                    for scope in ("layer", "kv_head"):
                        write_cell(self.folder, f"{score}-{sinks}-{recent}-{scope}",
                                   {"name": score, "sinks": sinks, "recent": recent, "scope": scope},
                                   made_losses(score, sinks, recent, scope))
        write_cell(self.folder, "full", {"name": "full"}, [2.0 + chunk for chunk in CHUNK], size=None)
        write_manifest(self.folder)

    def sweep(self):
        return protection.Sweep.read(self.folder)

    def test_contrasts_are_the_effects_that_were_put_in(self):
        sweep = self.sweep()
        found = sweep.score_contrasts(64)
        self.assertEqual(len(found), 16)      # 2 scores x 8 settings
        for (score, setting), (one, p) in found.items():
            self.assertAlmostEqual(one.mean, -0.5 if score == "good" else 0.0, places=9)
            self.assertEqual(p < 0.05, score == "good", f"{score} {setting}")

    def test_shares_of_variance_by_hand(self):
        # Of a factorial without interactions each effect's mean square of deviations: score levels 0, 0, -0.5 have variance 1/18; protection
        # levels 3, 2, 1, 0 have 1.25; scope levels 0.25, 0 have 1/64.
        sweep = self.sweep()
        shares = sweep.shares(sweep.settings)
        total = 1 / 18 + 1.25 + 1 / 64
        for effect, square in ({"score"}, 1 / 18), ({"protection"}, 1.25), ({"scope"}, 1 / 64):
            share, low, high = shares[frozenset(effect)]
            self.assertAlmostEqual(share, square / total, places=9)
            self.assertLessEqual(low, share + 1e-12)
            self.assertGreaterEqual(high, share - 1e-12)
        self.assertAlmostEqual(sum(share for share, _, _ in shares.values()), 1.0)

    def test_two_folders_are_one_sweep(self):
        second = self.folder / "second"
        for score in NOISE:
            for sinks, recent in (0, 0), (4, 0.25):
                write_cell(second, f"{score}-{sinks}", {"name": score, "sinks": sinks, "recent": recent, "scope": "layer"},
                           made_losses(score, sinks, recent, "layer"), size=256)
        write_cell(second, "window", {"name": "window", "sinks": 4, "recent": 0, "scope": "kv_head"}, [9.0, 9.0, 9.0, 9.0], size=256)
        write_manifest(second)
        sweep = protection.Sweep.read(self.folder, second)
        # The window stands beside every score with as many first tokens, whatever its scope.
        self.assertEqual(sweep.run("window", protection.Setting(256, "layer", 4, 0.25)).losses, [9.0, 9.0, 9.0, 9.0])
        self.assertIsNone(sweep.run("window", protection.Setting(256, "layer", 0, 0)))
        self.assertEqual(sweep.sizes(), [64, 256])
        self.assertEqual(len(sweep.score_contrasts(256)), 5)
        # One scope: an effect of scope is not estimated, rather than estimated as 0.
        shares = sweep.shares([setting for setting in sweep.settings if setting.size == 256])
        self.assertEqual(set(shares), {frozenset({"score"}), frozenset({"protection"}), frozenset({"score", "protection"})})

    def test_the_full_cache_has_to_be_the_same_but_for_rounding(self):
        for name, change in ("second", 5e-6), ("third", 5e-5):
            folder = self.folder / name
            write_cell(folder, "random", {"name": "random", "sinks": 0, "recent": 0, "scope": "layer"}, [1.0, 2.0, 3.0, 4.0], size=256)
            write_cell(folder, "full", {"name": "full"}, [2.0 + chunk + change for chunk in CHUNK], size=None)
            write_manifest(folder)
        self.assertEqual(protection.Sweep.read(self.folder, self.folder / "second").full, self.sweep().full)
        with self.assertRaisesRegex(protection.SweepError, "third: the full cache has other losses on 128 tokens"):
            protection.Sweep.read(self.folder, self.folder / "third")

    def test_folders_of_other_texts_are_no_sweep(self):
        second = self.folder / "second"
        write_cell(second, "random", {"name": "random", "sinks": 0, "recent": 0, "scope": "layer"}, [1.0, 2.0], size=256)
        write_manifest(second)
        with self.assertRaisesRegex(protection.SweepError, "second: chunks is 2"):
            protection.Sweep.read(self.folder, second)

    def test_page_from_results_and_from_what_it_keeps_is_the_same(self):
        texts = []
        for source in self.folder, self.folder / "page" / "runs.json":
            done = subprocess.run([sys.executable, "-B", str(ROOT / "tools" / "protection"), str(source), "--page", str(self.folder / "page")],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("README.md", done.stdout)
            texts.append((self.folder / "page" / "README.md").read_text() + (self.folder / "page" / "k64.svg").read_text())
        self.assertEqual(*texts)
        self.assertIn("`good` (-0.500) beats the random choice", texts[0])
        self.assertIn("`same` cannot be told from it (4 chunks show a difference of ", texts[0])

    def test_other_models_are_refused(self):
        path = next(self.folder.glob("cells/good-*")) / "result.json"
        cell = json.loads(path.read_text())
        cell["context"]["inputs"]["model_sha256"] = "cc"
        path.write_text(json.dumps(cell))
        with self.assertRaises(protection.SweepError):
            self.sweep()

    def test_no_control_no_page(self):
        for cell in self.folder.glob("cells/random-*/result.json"):
            cell.unlink()
        with self.assertRaisesRegex(protection.SweepError, "control"):
            self.sweep()


if __name__ == "__main__":
    unittest.main()
