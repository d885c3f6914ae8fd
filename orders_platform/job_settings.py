"""On what passes run: the part of the settings that names jobs and clusters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from orders_platform.errors import SettingsError

_JOBS = ("ORDERS_JOB", "ORDERS_CONTINUOUS_JOB")


@dataclass(frozen=True, slots=True)
class JobSettings:
    """On what passes run; the workspace's address and login are databricks-sdk's own settings (DATABRICKS_HOST, ...).

    A pass needs a cluster in dedicated access mode (data_security_mode SINGLE_USER): serverless and standard mode have Spark
    Connect, which a pass refuses. A run there is submitted all the same.

    Attributes:
        job_id: an existing job to run; None: each pass is submitted as a run of its own.
        continuous_job_id: the existing job that runs all along; None: it is found by its name, or made.
        cluster_id: an existing cluster for a submitted run.
        new_cluster: a cluster made for a submitted run, in the words of the Jobs API. Without any of the three: serverless.
        wheel: this project's wheel where the cluster can read it; None where the cluster has it installed.
        messages: folder for what runs report: in a Unity Catalog volume, or a blob container's address. A signature in the
            address is read by whoever may see a run: without one, Dagster and the cluster each use an identity of their own.
    """

    job_id: int | None
    continuous_job_id: int | None
    cluster_id: str | None
    new_cluster: Mapping[str, object] | None
    wheel: str | None
    messages: str | None

    def need_messages(self) -> str:
        """Folder of the messages. Raises SettingsError where none is named."""
        if self.messages is None:
            raise SettingsError(
                "nowhere to report to: set ORDERS_MESSAGES to a folder in a volume, like /Volumes/CATALOG/SCHEMA/VOLUME/messages "
                "(`orders-platform databricks serve` starts a local jobs service and prints its settings)"
            )
        return self.messages


def job_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with them, a sentence each."""
    checks = (
        *((not env.get(name) or env[name].isdecimal(), f"{name} is no job's number") for name in _JOBS),
        (_new_cluster(env) is not False, "ORDERS_CLUSTER is neither a cluster's id nor a JSON object for a new one"),
        (not (env.get("ORDERS_JOB") and env.get("ORDERS_CLUSTER")), "ORDERS_JOB and ORDERS_CLUSTER exclude each other"),
    )
    return [fault for holds, fault in checks if not holds]


def job_settings(env: Mapping[str, str]) -> JobSettings:
    """Settings of the job out of `env`, which has no fault."""
    new_cluster = _new_cluster(env) or None
    job_id, continuous_job_id = (int(env[name]) if env.get(name) else None for name in _JOBS)
    return JobSettings(
        job_id=job_id,
        continuous_job_id=continuous_job_id,
        cluster_id=env.get("ORDERS_CLUSTER") or None if new_cluster is None else None,
        new_cluster=new_cluster,
        wheel=env.get("ORDERS_WHEEL") or None,
        messages=env.get("ORDERS_MESSAGES", "").rstrip("/") or None,
    )


def _new_cluster(env: Mapping[str, str]) -> Mapping[str, object] | Literal[False] | None:
    """The JSON object that is meant for a new cluster; None where the setting holds no JSON, False where it is broken."""
    text = env.get("ORDERS_CLUSTER", "").strip()
    if not text.startswith(("{", "[", '"')):
        return None
    try:
        read = json.loads(text)
    except ValueError:
        return False
    return read if isinstance(read, dict) else False
