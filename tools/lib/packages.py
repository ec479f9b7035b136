"""Gets the packages that the data comes in, and what lies inside them. Nothing is installed."""

import io
import os
import pathlib
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
import zipfile

from data_folder import DataError

_PIECE = 1 << 20


class Package:
    """A file of a package archive, and the ways to get it, tried in turn."""

    def __init__(self, file, name, address, ways):
        self.file = file        # as it is called in the archive
        self.name = name        # as a person would look for it
        self.address = address  # where a person finds it
        self._ways = ways

    def get(self, folder, scratch):
        """Path of the package: the one in the data folder's downloads/, or one fetched to `scratch`."""
        known_as = f"downloads/{self.file}"
        if folder.has(known_as):
            return folder.path / known_as
        failures = []
        for way in self._ways:
            failure = way(scratch)
            path = pathlib.Path(scratch) / self.file
            if failure is None and path.exists():
                folder.check(path, known_as)
                return path
            failures.append(failure or f"it left {sorted(os.listdir(scratch))}, not {self.file}")
        raise DataError("\n".join([
            f"{self.name} cannot be downloaded:",
            *(f"  {failure}" for failure in failures),
            "To supply it by hand, put the file",
            f"  {self.file}   ({self.address})",
            f"  SHA-256 {folder.expected(known_as)}",
            f"into {folder.path / 'downloads'} and run this again."]))


def get_all(packages, folder, scratch):
    """Paths of several packages; the error of all that cannot be had, not of the first alone."""
    paths, failures = [], []
    for package in packages:
        try:
            paths.append(package.get(folder, scratch))
        except DataError as error:
            failures.append(str(error))
    if failures:
        raise DataError("\n".join(failures))
    return paths


def _run(command, scratch):
    """None, or why the command failed."""
    environment = dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive")
    try:
        done = subprocess.run(command, cwd=scratch, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except OSError as error:
        return f"{' '.join(command)}: {error.strerror}"
    if done.returncode == 0:
        return None
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return "\n    ".join([f"{' '.join(command)}: exit code {done.returncode}", *lines[-3:]])


def from_pip(requirement):
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:",
               "--quiet", "--no-input", requirement]
    return lambda scratch: _run(command, scratch)


def from_apt(package):
    # Root's downloads are handed to the user _apt, who may not write where root does.
    sandbox = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    return lambda scratch: _run(["apt-get", *sandbox, "-qq", "download", package], scratch)


def from_web(address):
    def fetch(scratch):
        path = pathlib.Path(scratch) / address.rsplit("/", 1)[1]
        try:
            with urllib.request.urlopen(address, timeout=60) as answer, open(path, "wb") as stream:
                while piece := answer.read(_PIECE):
                    stream.write(piece)
        except (OSError, urllib.error.URLError) as error:
            path.unlink(missing_ok=True)
            return f"{address}: {error}"
        return None
    return fetch


def member_of_wheel(wheel, member):
    """The bytes of one file in a wheel, piece by piece."""
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def members_of_deb(deb, members):
    """The bytes of some files of a Debian package."""
    unpacked = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE, check=True)
    with tarfile.open(fileobj=io.BytesIO(unpacked.stdout)) as archive:
        return [archive.extractfile(member).read() for member in members]
