"""Calls the code that a task names, as its own program would."""

import importlib
import runpy
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from orders_platform.emulators.databricks.tasks import PythonTask
from orders_platform.errors import EnvironmentFault, InputError


def call(task: PythonTask) -> None:
    """Run the task in this process. Raises whatever it raises, InputError or EnvironmentFault where it cannot be found."""
    sys.argv = [task.package or task.entry, *task.words]
    if task.package is None:
        _run_file(Path(task.entry))
    else:
        _entry_point(task.package, task.entry)()


def _run_file(file: Path) -> None:
    if not file.is_file():
        raise InputError(f"there is no file {file}: python_file is a path on this machine")
    sys.path.insert(0, str(file.absolute().parent))
    runpy.run_path(str(file), run_name="__main__")


def _entry_point(package: str, name: str) -> Callable[[], object]:
    """The package's entry point of that name, or else its function of that name, as on Databricks."""
    declared = _declared(package, name)
    if declared is not None:
        return declared
    if find_spec(package) is None:
        raise EnvironmentFault(
            f"the package {package} is not installed beside this jobs service, which installs no libraries itself: "
            f"install it with {sys.executable} -m pip, and run again"
        )
    function: object = getattr(importlib.import_module(package), name, None)
    if not callable(function):
        raise InputError(f"the package {package} has neither an entry point nor a function {name}")
    return function


def _declared(package: str, name: str) -> Callable[[], object] | None:
    try:
        points = distribution(package).entry_points
    except PackageNotFoundError:
        return None
    found = next(iter(points.select(name=name)), None)
    return found.load() if found else None
