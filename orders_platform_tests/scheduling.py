"""Which tests follow each other in one process: a file's, and those of all files that share something slow to warm up."""

from xdist.scheduler import LoadFileScheduling

ROOT = "orders_platform_tests/"
# each warms up once, in whichever process takes it
WARM = {
    "Spark": (
        "lakehouse/",
        "properties/",
        "contract/test_kafka_contract.py",
        "contracts/test_personal.py",
        "contracts/test_rules.py",
        "docs/test_examples.py",
        "emulators/eventhubs/kafka/test_spark_source.py",
    ),
    "jobs service": (
        "orchestration/databricks/",
        "orchestration/sensors/",
        "emulators/databricks/",
        "contract/test_databricks_contract.py",
        "contract/test_messages_contract.py",
    ),
}


class WarmScheduling(LoadFileScheduling):
    """Files one by one to whichever process is free, but those of a warm group to one process."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scope_of(nodeid: str) -> str:
    """The group of a test, or its file."""
    path = nodeid.partition("::")[0]
    return next((name for name, parts in WARM.items() if path.removeprefix(ROOT).startswith(parts)), path)
