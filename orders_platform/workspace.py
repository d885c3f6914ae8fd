"""The Databricks workspace of databricks-sdk's own settings (DATABRICKS_HOST, ...), and its faults in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import DatabricksError, PermissionDenied, Unauthenticated

from orders_platform.errors import SettingsError, WorkspaceError

# An outage shorter than this is ridden out by the SDK, which tries again.
OUTAGE_SECONDS: Final = 120
# Who has no time to wait for a workspace that is out of reach: a sensor's tick, a step that is being ended.
BRIEF_SECONDS: Final = 10
_ANSWER_SECONDS: Final = 30
# The SDK first asks a workspace what it is, and does without an answer: an outage must not be waited for twice.
_PROBE_SECONDS: Final = 1


def workspace(outage_seconds: int | None = None) -> WorkspaceClient:
    """A client, whether or not the workspace answers. Raises SettingsError where neither settings nor login files name one."""
    try:
        patience = outage_seconds or OUTAGE_SECONDS
        # one answer that does not come is no longer waited for than half an outage
        config = Config(retry_timeout_seconds=_PROBE_SECONDS, http_timeout_seconds=min(_ANSWER_SECONDS, patience / 2))
        config.retry_timeout_seconds = patience
        return WorkspaceClient(config=config)
    except ValueError as fault:
        raise SettingsError(
            "no Databricks workspace is named: set DATABRICKS_HOST and a login of databricks-sdk, like DATABRICKS_TOKEN "
            f"(`orders-platform databricks serve` starts a local one and prints them); the SDK says: {_first_line(fault)}"
        ) from fault


@contextmanager
def workspace_faults() -> Iterator[None]:
    """Say in a sentence what the SDK raises inside the block: a SettingsError where it refuses, else a WorkspaceError."""
    try:
        yield
    except (Unauthenticated, PermissionDenied) as fault:
        raise SettingsError(f"the workspace refuses: {_first_line(fault)}; check the token, and what its owner may do") from fault
    except DatabricksError as fault:
        raise WorkspaceError(f"the workspace answers: {_first_line(fault)}") from fault
    except (TimeoutError, requests.RequestException) as fault:
        raise WorkspaceError(
            f"the workspace does not answer ({_first_line(fault.__cause__ or fault)}); check DATABRICKS_HOST and the network"
        ) from fault


def _first_line(fault: BaseException) -> str:
    return (str(fault).strip() or type(fault).__name__).splitlines()[0][:300]
