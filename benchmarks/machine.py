"""The machine that the figures come from."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

from orders_platform.lakehouse.java import java_home
from orders_platform.settings import Settings

_PACKAGES = ("pyspark", "delta-spark", "azure-eventhub")


@dataclass(frozen=True, slots=True)
class Machine:
    """What matters to speed, and how busy it was when the run began."""

    processor: str
    cores: int
    memory_gib: int
    system: str
    python: str
    java: str
    packages: dict[str, str]
    load: float

    @classmethod
    def here(cls) -> "Machine":
        """This one, now."""
        return cls(
            processor=_processor(),
            cores=psutil.cpu_count() or 0,
            memory_gib=round(psutil.virtual_memory().total / 2**30),
            system=f"{platform.system()} {platform.release().split('-')[0]}",
            python=platform.python_version(),
            java=_java(),
            packages={name: version(name) for name in _PACKAGES},
            load=round(os.getloadavg()[0], 2),
        )

    def __str__(self) -> str:
        """In one line."""
        packages = ", ".join(f"{name} {number}" for name, number in self.packages.items())
        return (
            f"{self.cores} cores ({self.processor}), {self.memory_gib} GiB, {self.system}, Python {self.python}, "
            f"Java {self.java}, {packages}; load average {self.load} at the start"
        )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _java() -> str:
    release = java_home(Settings.load()) / "release"
    lines = release.read_text().splitlines() if release.is_file() else []
    return next((line.partition("=")[2].strip('"') for line in lines if line.startswith("JAVA_VERSION=")), "unknown")
