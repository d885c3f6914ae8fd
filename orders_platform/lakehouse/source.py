"""The hub as Spark reads it: its Kafka endpoint, and the generation that its positions belong to."""

from collections.abc import Mapping
from dataclasses import dataclass

from orders_platform.hub.spark_options import DATABRICKS_CLASSES, ServiceCredential, kafka_options
from orders_platform.hub_name import folded
from orders_platform.lakehouse.work import Work
from orders_platform.settings import HubSettings


@dataclass(frozen=True, slots=True)
class HubSource:
    """Where messages come from.

    Attributes:
        generation: the hub's name and creation time; a re-created hub is another one.
        topic: the hub's name.
        options: of Spark's Kafka source: address, protocol, login.
        tails: next sequence number per partition when asked last; what a pass means by "up to the tail".
        is_current: whether the tails are those of now; older ones tell which partitions there are, and no more.
        max_messages: of one batch, so that memory stays bounded whatever the backlog.
    """

    generation: str
    topic: str
    options: Mapping[str, str]
    tails: Mapping[str, int]
    max_messages: int = 200_000
    is_current: bool = True


def given_source(hub: HubSettings, work: Work, *, is_databricks: bool) -> HubSource:
    """The hub as who asked for the work saw it: that needs no SDK. Raises SettingsError where a login is missing."""
    return HubSource(
        generation=folded(work.generation),
        topic=folded(hub.name),
        options=given_options(hub, is_databricks=is_databricks),
        tails=work.tails,
        is_current=work.mode != "continuous",
    )


def given_options(hub: HubSettings, *, is_databricks: bool) -> dict[str, str]:
    """Options of Spark's Kafka source where it runs, without the SDK. Raises SettingsError where a login is missing."""
    return kafka_options(
        hub,
        classes=DATABRICKS_CLASSES if is_databricks else "",
        login=ServiceCredential(hub.credential) if hub.credential else None,
    )


def hub_source(hub: HubSettings) -> HubSource:
    """The hub as it stands now. Raises HubError where it does not answer."""
    from orders_platform.hub.tails import tails  # noqa: PLC0415  loads the Azure SDK: not before it is wanted

    now = tails(hub)
    ends = {name: tail.next for name, tail in now.partitions.items()}
    return HubSource(generation=now.generation, topic=folded(hub.name), options=kafka_options(hub), tails=ends)
