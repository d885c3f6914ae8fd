"""Ways in which a power cut, a full disk or a hand damages the files of a lake; each tells the path that it has damaged."""

from collections.abc import Callable
from pathlib import Path

Damage = Callable[[Path], Path]


def newest(log: Path) -> Path:
    return max(log.glob("*.json"))


def emptied(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def halved(path: Path) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def cut_after_a_line(path: Path) -> Path:
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    return path


def gone(path: Path) -> Path:
    path.unlink()
    return path


def zeroed(path: Path) -> Path:
    path.write_bytes(bytes(path.stat().st_size))
    return path


def log_of(lake: Path, key: str) -> Path:
    return lake.joinpath(*key.split("."), "_delta_log")
