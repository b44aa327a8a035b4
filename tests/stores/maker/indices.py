"""Indices of git that are the same every time: they tell where on the disk each file lies."""

import hashlib

HEADER = 12
FIXED = 62
EXTENDED = 1 << 14
# Of an entry: the time of change, device and inode, user and group. That of modification stays.
PLACES = [(0, 8), (16, 24), (28, 36)]


class Index:
    """The bytes of an index, and where its entries begin."""

    def __init__(self, data):
        self.data = bytearray(data)
        self.version = int.from_bytes(data[4:8])
        self.entries = []
        at = HEADER
        for _ in range(int.from_bytes(data[8:12])):
            self.entries.append(at)
            at = self._end(at)

    def _end(self, start):
        """Where the entry ends that begins at `start`."""
        flags = int.from_bytes(self.data[start + 60 : start + FIXED])
        name = start + FIXED + (2 if flags & EXTENDED else 0)
        if self.version == 4:
            while self.data[name] & 128:
                name += 1
            return self.data.index(0, name + 1) + 1
        return start + (self.data.index(0, name) - start) // 8 * 8 + 8

    def forget_places(self):
        """Clears what differs between two clones; returns the bytes, with their checksum."""
        for entry in self.entries:
            for start, end in PLACES:
                self.data[entry + start : entry + end] = bytes(end - start)
        self.data[-20:] = hashlib.sha1(self.data[:-20]).digest()
        return self.data


def forget_places(folder):
    """Clears it in the index in a folder, and in the one that it is split from, if any.

    That one is called by its checksum, which the other states.
    """
    index = folder / "index"
    for shared in folder.glob("sharedindex.*"):
        data = Index(shared.read_bytes()).forget_places()
        before = bytes.fromhex(shared.suffix[1:])
        shared.unlink()
        (folder / f"sharedindex.{data[-20:].hex()}").write_bytes(data)
        index.write_bytes(index.read_bytes().replace(before, data[-20:]))
    index.write_bytes(Index(index.read_bytes()).forget_places())
