"""By what the tables are made: passes, or updates of the declarative pipeline. Here alone ORDERS_EXECUTOR decides.

Both make the same assets. What the pipeline has no part in (days made again, the backup replayed, maintenance, a comparison with
the squad's days) is not there where it is chosen; its own checks are the rules that it counts as expectations.
"""

from typing import Final, TypeVar

from orders_platform.executor_settings import PIPELINE
from orders_platform.settings import Settings

_Choice = TypeVar("_Choice")
_BY_PIPELINE: Final = Settings.load().executor.kind == PIPELINE


def chosen(of_passes: _Choice, of_pipeline: _Choice) -> _Choice:
    """The one of the executor that the settings name."""
    return of_pipeline if _BY_PIPELINE else of_passes
