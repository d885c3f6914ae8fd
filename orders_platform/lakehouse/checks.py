"""The checks of every table, declared once: what they are called, what they mean, whether they hold back what comes after."""

from dataclasses import dataclass

from orders_platform.contracts.rules import RULES
from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.report import CheckResult


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """A check of a table.

    Attributes:
        blocking: tables made from this one are not filled when it fails.
        warn_only: its failure is shown, and nothing more.
    """

    table: str
    name: str
    meaning: str
    blocking: bool = False
    warn_only: bool = False


_ADD_UP = "Rows in = written + duplicates + quarantined."
_UNIQUE = "No key stands twice in the part of the table that was written."

# no table of the lake: what the hub sent, kept as parquet
BACKUP_TABLE = "backup.order_events"
_BACKUPS: tuple[CheckSpec, ...] = (
    CheckSpec(BACKUP_TABLE, "positions_complete", "What was kept is every position between the old ends and the new."),
    CheckSpec(BACKUP_TABLE, "at_the_tail", "Nothing that the hub had when the run began is left to be kept."),
    CheckSpec(BACKUP_TABLE, "all_there", "No position is missing between entries, and each file they name is there, whole."),
    CheckSpec(BACKUP_TABLE, "nothing_foreign", "Every file in the backup's place is named by an entry.", warn_only=True),
    CheckSpec(BACKUP_TABLE, "same_as_bronze", "Each position that bronze has too has the same body there."),
)
_TABLES_OWN: tuple[CheckSpec, ...] = (
    CheckSpec(
        "bronze.order_events",
        "positions_complete",
        "What was written is every position between the old ends and the new.",
        blocking=True,
    ),
    CheckSpec("bronze.order_events", "rows_add_up", "No more rows were written than the hub offered.", blocking=True),
    CheckSpec("bronze.order_events", "backup_whole", "Nothing that came over the Blob road had to be set aside.", warn_only=True),
    CheckSpec("silver.order_events", "rows_add_up", _ADD_UP, blocking=True),
    CheckSpec("silver.order_events", "event_id_unique", "No event of an order that was touched stands twice.", blocking=True),
    CheckSpec("silver.quarantine", "quarantine_rate", "At most one message in a hundred was set aside.", warn_only=True),
    CheckSpec("silver.orders", "order_id_unique", "No order stands twice.", blocking=True),
    CheckSpec("silver.orders", "version_gaps", "Every version of each order up to its highest was seen.", warn_only=True),
    CheckSpec(
        "gold.daily_sales", "agrees_with_events", "Orders and money equal a recount of silver.order_events.", blocking=True
    ),
    CheckSpec("gold.product_prices", "price_usual", "No product's price moved by more than a factor of five.", warn_only=True),
    *(CheckSpec(table.key, "key_unique", _UNIQUE) for table in TABLES if table.layer == "gold"),
)
# A broken rule sets the message aside and is shown; it is no reason to hold gold back.
_RULES = tuple(
    CheckSpec("silver.order_events", rule.name, rule.meaning_en, warn_only=True) for rule in RULES if rule.name != "price_usual"
)
CHECKS: tuple[CheckSpec, ...] = _TABLES_OWN + _RULES
# Those that the declarative pipeline counts as its expectations; what only the state of tables can tell, it does not judge.
_JUDGED = {rule.name for rule in RULES if rule.expression}
EXPECTATIONS = tuple(spec for spec in _RULES if spec.name in _JUDGED)
# of the writer's run, and of the look over everything
BACKUP_CHECKS = _BACKUPS[:2]
BACKUP_LOOK = _BACKUPS[2:]
_BY_NAME = {(spec.table, spec.name): spec for spec in CHECKS + _BACKUPS}


def result(table: str, name: str, *, passed: bool, **metadata: str | float | list[str]) -> CheckResult:
    """The answer to a declared check."""
    spec = _BY_NAME[table, name]
    return CheckResult(name, passed=bool(passed), blocking=spec.blocking, warn_only=spec.warn_only, metadata=metadata)


def rule_results(breaches: dict[str, int]) -> tuple[CheckResult, ...]:
    """One answer per quality rule, with the number of messages that broke it."""
    return tuple(
        result(spec.table, spec.name, passed=not breaches.get(spec.name), messages=breaches.get(spec.name, 0)) for spec in _RULES
    )
