"""A guide followed word by word in a copy of the repository: each block goes where the words before it say."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orders_platform_tests.clean_environment import clean_environment
from orders_platform_tests.docs.markdown import ROOT, Markdown

_TOLD = re.compile(
    r"(?:New file|In) `(?P<file>[^`]+)`"
    r"(?:, (?P<how>after|before|in place of|at the end of|at the end)(?: `(?P<anchor>[^`]+)`)?)?:$"
)
_CLOSING = {")", "}", "]"}


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines that a guide has its reader write.

    Attributes:
        how: after, before or in place of a line; at the end of the file, or of what a line opens; empty: a new file.
    """

    file: str
    how: str
    anchor: str
    text: str

    def make(self, tree: Path) -> None:
        """Do as the guide says. A line that is not there, or is there twice, fails."""
        path = tree / self.file
        if not self.how:
            path.write_text(self.text)
            return
        lines = path.read_text().splitlines(keepends=True)
        first, last = self._place(lines)
        path.write_text("".join((*lines[:first], self.text, *lines[last:])))

    def _place(self, lines: list[str]) -> tuple[int, int]:
        """Which lines the text takes the place of."""
        if not self.anchor:
            return len(lines), len(lines)
        if self.how == "at the end of":
            opening = re.compile(rf"{re.escape(self.anchor)}\b.*[(\[{{]$")
            [at] = [number for number, line in enumerate(lines) if opening.match(line)]
            at = next(number for number in range(at, len(lines)) if lines[number][:1] in _CLOSING)
            return at, at
        [at] = [number for number, line in enumerate(lines) if line.split() == self.anchor.split()]
        return {"after": (at + 1, at + 1), "before": (at, at), "in place of": (at, at + 1)}[self.how]


def steps(guide: Markdown) -> list[Edit | str]:
    """What the guide has done, in turn: edits, and scripts to be typed."""
    return [step for before, language, body in guide.blocks if (step := _step(before, language, body)) is not None]


def _step(before: str, language: str, body: str) -> Edit | str | None:
    if language == "sh":
        return body
    told = _TOLD.search(" ".join(before.split()))
    return Edit(told["file"], told["how"] or "", told["anchor"] or "", body) if told else None


@dataclass(frozen=True, slots=True)
class Copy:
    """A clone of its own, as `git ls-files` lists it."""

    folder: Path

    @classmethod
    def of_the_repository(cls, folder: Path) -> "Copy":
        """Everything that is not ignored, new files as well."""
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        for name in names:
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        return cls(folder)

    @property
    def environment(self) -> dict[str, str]:
        """Programs beside this Python, with the copy's code."""
        return {**clean_environment(), "PYTHONPATH": str(self.folder), "ORDERS_HOME": os.devnull}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command in it; it must end well."""
        done = subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done

    def follow(self, told: Iterable[Edit | str]) -> None:
        """Do what a guide says, in turn: each edit, and each script in a shell that ends at the first fault."""
        for step in told:
            if isinstance(step, Edit):
                step.make(self.folder)
            else:
                self.run("bash", "-euo", "pipefail", "-c", step)

    def python(self, code: str) -> str:
        """What a program says that imports the copy's code."""
        return self.run(sys.executable, "-c", code).stdout
