"""Folders as archives that are the same every time."""

import os
import tarfile

# When everything was written that was not modified later: 2026-01-01, in seconds since 1970.
MOMENT = 1767225600


def settle(folder):
    """Sets all times in a folder to that moment."""
    for entry in [folder, *folder.rglob("*")]:
        os.utime(entry, (MOMENT, MOMENT))


def pack(folder, path):
    """Writes what lies in a folder, with its times, which are settled, and without owners."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for entry in sorted(folder.rglob("*")):
            archive.add(entry, entry.relative_to(folder), recursive=False, filter=plain)


def plain(member):
    """An entry that does not tell by whom it was made."""
    member.mtime = int(member.mtime)
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def unpack(path, folder):
    """Unpacks an archive of ours."""
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="fully_trusted")
