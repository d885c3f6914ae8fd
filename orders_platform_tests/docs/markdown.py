"""The few things that tests ask of a Markdown file: its shape, its links, the commands in it."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("orders-platform", "make", "dagster")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^(#+) ", re.MULTILINE)
_ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


@dataclass(frozen=True, slots=True)
class Markdown:
    """A document of the project."""

    path: Path
    text: str

    @classmethod
    def read(cls, name: str) -> "Markdown":
        """The document of that name, from the top of the tree."""
        return cls(ROOT / name, (ROOT / name).read_text(encoding="utf-8"))

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def prose(self) -> str:
        """Everything outside fenced blocks."""
        return _FENCE.sub("", self.text)

    @property
    def scripts(self) -> list[str]:
        """What a reader is told to type: the fenced blocks marked as shell."""
        return [body for language, body in _FENCE.findall(self.text) if language == "sh"]

    @property
    def blocks(self) -> list[tuple[str, str, str]]:
        """Fenced blocks in turn: the paragraph before, the language, the lines."""
        return [
            (self.text[: found.start()].rstrip().rpartition("\n\n")[2], found[1], found[2])
            for found in _FENCE.finditer(self.text)
        ]

    @property
    def headings(self) -> list[int]:
        """Their levels, in turn."""
        return [len(marks) for marks in _HEADING.findall(self.prose)]

    @property
    def links(self) -> list[str]:
        """Targets inside the tree."""
        return [target for target in _LINK.findall(self.prose) if not target.startswith("http")]

    @property
    def rows(self) -> list[str]:
        """Lines of tables."""
        return _ROW.findall(self.prose)

    @property
    def code(self) -> list[str]:
        """What stands between single backticks."""
        return _CODE.findall(self.prose)

    @property
    def shell_commands(self) -> list[str]:
        """Commands of ours in the fenced blocks, in turn; where their output goes is cut off."""
        typed = [line for script in self.scripts for line in script.splitlines()]
        return [line.partition(" > ")[0] for line in typed if line.split()[0] in PROGRAMS]

    @property
    def inline_commands(self) -> list[str]:
        """Commands of ours between backticks that name more than the program."""
        return [text for text in self.code if text.split()[0] in PROGRAMS and len(text.split()) > 1]

    @property
    def tests(self) -> list[tuple[str, str]]:
        """Tests named, as file and function."""
        return _TEST.findall(self.prose)
