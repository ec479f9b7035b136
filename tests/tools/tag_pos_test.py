"""tools/tag_pos without its tagger: what it is given, and what it writes."""

import contextlib
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOADER = importlib.machinery.SourceFileLoader("tag_pos", str(ROOT / "tools" / "tag_pos"))
tag_pos = importlib.util.module_from_spec(importlib.util.spec_from_loader("tag_pos", LOADER))
LOADER.exec_module(tag_pos)


class Word:
    def __init__(self, idx, text):
        self.idx, self.text = idx, text
        self.is_space = text.isspace()
        self.tag_ = "SP" if self.is_space else text[0].upper()

    def __len__(self):
        return len(self.text)


def by_blanks(piece):
    """Words and blanks, as spaCy gives them."""
    start = 0
    for i in range(1, len(piece) + 1):
        if i == len(piece) or piece[i].isspace() != piece[start].isspace():
            yield Word(start, piece[start:i])
            start = i


class TagPos(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.path = pathlib.Path(holder.name)

    def message(self, call):
        with self.assertRaises(SystemExit) as ended, contextlib.redirect_stderr(io.StringIO()):
            call()
        return str(ended.exception)

    def test_words_have_characters_of_the_whole_text_and_blanks_none(self):
        text = "\u00c9mile went\n\nhome, again"
        words = list(tag_pos.words_of(by_blanks, text))
        self.assertEqual([text[word["begin"]:word["end"]] for word in words], ["\u00c9mile", "went", "home,", "again"])
        self.assertEqual(words[2], {"begin": 12, "end": 17, "tag": "H"})

    def test_texts_are_read_as_multistate_reads_them(self):
        (self.path / "windows.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo \r three\r\n")
        text, digest = tag_pos.read_text(self.path / "windows.txt")
        self.assertEqual(text, "one\ntwo \r three\n")
        self.assertEqual(digest, hashlib.sha256(b"one\ntwo \r three\n").hexdigest())

    def test_a_long_text_is_cut_between_words_and_nothing_is_lost(self):
        text = "".join(f"word{i}{' ' if i % 7 else chr(10)}" for i in range(40_000)) + "x" * 250_000
        pieces = list(tag_pos.pieces_of(text))
        self.assertGreater(len(pieces), 3)
        self.assertEqual("".join(piece for _, piece in pieces), text)
        self.assertTrue(all(text[offset:offset + len(piece)] == piece for offset, piece in pieces))
        self.assertTrue(all(len(piece) <= tag_pos.PIECE for _, piece in pieces))
        words = [text[word["begin"]:word["end"]] for word in tag_pos.words_of(by_blanks, text[:300_000])]
        self.assertEqual(words, text[:300_000].split())

    def test_a_file_has_a_header_and_a_line_a_word_and_is_known_again(self):
        target = str(self.path / "a" / "text.tags.jsonl")
        header = {"schema": "multistate.tags", "version": 1, "sha256": "0" * 64, "tagger": "t"}
        self.assertFalse(tag_pos.is_done(target, header))
        self.assertEqual(tag_pos.write(target, header, tag_pos.words_of(by_blanks, "two words")), 2)
        lines = [json.loads(line) for line in pathlib.Path(target).read_text(encoding="utf-8").splitlines()]
        self.assertEqual(lines, [header, {"begin": 0, "end": 3, "tag": "T"}, {"begin": 4, "end": 9, "tag": "W"}])
        self.assertTrue(tag_pos.is_done(target, header))
        self.assertFalse(tag_pos.is_done(target, dict(header, sha256="1" * 64)))

    def test_a_text_without_words_leaves_no_file(self):
        target = str(self.path / "text.tags.jsonl")
        message = self.message(lambda: tag_pos.write(target, {}, tag_pos.words_of(by_blanks, " \n")))
        self.assertIn("the text has no word", message)
        self.assertEqual(list(self.path.iterdir()), [])

    def test_files_and_folders_of_texts(self):
        for name in ("b.txt", "a.txt", "c.md"):
            (self.path / name).write_text("x", encoding="ascii")
        self.assertEqual(tag_pos.texts_of([str(self.path)]), [str(self.path / "a.txt"), str(self.path / "b.txt")])
        self.assertIn("there is no such file", self.message(lambda: tag_pos.texts_of([str(self.path / "d.txt")])))
        (self.path / "empty").mkdir()
        self.assertIn("holds no .txt file", self.message(lambda: tag_pos.texts_of([str(self.path / "empty")])))

    def test_the_digest_is_of_the_bytes_and_bad_bytes_are_named(self):
        file = self.path / "a.txt"
        file.write_bytes("\u00e9\n".encode())
        self.assertEqual(tag_pos.read_text(str(file)), ("\u00e9\n", hashlib.sha256(b"\xc3\xa9\n").hexdigest()))
        file.write_bytes(b"ab\xff")
        self.assertIn("byte 2 is no valid UTF-8", self.message(lambda: tag_pos.read_text(str(file))))


if __name__ == "__main__":
    unittest.main()
