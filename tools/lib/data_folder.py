"""Files under the data folder, each known by its SHA-256 (tools/data.sha256)."""

import hashlib
import os
import pathlib
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
HASHES = ROOT / "tools" / "data.sha256"


class DataError(Exception):
    """Data that is missing or wrong; the message says what to do about it."""


def known_hashes():
    """{path below the data folder: SHA-256}."""
    lines = HASHES.read_text(encoding="ascii").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines if line)}


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


class DataFolder:
    def __init__(self, path):
        self.path = pathlib.Path(path).absolute()
        self._hashes = known_hashes()

    def expected(self, name):
        return self._hashes[name]

    def check(self, file, name):
        """DataError unless `file` has the content known as `name`."""
        found = sha256(file)
        if found != self.expected(name):
            raise DataError(f"{file} is not the file that is wanted as {name}:\n"
                            f"  its SHA-256  {found}\n"
                            f"  expected     {self.expected(name)}")

    def has(self, name):
        """Whether the file is there; DataError if another one is in its place."""
        path = self.path / name
        if not path.exists():
            return False
        try:
            self.check(path, name)
        except DataError as error:
            raise DataError(f"{error}\nMove it away and run this again to get the right one.") from None
        return True

    def write(self, name, pieces):
        """Makes the file from byte strings: whole and right, or not at all."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with open(handle, "wb") as stream:
                for piece in pieces:
                    stream.write(piece)
            self.check(temporary, name)
            os.chmod(temporary, 0o644)
            os.replace(temporary, target)
        finally:
            pathlib.Path(temporary).unlink(missing_ok=True)
