"""A pass: every table brought up to the hub's tail, bronze first, then silver, then gold; each reported the moment it is done."""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime

from orders_platform.errors import InputError
from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS as BRONZE
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.parts import AFTER_EVENTS, FOLLOWS, Parts
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.roads import Source
from orders_platform.lakehouse.silver.table import ORDER_EVENTS, QUARANTINE
from orders_platform.lakehouse.turn import own_turn

# Two cores commit faster than one; more only make the live tables wait.
_SIDE_BY_SIDE = 2


def run_pass(
    lake: Lake,
    source: Source,
    *,
    pass_id: str,
    tables: Collection[str] | None = None,
    patience: float = 0,
    thorough: bool = True,
) -> Iterator[TableReport]:
    """Fill `tables` (keys like `gold.daily_sales`; None: all) and yield each one's report as it is done.

    A table whose blocking check fails is reported; those made from it are not filled. Without `thorough` only checks that need
    no query are answered. Raises PassRefused where going on could
    lose or double data, HubError where the hub does not answer, InputError for an unknown table.
    """
    wanted = _known(tables)
    started_at = datetime.now(UTC)
    told: list[TableReport] = []
    with own_turn(lake, patience=patience):
        lake.create(TABLES)
        for report in _stages(Parts(lake, pass_id, thorough), source, wanted):
            told.append(report)
            ledger.write(lake.root, pass_id, told, started_at=started_at)
            yield report


def _known(tables: Collection[str] | None) -> frozenset[str]:
    wanted = frozenset(BY_KEY if tables is None else tables)
    unknown = sorted(wanted - BY_KEY.keys())
    if unknown:
        raise InputError(f"no such table: {', '.join(unknown)}; there are {', '.join(BY_KEY)}")
    return wanted


def _stages(parts: Parts, source: Source, wanted: frozenset[str]) -> Iterator[TableReport]:
    if "bronze.order_events" in wanted:
        _refuse_older_copies(parts)
        report = parts.bronze(source)
        yield report
        if blocks(report):
            return
    yield from after_bronze(parts, wanted)


def _refuse_older_copies(parts: Parts) -> None:
    """Raise PassRefused where a table ends before what was read of it: its next commit would pass for a lost one.

    A damaged table is left to its own part, so that it holds back only what is made from it.
    """
    whole = {key: table for key, table in BY_KEY.items() if table != QUARANTINE and not parts.lake.is_damaged(table)}
    for key, table in whole.items():
        source = BRONZE if table == ORDER_EVENTS else ORDER_EVENTS
        if key != BRONZE.key and source.key in whole:
            parts.state(table).covers(parts.state(source))


def after_bronze(parts: Parts, wanted: Collection[str]) -> Iterator[TableReport]:
    """Silver, then gold, of what bronze has; tables made from one whose blocking check fails are not filled."""
    held_back = False
    if {ORDER_EVENTS.key, QUARANTINE.key} & set(wanted):
        for report in parts.events():
            held_back = held_back or blocks(report)
            if report.table in wanted:
                yield report
    if not held_back:
        yield from side_by_side(parts, wanted)


def side_by_side(parts: Parts, wanted: Collection[str], at_once: int = _SIDE_BY_SIDE) -> Iterator[TableReport]:
    """Tables made from silver.order_events, the live ones first; a table that needs another of them follows it.

    A fault in one lets the others end and report before it is raised.
    """
    faults: list[Exception] = []
    with ThreadPoolExecutor(at_once) as pool:
        start = [key for key in AFTER_EVENTS if key in wanted and FOLLOWS.get(key) not in wanted]
        pending = {pool.submit(parts.after_events, key) for key in start}
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for report in _results(done, faults):
                yield report
                followers = [key for key, leader in FOLLOWS.items() if leader == report.table and key in wanted]
                pending |= {pool.submit(parts.after_events, key) for key in followers if not blocks(report)}
    if faults:
        raise faults[0]


def _results(done: Iterable[Future[TableReport]], faults: list[Exception]) -> Iterator[TableReport]:
    for future in done:
        fault = future.exception()
        if fault is None:
            yield future.result()
        elif isinstance(fault, Exception):
            faults.append(fault)


def blocks(report: TableReport) -> bool:
    """Whether tables made from this one must wait."""
    return any(check.blocking and not check.passed for check in report.checks)
