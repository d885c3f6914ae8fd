"""A pass as a run of the Databricks job."""

import hashlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any

import dagster as dg
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError

from orders_platform.errors import WorkspaceError
from orders_platform.hub.tails import tails
from orders_platform.lakehouse.telling import ASKED_CHECKS, ASKED_TABLES
from orders_platform.lakehouse.work import PIPES_CONTEXT, PIPES_MESSAGES, Work
from orders_platform.orchestration.databricks.adopting import adopted
from orders_platform.orchestration.databricks.continuous_job import have_given_way, paused
from orders_platform.orchestration.databricks.folders import Folder, below, folder_at
from orders_platform.orchestration.databricks.following import Following
from orders_platform.orchestration.databricks.messages import ContextInParameters, FolderReader
from orders_platform.orchestration.databricks.our_runs import OurRuns
from orders_platform.orchestration.databricks.submission import Submission, run_name, start
from orders_platform.orchestration.records import is_over
from orders_platform.orchestration.runner import Context, TableEvent, asked_checks, asked_tables
from orders_platform.settings import CONTINUOUS, Settings
from orders_platform.workspace import BRIEF_SECONDS, workspace, workspace_faults


def run_on_databricks(context: Context, work: Work) -> Generator[TableEvent, None, Sequence[Any]]:
    """Do `work` by a run of the job, and hand on what it reports of tables; returned is what else it told.

    While a job does the passes all along, a pass is not started but waited for; other work is done in a pause of that job. Where
    passes are started one by one, that job has to be at rest. Work that only reads is done beside it in either case.
    Raises PlatformError, or dg.Failure where the run fails.
    """
    settings = Settings.load()
    if _asks_hub(work, settings):
        settings.need_hub()
    with workspace_faults():
        client = workspace()
        if settings.mode == CONTINUOUS and work.mode == "available-now":
            yield from adopted(context, work, settings, client)
            return ()
        with _without_other_writer(context, work, settings, client):
            return (yield from _run(context, work, settings, client))


@contextmanager
def _without_other_writer(context: Context, work: Work, settings: Settings, client: WorkspaceClient) -> Iterator[None]:
    if not work.writes:
        yield
    elif settings.mode == CONTINUOUS:
        with paused(client, settings, context.run.run_id):
            yield
    else:
        have_given_way(client, settings)
        yield


def _run(context: Context, work: Work, settings: Settings, client: WorkspaceClient) -> Generator[TableEvent, None, Sequence[Any]]:
    asked = as_seen_now(work, settings)
    with ExitStack() as stack:
        address = below(settings.job.need_messages(), asked.pass_id)
        reader = FolderReader(folder_at(address, client))
        stack.enter_context(_removed_at_the_end(folder_at(address, workspace(BRIEF_SECONDS)), context))
        session = stack.enter_context(
            dg.open_pipes_session(_of_the_op(context), ContextInParameters(), reader, extras=_extras(context))
        )
        # an earlier try of this run, or a run whose worker is gone, may be at work still: two would write the same tables
        OurRuns(client, settings).end(
            lambda run_id: run_id == context.run.run_id or (work.writes and is_over(context.instance, run_id))
        )
        try:
            run_id = start(client, settings.job, _submission(asked, settings, session))
            context.log.info("Databricks run %d", run_id)
            yield from Following(client, session, reader, run_id).events()
            return session.get_custom_messages()
        except BaseException:
            _end_what_runs(settings, context.run.run_id)
            raise


def _end_what_runs(settings: Settings, dagster_run: str) -> None:
    """No run goes on alone: the step was cancelled, its generator closed, or the workspace is out of reach.

    A run that was being started then has no known number. A workspace that does not answer soon is left to the sensor, and to the
    next run, which look for such runs.
    """
    with suppress(DatabricksError, WorkspaceError, TimeoutError, OSError):
        OurRuns(workspace(BRIEF_SECONDS), settings).end(dagster_run.__eq__)


def as_seen_now(work: Work, settings: Settings) -> Work:
    """The work with the settings that a cluster needs and, where it reads the hub, its generation and tails of now."""
    # the default is a place on this machine, and would be another one there
    asked = replace(work, settings=Settings.public() | {"ORDERS_LAKE": settings.lake})
    if not _asks_hub(work, settings):
        return asked
    now = tails(settings.need_hub())
    if work.mode == "replay":
        return replace(asked, generation=now.generation)
    ends = {name: tail.next for name, tail in now.partitions.items()}
    return replace(asked, generation=now.generation, tails=ends)


def _asks_hub(work: Work, settings: Settings) -> bool:
    """Whether the hub has to be asked first: also of which generation Capture's files are, where nobody says."""
    if work.mode == "replay":
        return bool(work.capture and not work.generation)
    return work.reads_hub and (settings.backup.takes_hub or work.mode == "backup")


def _submission(work: Work, settings: Settings, session: dg.PipesSession) -> Submission:
    pipes = dict(session.get_bootstrap_env_vars())
    return Submission(
        name=run_name(settings.environment, work.pass_id),
        parameters=work.parameters() | {PIPES_CONTEXT: pipes[PIPES_CONTEXT], PIPES_MESSAGES: pipes[PIPES_MESSAGES]},
        token=hashlib.sha256(f"{work.pass_id} {session.context.op_handle}".encode()).hexdigest(),
    )


def _of_the_op(context: Context) -> dg.OpExecutionContext:
    """Pipes asks an asset's context for what that one calls deprecated."""
    return context.op_execution_context if isinstance(context, dg.AssetExecutionContext) else context


def _extras(context: Context) -> dict[str, list[str]]:
    """What the run shall report: Pipes' own context has the assets, but not the checks."""
    return {
        ASKED_TABLES: sorted(key.to_user_string() for key in asked_tables(context)),
        ASKED_CHECKS: sorted(f"{check.asset_key.to_user_string()}:{check.name}" for check in asked_checks(context)),
    }


@contextmanager
def _removed_at_the_end(folder: Folder, context: Context) -> Iterator[None]:
    """A folder that cannot be removed is told, and no reason to fail."""
    try:
        yield
    finally:
        try:
            with workspace_faults():
                folder.remove()
        except Exception as fault:  # noqa: BLE001  whatever it is, the run's own end counts more
            context.log.warning("the messages in %s were left behind: %s", folder.shown, fault)
