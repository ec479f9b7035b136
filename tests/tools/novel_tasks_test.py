"""tools/novel_tasks, on a text whose sentences are numbered."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SENTENCES = 600


def sentence(number):
    return f"This is the sentence with number {number} of a long and even text."


class NovelTasks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        # Paragraphs of three sentences, with lines broken in the middle and a heading over each tenth.
        paragraphs = []
        for first in range(0, SENTENCES, 3):
            if first % 30 == 0:
                paragraphs.append(f"Chapter {first // 30 + 1}")
            paragraphs.append(" ".join(sentence(n) for n in range(first, first + 3)).replace(" with ", "\nwith "))
        (self.path / "text.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")

    def run_tool(self, *arguments):
        return subprocess.run([sys.executable, "-B", ROOT / "tools" / "novel_tasks", *arguments], capture_output=True, text=True, check=False)

    def rows(self, kind, *options):
        output = self.path / "made" / f"{kind}.jsonl"
        done = self.run_tool(kind, str(self.path / "text.txt"), str(output), *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]

    def test_the_sentence_that_comes_next_is_right_and_no_other_is_near(self):
        rows = self.rows("next", "--rows", "20", "--words", "150")
        self.assertEqual(len(rows), 20)
        for row in rows:
            shown = [int(word) for word in row["context"].split() if word.isdigit()]
            self.assertEqual(shown, list(range(shown[0], shown[-1] + 1)))
            self.assertEqual(row["choices"][row["answer"]], sentence(shown[-1] + 1))
            self.assertEqual(len(set(row["choices"])), 4)
            self.assertNotIn("Chapter", row["context"])
            for place, choice in enumerate(row["choices"]):
                self.assertNotIn(choice, row["context"])
                self.assertEqual(choice == sentence(shown[-1] + 1), place == row["answer"])

    def test_the_sentence_that_was_seen_stands_as_deep_as_the_name_says(self):
        rows = self.rows("seen", "--rows", "20", "--words", "150")
        for row in rows:
            shown = [int(word) for word in row["context"].split() if word.isdigit()]
            right = int(next(word for word in row["choices"][row["answer"]].split() if word.isdigit()))
            depth = float(row["id"].split("-")[1])
            self.assertAlmostEqual((right - shown[0]) / (shown[-1] - shown[0]), depth, delta=0.05)
            self.assertEqual([choice in row["context"] for choice in row["choices"]],
                             [place == row["answer"] for place in range(4)])

    def test_right_choices_stand_at_every_place(self):
        self.assertEqual({row["answer"] for row in self.rows("seen", "--rows", "40", "--words", "150")}, {0, 1, 2, 3})

    def test_the_same_call_writes_the_same_file_and_another_seed_another(self):
        first = self.rows("seen", "--rows", "10", "--words", "150")
        self.assertEqual(first, self.rows("seen", "--rows", "10", "--words", "150"))
        self.assertNotEqual(first, self.rows("seen", "--rows", "10", "--words", "150", "--seed", "2"))

    def test_what_cannot_be_made_is_said(self):
        text, output = str(self.path / "text.txt"), str(self.path / "out.jsonl")
        for arguments, message in [
                (["next", text, output, "--words", "5000"], "words are too few for 5000 words of context"),
                (["next", text, output, "--rows", "0"], "--rows and --words are 1 or more"),
                (["next", str(self.path / "no.txt"), output], "No such file"),
                (["questions", output, "--data", str(self.path)], "tools/fetch_data puts the novels there")]:
            done = self.run_tool(*arguments)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(message, done.stderr)
        (self.path / "persuasion.txt").write_text("Another book.", encoding="utf-8")
        done = self.run_tool("summaries", output, "--data", str(self.path))
        self.assertIn("persuasion.txt: is another edition", done.stderr)
        self.assertFalse((self.path / "out.jsonl").exists())


if __name__ == "__main__":
    unittest.main()
