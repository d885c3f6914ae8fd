"""Where a pass runs, behind one small interface: on a cluster; in tests of assets, in their own process."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Final

import dagster as dg

from orders_platform.lakehouse.day_totals import Totals
from orders_platform.lakehouse.work import Work

TableEvent = dg.MaterializeResult[Any] | dg.AssetCheckResult
Context = dg.AssetExecutionContext | dg.OpExecutionContext
# Ends the pass_id of work that only reads: nobody who has to write waits for it.
READS: Final = "-reads"


class PassRunner(ABC):
    """Carries out work; every implementation tells of each table the moment it is done."""

    @abstractmethod
    def run(self, context: Context, work: Work) -> Iterator[TableEvent]:
        """Do `work`: fill the tables and answer the checks that the context asks for.

        Tables made from one whose blocking check fails are left out. Raises PlatformError, or dg.Failure.
        """


class TotalsReader(ABC):
    """Tells what gold has of each day. What runs passes does this, too: Dagster itself reads no table."""

    @abstractmethod
    def totals(self, context: Context, work: Work) -> Totals:
        """Do `work`, which is of mode `totals`. Raises PlatformError, or dg.Failure."""


def asked_tables(context: Context) -> frozenset[dg.AssetKey]:
    """The assets that a step is asked to materialize."""
    return frozenset(context.selected_asset_keys) if context.has_assets_def else frozenset()


def asked_checks(context: Context) -> frozenset[dg.AssetCheckKey]:
    """The checks that a step is asked to answer."""
    return frozenset(context.selected_asset_check_keys) if context.has_assets_def else frozenset()
