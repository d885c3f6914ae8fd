"""The lakehouse's checks as Dagster declares them before a run, and what a failed one holds back."""

from collections.abc import Collection
from typing import Final

import dagster as dg

from orders_platform.lakehouse.checks import CHECKS, EXPECTATIONS, CheckSpec
from orders_platform.orchestration.executor import chosen
from orders_platform.orchestration.runner import TableEvent
from orders_platform.orchestration.specs import asset_key, table_key

# On a run that a failed blocking check stopped.
HELD_BACK: Final = "orders_platform/held_back"


def check_specs() -> list[dg.AssetCheckSpec]:
    """One spec a check of the lakehouse."""
    return [check_spec(check) for check in CHECKS]


def check_keys(tables: Collection[str]) -> list[dg.AssetCheckKey]:
    """Keys of the checks that whatever fills these tables answers itself."""
    return [check_key(check) for check in chosen(CHECKS, EXPECTATIONS) if check.table in tables]


def check_key(check: CheckSpec) -> dg.AssetCheckKey:
    """Dagster's name of a check."""
    return dg.AssetCheckKey(asset_key(check.table), check.name)


def held_back_by(events: Collection[TableEvent], asked: Collection[dg.AssetKey]) -> str:
    """Which blocking checks failed and which asked tables were not built, in a sentence; empty where all is well."""
    failed = [_name(event) for event in events if isinstance(event, dg.AssetCheckResult) and _blocks(event)]
    built = {event.asset_key for event in events if isinstance(event, dg.MaterializeResult)}
    missing = sorted(table_key(key) for key in set(asked) - built)
    parts = (("blocking checks failed", failed), ("not built", missing))
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)


def _blocks(event: dg.AssetCheckResult) -> bool:
    return not event.passed and _name(event) in _BLOCKING


def _name(event: dg.AssetCheckResult) -> str:
    return f"{table_key(event.asset_key)} {event.check_name}" if event.asset_key else str(event.check_name)


def check_spec(check: CheckSpec) -> dg.AssetCheckSpec:
    """A check as Dagster declares it."""
    return dg.AssetCheckSpec(name=check.name, asset=asset_key(check.table), description=check.meaning, blocking=check.blocking)


_BLOCKING = frozenset(f"{check.table} {check.name}" for check in CHECKS if check.blocking)
