"""The list of models, `models.toml`, and where their files lie below a folder."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Package:
    """A package of a registry; `files` has the SHA-256 of each file that is wanted, by its path."""

    name: str
    version: str
    registry: str
    licence: str
    files: dict

    def place(self, path):
        """Where a file of the package belongs, below the folder of all models."""
        return f"{self.name}/{path}"


def packages():
    """All packages of the list."""
    content = tomllib.loads((HERE / "models.toml").read_text())
    return [Package(**package) for package in content["package"]]
