"""Reads data sets of installed R packages: a folder's Rdata.rdx (index) and Rdata.rdb (records).

The index is a gzip file, each record a zlib stream behind its unpacked length; both hold R's binary
serialization in XDR (big-endian) form, described in the manual "R Internals", section
"Serialization Formats". Only the types that vectors of texts and the index need are read; any
other is an error.
"""

import gzip
import struct
import zlib

_REFERENCE, _NIL = 255, 254
_SYMBOL, _PAIRLIST, _CHARS, _LOGICAL, _INTEGER, _REAL, _STRINGS, _LIST = 1, 2, 9, 10, 13, 14, 16, 19
_HAS_ATTRIBUTES, _HAS_TAG = 1 << 9, 1 << 10


class RDataError(Exception):
    """The bytes are not what the format, or this reader, allows."""


class _Reader:
    """A stream of R objects as Python ones: vectors are lists, named lists are dicts, NA is None."""

    def __init__(self, data):
        self._data = data
        self._at = 0
        self._references = []
        self._read_header()

    def _take(self, count):
        piece = self._data[self._at:self._at + count]
        if count < 0 or len(piece) < count:
            raise RDataError(f"{count} bytes wanted at {self._at}, the data ends at {len(self._data)}")
        self._at += count
        return piece

    def _integer(self):
        return struct.unpack(">i", self._take(4))[0]

    def _numbers(self, code, size):
        count = self._integer()
        return list(struct.unpack(f">{count}{code}", self._take(count * size)))

    def _read_header(self):
        if self._take(2) != b"X\n":
            raise RDataError("not R's XDR serialization: it would start with 'X\\n'")
        version = self._integer()
        self._take(8)  # the R that wrote it, the oldest that reads it
        if version not in (2, 3):
            raise RDataError(f"serialization version {version}; 2 and 3 can be read")
        if version == 3:
            self._take(self._integer())  # name of the writer's encoding

    def read(self):
        flags = self._integer()
        kind = flags & 0xFF
        if kind == _NIL:
            return None
        if kind == _REFERENCE:
            return self._references[(flags >> 8 or self._integer()) - 1]
        if kind == _SYMBOL:
            name = self.read()
            self._references.append(name)
            return name
        if kind == _PAIRLIST:
            return self._pairlist(flags)
        value = self._vector(kind, flags)
        if flags & _HAS_ATTRIBUTES and kind != _CHARS:
            names = (self.read() or {}).get("names")
            return dict(zip(names, value)) if names and kind == _LIST else value
        return value

    def _pairlist(self, flags):
        pairs = {}
        while flags & 0xFF == _PAIRLIST:
            if flags & _HAS_ATTRIBUTES:
                self.read()
            tag = self.read() if flags & _HAS_TAG else None
            pairs[tag] = self.read()
            flags = self._integer()
        if flags & 0xFF != _NIL:
            raise RDataError(f"a pair list that ends in type {flags & 0xFF}")
        return pairs

    def _vector(self, kind, flags):
        if kind == _CHARS:
            count = self._integer()
            latin1 = flags >> 12 & 1 << 2
            return None if count == -1 else self._take(count).decode("latin-1" if latin1 else "utf-8")
        if kind in (_STRINGS, _LIST):
            return [self.read() for _ in range(self._integer())]
        if kind in (_INTEGER, _LOGICAL):
            return self._numbers("i", 4)
        if kind == _REAL:
            return self._numbers("d", 8)
        raise RDataError(f"an R object of type {kind} before byte {self._at}: not supported")


def _parse(data):
    return _Reader(data).read()


def read_data_sets(index, records):
    """{name: object} of the bytes of an .rdx file and of the .rdb file beside it."""
    variables = _parse(gzip.decompress(index))["variables"]
    data_sets = {}
    for name, (offset, length) in variables.items():
        record = records[offset:offset + length]
        if len(record) < length:
            raise RDataError(f"{name}: the record would end at {offset + length} of {len(records)} bytes")
        unpacked = zlib.decompress(record[4:])
        if len(unpacked) != struct.unpack(">I", record[:4])[0]:
            raise RDataError(f"{name}: its length is not the one that the record states")
        data_sets[name] = _parse(unpacked)
    return data_sets
