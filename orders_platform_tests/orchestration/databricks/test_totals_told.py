"""Totals through the messages of a run, in a real step of the check that asks for them; the run itself is left out."""

from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from orders_platform.lakehouse.day_totals import DayTotals, Totals, totals_told
from orders_platform.lakehouse.telling import telling
from orders_platform.orchestration.databricks.folders import Folder
from orders_platform.orchestration.databricks.messages import ContextInParameters, FolderReader
from orders_platform.orchestration.databricks.runner import _extras
from orders_platform.orchestration.specs import OUTBOX
from orders_platform.orchestration.squad.assets import SQUAD_OUTBOX

DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(366)]
YEAR = Totals(7, tuple(DayTotals(day, "GBP", 12, 1, 2**53 + 1, 5, 2**53 - 4) for day in DAYS))


class LocalFolder(Folder):
    """A folder of this machine, as a volume is one for a cluster."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def make(self) -> None:
        Path(self.path).mkdir()

    def read(self, name: str) -> str | None:
        path = Path(self.path, name)
        return path.read_text() if path.exists() else None

    def remove(self) -> None:
        """Pytest does."""


def test_a_year_of_days_reaches_the_check_that_asked(tmp_path: Path) -> None:
    told: list[Totals | None] = []

    @dg.asset_check(asset=OUTBOX)
    def asks(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        step = context.op_execution_context
        reader = FolderReader(LocalFolder(tmp_path / "messages"))
        with dg.open_pipes_session(step, ContextInParameters(), reader, extras=_extras(step)) as session:
            with telling(session.get_bootstrap_env_vars()) as tell:
                tell(YEAR, None)
            reader.pump()
            told.append(totals_told(session.get_custom_messages()))
            assert not session.get_results(implicit_materializations=False)
        return dg.AssetCheckResult(passed=told == [YEAR])

    job = dg.define_asset_job("ask", dg.AssetSelection.checks(*asks.check_keys))
    definitions = dg.Definitions(assets=[SQUAD_OUTBOX], asset_checks=[asks], jobs=[job])
    result = definitions.resolve_job_def("ask").execute_in_process()

    assert [answer.passed for answer in result.get_asset_check_evaluations()] == [True]
    # told as a message, none of it is kept in Dagster's records
    assert not [event for event in result.all_events if "2026-05-05" in str(event)]
