"""The shape of the tree, measured: what the linters cannot see."""

import ast
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    if name and (ROOT / name).is_file()
]
MODULES = [path for path in TRACKED if path.suffix == ".py"]
MODULE_LINES, FUNCTION_LINES = 300, 40
# it may fall; before it rises, look for a way without
SUPPRESSIONS = 50
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "manager", "base"}
REASONED = re.compile(r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)* +\S|# type: ignore\[[\w, -]+\] +# \S")
MACHINE = re.compile(r"(?<![\w.])/(root|work|tmp|Users)/|(?<![\w.])/home/[a-z]|[A-Z]:\\Users")
REGISTRY = re.compile(r"\b(pypi|pythonhosted|npmjs|crates)\.(org|com|io)\b|\brepo1?\.maven\b|\bproxy\.golang\b")


def test_no_module_is_too_long() -> None:
    lengths = {_name(path): len(path.read_text().splitlines()) for path in MODULES}

    assert {name: length for name, length in lengths.items() if length > MODULE_LINES} == {}


def test_no_function_is_too_long() -> None:
    # its body: a verb's options take a line each
    lengths = {
        f"{_name(path)}:{node.name}": (node.end_lineno or 0) - node.body[0].lineno + 1
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_packages_hold_no_code() -> None:
    bodies = {_name(path): ast.parse(path.read_text()).body for path in MODULES if path.name == "__init__.py"}

    assert [name for name, body in bodies.items() if body[1:] or any(not _is_docstring(node) for node in body)] == []


def test_no_name_says_nothing() -> None:
    classes = [
        f"{_name(path)}:{node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and re.sub(r".*(?=[A-Z])", "", node.name).lower() in EMPTY_WORDS
    ]

    assert classes + [_name(path) for path in MODULES if EMPTY_WORDS & set(re.split(r"[/_.]", _name(path)))] == []


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRY], ids=["machine paths", "registry hosts"])
def test_no_file_names_one_machine_or_registry(pattern: re.Pattern[str]) -> None:
    texts = {_name(path): path.read_bytes().decode(errors="ignore") for path in TRACKED}

    assert {name: found[0] for name, text in texts.items() if (found := pattern.search(text))} == {}


def test_suppressions_have_a_code_and_a_reason_and_do_not_grow() -> None:
    found = [(name, comment) for path in MODULES for name, comment in _suppressions(path)]

    assert [(name, comment) for name, comment in found if not REASONED.search(comment)] == []
    assert len(found) <= SUPPRESSIONS


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _suppressions(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as source:
        for token in tokenize.tokenize(source.readline):
            if token.type == tokenize.COMMENT and re.search(r"# (noqa|type: ignore)", token.string):
                yield f"{_name(path)}:{token.start[0]}", token.string
