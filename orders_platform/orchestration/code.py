"""Where the code of a table is, for the link on its asset page."""

import warnings
from importlib.resources import files
from typing import Any, Final

import dagster as dg

from orders_platform.lakehouse.catalog import TABLES

# The function that makes each table, by its module below orders_platform.lakehouse; one of gold has the table's name.
FILLS: Final = {
    "bronze.order_events": ("roads.py", "drain"),
    "silver.quarantine": ("silver/events.py", "sift"),
    "silver.order_events": ("silver/events.py", "sift"),
    "silver.orders": ("silver/orders.py", "fill"),
    **{table.key: ("gold/transform.py", table.name) for table in TABLES if table.layer == "gold"},
}


def code_metadata(table: str) -> dict[str, dg.MetadataValue[Any]]:
    """Metadata that leads to the function in the files of this machine: of use to whoever develops on it."""
    module, function = FILLS[table]
    source = files("orders_platform.lakehouse") / module
    lines = enumerate(source.read_text().splitlines(), start=1)
    line = next(number for number, text in lines if text.startswith(f"def {function}("))
    # says at each load that it is beta; the version is pinned
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        reference = dg.LocalFileCodeReference(file_path=str(source), line_number=line, label=function)
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[reference])}
