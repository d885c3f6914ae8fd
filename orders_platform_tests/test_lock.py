"""The lock keeps to what pyproject.toml asks for, so that a forgotten `make lock` is seen."""

import re
import tomllib
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
# one package may stand twice, for different Pythons
PINS = [(canonicalize_name(name), version) for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE)]


def asked_for() -> list[Requirement]:
    words = chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    return [asked for asked in map(Requirement, words) if asked.name != PROJECT["name"]]


def test_every_dependency_is_locked_within_its_range() -> None:
    loose = [
        str(asked)
        for asked in asked_for()
        if not (versions := [version for name, version in PINS if name == canonicalize_name(asked.name)])
        or not all(asked.specifier.contains(version) for version in versions)
    ]

    assert loose == []


def test_every_locked_package_has_a_hash() -> None:
    blocks = re.split(r"^(?=\w)", LOCK, flags=re.MULTILINE)[1:]

    assert len(blocks) == len(PINS)
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_every_dependency_says_why() -> None:
    lines = re.findall(r'^  "[a-z].*$', (ROOT / "pyproject.toml").read_text().partition("[project.scripts]")[0], re.MULTILINE)

    assert [line for line in lines if "#" not in line and "orders_platform[" not in line] == []
