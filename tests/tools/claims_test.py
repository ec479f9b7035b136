"""tools/lib/claims.py and its parts: verdicts worked by hand, claims files with mistakes."""

import math
import unittest

from made_runs import LEFT, LESS, MORE, RIGHT, ROOT, VALUE, Folder, pair, run, write_sweep

import claims
import claims_page
import estimates
from claims_file import ClaimError, bound, read_claims


class Estimates(unittest.TestCase):
    def test_tails_of_students_t_equal_their_closed_forms(self):
        for t in (0.0, 0.3, 1.0, 2.5, 7.0, -1.5):
            self.assertAlmostEqual(estimates.tail(t, 2), 0.5 - math.atan(t) / math.pi, 12)
            self.assertAlmostEqual(estimates.tail(t, 3), 0.5 - t / (2 * math.sqrt(2 + t * t)), 12)
            root = t / math.sqrt(3)
            self.assertAlmostEqual(estimates.tail(t, 4), 0.5 - (root / (1 + root * root) + math.atan(root)) / math.pi, 12)
        self.assertAlmostEqual(estimates.tail(1.959964, None), 0.025, 7)

    def test_half_an_interval_is_that_of_printed_tables(self):
        for units, expected in ((2, 12.706), (6, 2.571), (12, 2.201), (16, 2.131), (1001, 1.962), (None, 1.960)):
            self.assertAlmostEqual(estimates.margin(estimates.Estimate(0.0, 2.0, units)) / 2, expected, 3)

    def test_the_jackknife_of_a_mean_is_its_standard_error(self):
        values = [1.0, 2.0, 3.0, 2.0]
        found = estimates.jackknife(lambda chosen: sum(values[i] for i in chosen) / len(chosen), [[0], [1], [2], [3]])
        self.assertAlmostEqual(found.value, 2.0)
        self.assertAlmostEqual(found.stderr, math.sqrt(2 / 3 / 4))

    def test_the_level_after_selection_is_the_share_selected(self):
        # Smallest p times the number: 0.001, 0.02, 0.2, 2 * 0.04 = 0.08; limits 0.0125, 0.025, 0.0375, 0.05: two of four.
        self.assertAlmostEqual(estimates.selected_level([[0.2], [0.001], [0.04, 0.5], [0.02]]), 0.025)
        self.assertEqual(estimates.selected_level([[0.2], [0.3]]), 0.0)

    def test_rank_correlation_worked_by_hand(self):
        # Ranks 0 1 2 3 and 1 0 3 2: 1 - 6 * (1 + 1 + 1 + 1) / (4 * 15) = 0.6.
        self.assertAlmostEqual(estimates.spearman([1, 2, 3, 4], [20, 10, 40, 30]), 0.6)
        # Ranks 0.5 0.5 2 and 0 1 2: covariance 1.5, spreads 1.5 and 2.
        self.assertAlmostEqual(estimates.spearman([5, 5, 9], [1, 2, 3]), 1.5 / math.sqrt(1.5 * 2))
        self.assertTrue(math.isnan(estimates.spearman([1, 1], [1, 2])))

    def test_points_of_perplexity_in_nats(self):
        self.assertAlmostEqual(bound({"points": 0.4, "level": 7.16}, ""), math.log(7.56) - math.log(7.16))
        self.assertAlmostEqual(bound({"points": -0.1, "level": 7.16}, ""), math.log(7.06) - math.log(7.16))


class Answers(Folder):
    def test_a_paired_difference_beyond_chance_is_an_answer_either_way(self):
        found = self.judge(LESS, pair(LEFT, RIGHT))
        self.assertEqual(found.verdict, "agrees")
        self.assertEqual(found.parts[0].measured, "2.5 - 4.5 = -2 [-3.299, -0.7008]")
        self.assertAlmostEqual(found.parts[0].p, 0.016277, 6)  # t = 4.89898 with 3 degrees of freedom, by the closed form above.
        self.assertEqual(self.judge(MORE, pair(LEFT, RIGHT)).verdict, "disagrees")
        self.assertEqual(self.judge(LESS, pair(RIGHT, LEFT)).verdict, "disagrees")

    def test_an_interval_that_touches_the_bound_cannot_tell(self):
        margin = 3.182446305 * math.sqrt(2 / 3 / 4)
        for at, verdict in ((-2 + margin + 1e-6, "agrees"), (-2 + margin - 1e-6, "cannot tell"),
                            (-2 - margin + 1e-6, "cannot tell"), (-2 - margin - 1e-6, "disagrees")):
            self.assertEqual(self.judge(LESS.replace("below = 0", f"below = {at}"), pair(LEFT, RIGHT)).verdict, verdict, at)

    def test_one_story_of_twelve_that_is_shorter_decides_nothing(self):
        # Differences 0 eleven times and -301: the mean is -25.08, its error 25.08, t = 1.
        found = self.judge(LESS, pair([979.0] + [1280.0] * 11, [1280.0] * 12))
        self.assertEqual(found.verdict, "cannot tell")
        self.assertEqual(found.parts[0].why, "")
        self.assertAlmostEqual(found.parts[0].p, 2 * estimates.tail(1.0, 12))

    def test_one_sample_cannot_tell(self):
        found = self.judge(LESS, pair([1.0], [2.0]))
        self.assertEqual((found.verdict, found.parts[0].why), ("cannot tell", "one sample"))
        self.assertEqual(found.parts[0].measured, "1 - 2 = -1")

    def test_samples_without_spread_cannot_tell(self):
        found = self.judge(LESS, pair([1.0, 1.1, 1.3], [2.0, 2.1, 2.3]))
        self.assertEqual((found.verdict, found.parts[0].why), ("cannot tell", "no spread between samples"))
        self.assertEqual(self.judge(LESS, pair(LEFT, LEFT)).verdict, "cannot tell")

    def test_numbers_that_are_not_finite_cannot_tell(self):
        for broken in ("nan", "inf"):
            found = self.judge(LESS, pair([1.0, broken, 1.0], [2.0, 2.1, 2.3]))
            self.assertEqual((found.verdict, found.parts[0].why), ("cannot tell", "not a finite number"))

    def test_samples_of_one_document_count_once(self):
        # Documents' differences are -1.5 and -2.5 on average: mean -2, standard error 0.5, t = 4 with one degree of freedom.
        found = self.judge(LESS, pair(LEFT, RIGHT, document=["a", "a", "b", "b"]))
        self.assertEqual(found.verdict, "cannot tell")
        self.assertAlmostEqual(found.parts[0].p, 1 - 2 * math.atan(4) / math.pi)
        self.assertEqual(self.judge(LESS, pair(LEFT, RIGHT, document=["a"] * 4)).verdict, "agrees")

    def test_runs_with_different_samples_are_not_compared(self):
        runs = [run("tova", 64, {"loss": LEFT, "begin": [0, 1, 2, 3]}), run("window", 64, {"loss": RIGHT, "begin": [0, 1, 2, 4]})]
        found = self.judge(LESS, runs)
        self.assertEqual((found.verdict, found.parts[0].why), ("cannot tell", "the runs have different samples"))

    def test_both_bounds_have_to_be_passed(self):
        # Mean 2.5, standard error sqrt(5/3 / 4) = 0.6455, interval 2.5 +- 2.0543.
        for bounds, verdict in (("above = 0.4, below = 4.6", "agrees"), ("above = 0.5, below = 4.6", "cannot tell"),
                                ("above = 0.4, below = 4.5", "cannot tell"), ("above = 4.6, below = 9", "disagrees"),
                                ("above = -9, below = 0.4", "disagrees"), ("above = 0.4", "agrees"), ("below = 0.4", "disagrees")):
            found = self.judge(VALUE.replace("BOUNDS", bounds), [run("tova", 64, {"loss": LEFT})])
            self.assertEqual(found.verdict, verdict, bounds)

    def test_a_ratio_is_paired(self):
        check = LESS.replace("difference", "ratio").replace("below = 0", "above = 0.4, below = 0.6")
        # Left is half of right in each sample but for a little: unpaired, the spread of 2 to 6 would hide it.
        found = self.judge(check, pair([1.01, 2.0, 2.99, 3.0], [2.0, 4.0, 6.0, 6.0]))
        self.assertEqual(found.verdict, "agrees")
        self.assertTrue(found.parts[0].measured.startswith("2.25 / 4.5 = 0.5 [0.49"), found.parts[0].measured)

    def test_sums_over_samples_are_divided(self):
        check = VALUE.replace('metric = "loss"', 'sums = ["steps", "rows"]').replace("BOUNDS", "above = 1")
        found = self.judge(check, [run("tova", 64, {"steps": [4, 6, 5, 0], "rows": [2, 3, 2, 0]})])
        self.assertTrue(found.parts[0].measured.startswith("2.143 ["), found.parts[0].measured)  # 15 / 7
        self.assertEqual(found.verdict, "agrees")

    def test_ranks_against_a_threshold(self):
        check = ('{kind = "ranks", left = {policy = "tova", series = "life"}, above = 0.0, '
                 'values = {A = 4, B = 3, C = 2, D = 1, MISSING = 9}}')

        def runs(values):
            return [run("tova", 64, {}, {"life": [{"first_place": i, "label": label, "value": value}
                                                  for i, (label, value) in enumerate(values.items())]})]

        # 0.6 of four: its interval, tanh(0.69315 -+ 2.01876), holds 0.
        unsure = self.judge(check, runs({"A": 30, "B": 40, "C": 10, "D": 20, "NEW": 99}))
        self.assertEqual(unsure.verdict, "cannot tell")
        self.assertEqual(unsure.parts[0].measured, "0.6 [-0.8682, 0.9912] over 4 labels; highest: B A D C")
        many = {f"L{i}": i for i in range(12)}
        with_many = check.replace("{A = 4, B = 3, C = 2, D = 1, MISSING = 9}",
                                  "{" + ", ".join(f"{label} = {value}" for label, value in many.items()) + "}")
        self.assertEqual(self.judge(with_many, runs(many)).verdict, "agrees")
        self.assertEqual(self.judge(with_many, runs({label: -value for label, value in many.items()})).verdict, "disagrees")
        self.assertEqual(self.judge(check, runs({"A": 10, "B": 20, "C": 30})).verdict, "not judged")
        self.assertEqual(self.judge(check, runs({"A": 1, "B": 1, "C": 1, "D": 1})).parts[0].why, "all values are equal")

    def test_lengths_that_end_at_a_cap_decide_nothing(self):
        for ends, verdict in (([0, 0, 0, 0], "agrees"), ([0, 0, 0, 1], "agrees"), ([0, 0, 1, 1], "cannot tell")):
            found = self.judge(LESS, pair(LEFT, RIGHT, end_length=ends), 'cap = {metric = "end_length", share = 0.25}')
            self.assertEqual(found.verdict, verdict)
        self.assertEqual(found.parts[0].why, "50% of the samples end at the cap; more than 25% decide nothing")
        unknown = self.judge(LESS, pair(LEFT, RIGHT), 'cap = {metric = "end_length", share = 0.25}')
        self.assertIn("no metric end_length", unknown.parts[0].why)


class Verdicts(Folder):
    def test_exchanging_yes_and_no_exchanges_agrees_and_disagrees(self):
        other = {"agrees": "disagrees", "agrees in part": "disagrees in part", "mixed": "mixed", "cannot tell": "cannot tell"}
        other |= {value: key for key, value in other.items()}
        for answers, verdict in (([True, True], "agrees"), ([True, None, None], "agrees in part"), ([True, False], "mixed"),
                                 ([True, False, None], "mixed"), ([None], "cannot tell"), ([False, None], "disagrees in part"),
                                 ([False], "disagrees")):
            self.assertEqual(claims.verdict_of(answers), verdict)
            turned = [None if one is None else not one for one in answers]
            self.assertEqual(claims.verdict_of(turned), other[verdict])

    def test_one_part_that_decides_among_four_that_do_not(self):
        noise = [[1.0, 2.0, 1.0, 2.0], [2.0, 1.0, 2.0, 1.0]]
        quiet = [[1.0, 2.0, 3.0, 4.0], [2.0, 3.01, 4.0, 5.01]]
        runs = sum([pair(*noise, size=size) for size in (128, 256, 384, 512)], [])
        self.assertEqual(self.judge(LESS, pair(*quiet) + runs).verdict, "agrees in part")
        self.assertEqual(self.judge(MORE, pair(*quiet) + runs).verdict, "disagrees in part")
        self.assertEqual(self.judge(LESS, pair(*quiet) + pair(*quiet[::-1], size=128)).verdict, "mixed")

    def test_a_part_that_only_its_own_interval_would_decide_says_so(self):
        # p = 0.0163 alone; of four equal parts the first would need 0.05 / 4.
        runs = sum([pair(LEFT, RIGHT, size=size) for size in (64, 128, 256, 512)], [])
        found = self.judge(LESS, runs)
        self.assertEqual(found.verdict, "cannot tell")
        self.assertEqual({part.why for part in found.parts}, {"not after correction"})

    def test_many_claims_make_a_single_one_harder(self):
        write_sweep(self.path / "one", pair(LEFT, RIGHT) + [run("full", None, {"loss": [1.0, 2.0, 1.0, 2.0]})])
        one = f'[[claim]]\ntext = "t"\nwhere = "w"\nsweep = "one"\ncheck = {LESS}\n'
        noise = one.replace('"window"', '"full"')
        read = self.read(one + noise * 3)
        outcomes, level = claims.judge(read["claim"], claims.read_sweeps(read, self.path))
        self.assertEqual([outcome.verdict for outcome in outcomes], ["cannot tell"] * 4)  # 0.0163 >= 0.05 / 4
        self.assertEqual(level, 0.0)
        self.assertEqual(outcomes[0].parts[0].why, "not after correction")

    def test_identities_are_exact_and_no_evidence(self):
        for bounds, verdict in (("above = 2.5, below = 2.5", "holds"), ("below = 2.4", "fails")):
            found = self.judge(VALUE.replace("BOUNDS", bounds), [run("tova", 64, {"loss": LEFT})], 'identity = "By construction"')
            self.assertEqual(found.verdict, verdict)
            self.assertEqual(found.parts[0].p, None)
            self.assertIn("0 claims tested; identities of the program: 1", claims_page.tally([found]))
        whole = {"logits": {"value": 2e-5, "stderr": None, "n": 1}}
        found = self.judge(VALUE.replace("loss", "logits").replace("BOUNDS", "below = 1e-4"),
                           [run("tova", None, {"loss": LEFT}, metrics=whole)], 'identity = "By construction"')
        self.assertEqual((found.verdict, found.parts[0].measured), ("holds", "2e-05"))

    def test_sizes_and_shares_limit_a_claim(self):
        runs = pair(LEFT, RIGHT) + pair(RIGHT, LEFT, size=128)
        self.assertEqual(self.judge(LESS, runs, "sizes = [128]").verdict, "disagrees")
        found = self.judge(LESS, runs, "shares = [0.125]")  # 64 of 512
        self.assertEqual([part.size for part in found.parts], [64])
        self.assertEqual(found.verdict, "agrees")

    def test_what_is_not_there_is_not_judged(self):
        found = self.judge(LESS, pair(LEFT, RIGHT)[:1])
        self.assertEqual(found.verdict, "not judged")
        self.assertIn("no runs", found.note)
        self.assertEqual(self.judge(LESS.replace("loss", "speed"), pair(LEFT, RIGHT)).verdict, "not judged")
        read = self.read(f'[[claim]]\ntext = "t"\nwhere = "w"\nsweep = "one"\ncheck = {LESS}\n')
        self.assertEqual(claims.judge(read["claim"], {}, {"one": "a.jsonl"})[0][0].note, "needs a.jsonl")
        self.assertEqual(claims.judge(read["claim"], {})[0][0].note, "there are no results")

    def test_runs_that_are_not_finished_or_not_listed_do_not_count(self):
        write_sweep(self.path / "one", pair(LEFT, RIGHT))
        (self.path / "one" / "cells" / "window-64-0" / "result.json").unlink()
        read = self.read(f'[[claim]]\ntext = "t"\nwhere = "w"\nsweep = "one"\ncheck = {LESS}\n')
        self.assertEqual(claims.judge(read["claim"], claims.read_sweeps(read, self.path))[0][0].verdict, "not judged")
        write_sweep(self.path / "one", pair(LEFT, RIGHT))
        (self.path / "one" / "sweep.json").write_text('{"cells": [{"folder": "cells/tova-64-0"}]}', encoding="utf-8")
        self.assertEqual(claims.judge(read["claim"], claims.read_sweeps(read, self.path))[0][0].verdict, "not judged")

    def test_a_policy_that_names_two_runs_is_an_error(self):
        runs = pair(LEFT, RIGHT) + [run("window", 64, {"loss": LEFT}, sinks=4)]
        with self.assertRaisesRegex(ClaimError, "policy 'window' names 2 runs at cache size 64: window-64-0, window-64-4"):
            self.judge(LESS, runs)

    def test_options_tell_runs_apart(self):
        self.assertEqual(self.judge(LESS, pair(LEFT, RIGHT) + [run("tova", 64, {"loss": RIGHT}, sinks=4)]).verdict, "agrees")

    def test_results_that_cannot_be_read_are_named(self):
        write_sweep(self.path / "one", pair(LEFT, RIGHT))
        read = self.read(f'[[claim]]\ntext = "t"\nwhere = "w"\nsweep = "one"\ncheck = {LESS}\n')
        file = self.path / "one" / "cells" / "tova-64-0" / "result.json"
        file.write_text(file.read_text(encoding="utf-8").replace('"version": 1}', '"version": 9}'), encoding="utf-8")
        with self.assertRaisesRegex(ClaimError, "tova-64-0: result.json has version 9; this program reads versions 1 to 2"):
            claims.read_sweeps(read, self.path)
        file.write_text("{", encoding="utf-8")
        with self.assertRaisesRegex(ClaimError, "result.json"):
            claims.read_sweeps(read, self.path)


class Malformed(Folder):
    def test_every_mistake_is_named_with_its_place(self):
        claim = '[[claim]]\ntext = "t"\nwhere = "w"\nsweep = "one"\n'
        good = f"{claim}check = {LESS}\n"
        for text, message in (
                ("[[claim]\n", "claims.toml"),
                ('[[claim]]\ntext = "t"\n', "claim 1: the key 'where' is missing"),
                ('[[claim]]\ntext = "t"\nwhere = "w"\nsweep = "two"\ncheck = {kind = "value"}\n', "claim 1: there is no sweep 'two'"),
                (claim, "claim 1: the key 'check' is missing"),
                (claim + 'mood = 1\n', "claim 1: unknown key 'mood'"),
                (claim + 'cannot_judge = "t"\n', "claim 1: 'cannot_judge' goes without 'sweep' and 'check'"),
                (claim + 'check = {kind = "more"}\n', "claim 1: check.kind is 'more'; kinds are value, difference"),
                (good.replace(', right = {policy = "window", metric = "loss"}', ""), "check: the key 'right' is missing"),
                (good.replace("{kind", "{low = 1, kind"), "check: unknown key 'low'"),
                (good.replace(", below = 0", ""), "check: expected 'above', 'below' or both"),
                (good.replace("below = 0", "below = {points = 1}"), "check.below: the key 'level' is missing"),
                (good.replace("below = 0", "below = {points = -9, level = 7}"), "check.below: level and level + points must be above 0"),
                (good.replace("tova", "tofa"), "check.left: there is no policy 'tofa'"),
                (good.replace("metric", "metrik"), "check.left: unknown key 'metrik'"),
                (good.replace('"tova", metric = "loss"', '"tova"'), "check.left: expected one of 'metric' and 'sums'"),
                (good.replace('"tova", metric = "loss"', '"tova", sums = ["a"]'), "check.left.sums: expected two names"),
                (good + 'cap = {metric = "m"}\n', "claim 1: cap: the key 'share' is missing"),
                (good + 'changes = [{text = "t"}]\n', "claim 1: changes: the key 'date' is missing"),
                (good + 'changes = [{date = "today", text = "t"}]\n', "changes: date: expected a date such as 2026-11-28, got 'today'"),
                ("title2 = 1\n" + claim, "sweep 1: unknown key 'title2'")):
            with self.assertRaises(ClaimError) as caught:
                self.read(text)
            self.assertIn(message, str(caught.exception), text)

    def test_no_file_is_an_error(self):
        with self.assertRaisesRegex(ClaimError, "nowhere.toml"):
            read_claims(self.path / "nowhere.toml")

    def test_a_file_that_is_not_utf8_is_an_error(self):
        (self.path / "latin1.toml").write_bytes(b'title = "caf\xe9"\n')
        with self.assertRaisesRegex(ClaimError, "latin1.toml: .*utf-8"):
            read_claims(self.path / "latin1.toml")

    def test_the_claims_of_the_paper_are_well_formed_and_their_sweeps_are_there(self):
        read = read_claims(ROOT / "configs" / "paper" / "claims.toml")
        for sweep in read["sweep"]:
            self.assertTrue((ROOT / sweep["config"]).exists(), sweep["config"])
            for override in sweep.get("quick", []):
                self.assertRegex(override, "^(~[a-z_.]+|[a-z_.]+=.+)$", sweep["config"])
            self.assertTrue((ROOT / sweep["config"].replace(".yaml", ".7b.yaml")).exists(), sweep["config"])


if __name__ == "__main__":
    unittest.main()
