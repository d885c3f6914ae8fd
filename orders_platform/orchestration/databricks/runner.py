"""A pass as a run of the Databricks job."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import dagster as dg
from databricks.sdk import WorkspaceClient

from orders_platform.hub.tails import tails
from orders_platform.lakehouse.telling import ASKED_CHECKS, ASKED_TABLES
from orders_platform.lakehouse.work import PIPES_CONTEXT, PIPES_MESSAGES, Work
from orders_platform.orchestration.databricks.abandoned import cancel_runs_of
from orders_platform.orchestration.databricks.adopting import adopted
from orders_platform.orchestration.databricks.continuous_job import paused
from orders_platform.orchestration.databricks.folders import Folder, below, folder_at
from orders_platform.orchestration.databricks.following import Following
from orders_platform.orchestration.databricks.messages import Context as PassedContext
from orders_platform.orchestration.databricks.messages import FolderReader
from orders_platform.orchestration.databricks.submission import NAME, Submission, start
from orders_platform.orchestration.databricks.workspace import workspace, workspace_faults
from orders_platform.orchestration.runner import Context, TableEvent, asked_checks, asked_tables
from orders_platform.settings import CONTINUOUS, Settings


def run_on_databricks(context: Context, work: Work) -> Iterator[TableEvent]:
    """Do `work` by a run of the job, and hand on what it reports. Raises PlatformError, or dg.Failure where the run fails.

    While a job does the passes all along, a pass is not started but waited for; other work is done in a pause of that job.
    """
    settings = Settings.load()
    if work.reads_hub:
        settings.need_hub()
    with workspace_faults():
        client = workspace()
        if settings.mode != CONTINUOUS:
            yield from _run(context, work, settings, client)
        elif work.mode == "available-now":
            yield from adopted(context, work, settings, client)
        else:
            with paused(client, settings, context.run.run_id):
                yield from _run(context, work, settings, client)


def _run(context: Context, work: Work, settings: Settings, client: WorkspaceClient) -> Iterator[TableEvent]:
    asked = as_seen_now(work, settings)
    with ExitStack() as stack:
        folder = folder_at(below(settings.job.need_messages(), asked.pass_id), client)
        reader = FolderReader(folder)
        stack.enter_context(_removed_at_the_end(folder, context))
        session = stack.enter_context(
            dg.open_pipes_session(_of_the_op(context), PassedContext(), reader, extras=_extras(context))
        )
        try:
            run_id = start(client, settings.job, _submission(asked, session))
            context.log.info("Databricks run %d", run_id)
            yield from Following(client, session, reader, run_id).events()
        except BaseException:
            # cancelled in the UI, the generator closed, the workspace out of reach: no run goes on alone
            cancel_runs_of(settings.job.job_id, context.run.run_id)
            raise


def as_seen_now(work: Work, settings: Settings) -> Work:
    """The work with the settings that a cluster needs and, where it reads the hub, its generation and tails of now."""
    asked = replace(work, settings=Settings.public())
    if not work.reads_hub:
        return asked
    now = tails(settings.need_hub())
    ends = {name: tail.next for name, tail in now.partitions.items()}
    return replace(asked, generation=now.generation, tails=ends)


def _submission(work: Work, session: dg.PipesSession) -> Submission:
    pipes = dict(session.get_bootstrap_env_vars())
    return Submission(
        name=f"{NAME} {work.pass_id}",
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
