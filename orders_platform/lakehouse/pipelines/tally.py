"""What a run of the pipeline added, counted without Spark: open source counts neither rows nor broken rules itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deltalake import DeltaTable, QueryBuilder

from orders_platform.contracts.rules import RULES, Severity
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.pipelines.results import table_path
from orders_platform.lakehouse.pipelines.tables import KEPT, NAMES, REJECTED, name_of

# Only appended to; every other dataset is made again as a whole.
_APPENDED = (name_of(ORDER_EVENTS), KEPT, REJECTED)
_REASONS = "SELECT rule, count(*) AS times FROM (SELECT unnest(reasons) AS rule FROM messages) GROUP BY rule"
_WARNINGS = "SELECT rule, count(*) AS times FROM (SELECT unnest(warnings) AS rule FROM messages) GROUP BY rule"


@dataclass(frozen=True, slots=True)
class Tally:
    """The tables at a moment; by default, before the first run.

    Attributes:
        rows: of each dataset.
        broken: how many messages broke each rule, by the rule's name.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    broken: Mapping[str, int] = field(default_factory=dict)


def tally(folder: Path) -> Tally:
    """Count what is there."""
    tables = {name: str(table_path(folder, name)) for name in NAMES}
    found = {name: DeltaTable(path) for name, path in tables.items() if DeltaTable.is_deltatable(path)}
    broken: dict[str, int] = {}
    for name, query in ((REJECTED, _REASONS), (KEPT, _WARNINGS)):
        if name in found:
            broken |= _counted(found[name], query)
    return Tally({name: table.count() for name, table in found.items()}, broken)


def written(before: Tally, after: Tally) -> dict[str, int]:
    """Rows that a run wrote into each dataset."""
    return {name: rows - (before.rows.get(name, 0) if name in _APPENDED else 0) for name, rows in after.rows.items()}


def expectations(before: Tally, after: Tally) -> dict[str, dict[str, int]]:
    """How many messages of a run met each rule, and how many did not; rules that only warn are asked of those kept."""
    rows = written(before, after)
    kept, rejected = rows.get(KEPT, 0), rows.get(REJECTED, 0)
    judged: dict[Severity, int] = {"error": kept + rejected, "warn": kept}
    failed = {rule.name: after.broken.get(rule.name, 0) - before.broken.get(rule.name, 0) for rule in RULES}
    return {
        rule.name: {"passed": judged[rule.severity] - failed[rule.name], "failed": failed[rule.name]}
        for rule in RULES
        if rule.expression
    }


def _counted(messages: DeltaTable, query: str) -> dict[str, int]:
    """By deltalake's own engine: a process that has read by pyarrow's threads is now and then aborted at its end."""
    counted = QueryBuilder().register("messages", messages).execute(query).read_all()
    rules, times = (counted.column(name).to_pylist() for name in ("rule", "times"))
    return dict(zip(rules, times, strict=True))
