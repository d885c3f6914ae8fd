"""The lake read without Spark."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orders_platform.errors import InputError
from orders_platform.lakehouse.reading import query
from orders_platform.settings import Settings
from orders_platform_tests.small_lake import write

EVENTS = "silver.order_events"


def test_a_time_that_cannot_be_read_is_told_with_what_to_do(tmp_path: Path) -> None:
    """Spark once wrote such times as INT96, and readers in nanoseconds refuse the whole column for it."""
    settings = Settings.from_env({"ORDERS_HOME": str(tmp_path)})
    write(Path(settings.lake), EVENTS, [{"event_id": "e", "event_time": datetime(2019, 2, 1, tzinfo=UTC)}])
    _as_once_written(Path(settings.lake, *EVENTS.split(".")), datetime(9999, 12, 31, tzinfo=UTC))

    with pytest.raises(InputError, match=r"holds one before 1678 or after 2261.* leave that column out"):
        query(settings, "SELECT event_time FROM silver.order_events")
    assert query(settings, "SELECT event_id FROM silver.order_events")[1] == [("e",)]


def _as_once_written(table: Path, moment: datetime) -> None:
    [file], [log] = table.glob("*.parquet"), (table / "_delta_log").glob("*.json")
    rows = pq.read_table(file)
    times = pa.array([moment], rows.schema.field("event_time").type)
    changed = rows.set_column(rows.schema.get_field_index("event_time"), "event_time", times)
    pq.write_table(changed, file, use_deprecated_int96_timestamps=True)
    actions = [json.loads(line) for line in log.read_text().splitlines()]
    for added in (action["add"] for action in actions if "add" in action):
        added |= {"size": file.stat().st_size, "stats": None}
    log.write_text("\n".join(map(json.dumps, actions)))
