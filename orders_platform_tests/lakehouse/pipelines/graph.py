"""The pipeline's definition as it is read: what it declares, and which datasets each flow reads, without a run of Spark."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from pyspark.pipelines.flow import AutoCdcFlow, Flow
from pyspark.pipelines.graph_element_registry import GraphElementRegistry, graph_element_registration_context
from pyspark.pipelines.output import Output
from pyspark.sql.connect.session import SparkSession

from orders_platform.lakehouse.pipelines import local_run

DEFINITION = Path(local_run.__file__).with_name("orders.py")
# a definition is read with a hub in the settings; nobody asks it
HUB = {
    "ORDERS_HUB_NAME": "orders",
    "ORDERS_HUB_CONNECTION": "Endpoint=sb://127.0.0.1;SharedAccessKeyName=Root;SharedAccessKey=x;UseDevelopmentEmulator=true;",
}
# What Spark 4.2 looks into as soon as it is told of it: a dataset of the same pipeline below one is taken for a catalog's table.
EAGER = {
    "with_columns", "with_columns_renamed", "drop", "deduplicate", "with_watermark", "sample", "fill_na", "drop_na", "replace",
    "to_schema", "summary", "describe", "cov", "corr", "approx_quantile", "crosstab", "freq_items", "sample_by", "group_map",
    "co_group_map", "apply_in_pandas_with_state", "as_of_join",
}  # fmt: skip


@dataclass
class Graph(GraphElementRegistry):
    """What a definition declares, by name."""

    outputs: dict[str, Output] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    merges: dict[str, AutoCdcFlow] = field(default_factory=dict)

    def register_output(self, output: Output) -> None:
        self.outputs[output.name] = output

    def register_flow(self, flow: Flow) -> None:
        self.flows[flow.name] = flow

    def register_auto_cdc_flow(self, flow: AutoCdcFlow) -> None:
        self.merges[flow.target] = flow

    def register_sql(self, sql_text: str, file_path: Path) -> None:
        raise NotImplementedError

    @property
    def edges(self) -> dict[str, set[str]]:
        """What each flow reads of this pipeline, by the flow's name."""
        return {name: _tables(plan) for name, plan in self.plans().items()}

    @property
    def cut(self) -> set[tuple[str, str, str]]:
        """Flow, operator and dataset, where an operator that is looked into at once stands over a dataset of this pipeline."""
        return {
            (flow, operator, dataset)
            for flow, plan in self.plans().items()
            for relation in _relations(plan)
            if (operator := str(relation.WhichOneof("rel_type"))) in EAGER
            for dataset in _tables(relation) & set(self.outputs)
        }

    @property
    def formats(self) -> dict[str, str]:
        """How each flow reads what is no dataset of this pipeline."""
        return {
            name: relation.read.data_source.format
            for name, plan in self.plans().items()
            for relation in _relations(plan)
            if relation.WhichOneof("rel_type") == "read" and relation.read.HasField("data_source")
        }

    def plans(self) -> dict[str, Any]:
        """Each flow's query as it would be sent to Spark."""
        frames: dict[str, Any] = {name: flow.func() for name, flow in self.flows.items()}
        return {name: frame._plan.plan(mock.MagicMock()) for name, frame in frames.items()}


class NoSpark(SparkSession):
    """A session of Spark Connect that is connected to nothing; `conf` is a mapping."""

    def __init__(self, conf: dict[str, str]) -> None:
        self._client, self._session_id, self.given = mock.MagicMock(), "none", conf

    @property
    def conf(self) -> Any:
        return self.given


def load(definition: Path = DEFINITION) -> tuple[Graph, ModuleType]:
    """Read a definition as `spark-pipelines` does, and keep what it declares."""
    spec = importlib.util.spec_from_file_location(f"{definition.stem}_under_test", definition)
    assert spec
    assert spec.loader
    graph, module = Graph(), importlib.util.module_from_spec(spec)
    with graph_element_registration_context(graph):
        spec.loader.exec_module(module)
    return graph, module


def _tables(proto: Any) -> set[str]:
    reads = (each.read for each in _relations(proto) if each.WhichOneof("rel_type") == "read")
    return {read.named_table.unparsed_identifier for read in reads if read.HasField("named_table")}


def _relations(proto: Any) -> Iterator[Any]:
    """Every relation inside a message, outermost first."""
    if proto.DESCRIPTOR.name == "Relation":
        yield proto
    for kind, value in proto.ListFields():
        if kind.type == kind.TYPE_MESSAGE and not kind.message_type.GetOptions().map_entry:
            for each in [value] if hasattr(value, "DESCRIPTOR") else value:
                yield from _relations(each)
