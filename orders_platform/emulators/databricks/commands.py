"""`databricks serve`: the jobs service as a process of its own."""

from pathlib import Path
from typing import Annotated, Final

import typer

DEFAULT_SESSION: Final = "orders_platform.lakehouse.session:local_session"

databricks = typer.Typer(
    no_args_is_help=True, help="A Databricks workspace on this machine: its jobs, its files, a pipeline, one warm cluster."
)


@databricks.callback()
def group() -> None:
    """Keep `serve` a verb of its own while it is the only one."""


@databricks.command("serve")
def serve_databricks(
    *,
    data: Annotated[
        Path | None, typer.Option(help="Directory that keeps jobs, runs and logs. (default: databricks in ORDERS_HOME)")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the API; 0 takes a free one.")] = 0,
    token: Annotated[
        str | None, typer.Option(help="What clients must bear. (default: a random one, kept in the data directory)")
    ] = None,
    slots: Annotated[int, typer.Option(min=1, help="Most runs at work at once; others wait.")] = 2,
    grace: Annotated[float, typer.Option(min=0.0, help="Seconds that a cancelled run has before it is killed.")] = 5.0,
    volume: Annotated[list[Path] | None, typer.Option(help="Folder that the Files API reaches. (default: ORDERS_HOME)")] = None,
    session: Annotated[
        str, typer.Option(help="Function that starts Spark, as MODULE:FUNCTION; it takes further settings.")
    ] = DEFAULT_SESSION,
) -> None:
    """Serve a local Databricks workspace until Ctrl-C; prints one line of JSON when it answers.

    Its cluster warms up meanwhile: runs wait for it. A schedule of a job is kept, but nothing is started by it.
    """
    from orders_platform.emulators.databricks.process import run_until_stopped
    from orders_platform.emulators.databricks.service import ServiceOptions
    from orders_platform.emulators.key_file import kept_key
    from orders_platform.errors import InputError
    from orders_platform.path_settings import need_folder
    from orders_platform.settings import Settings

    if not all(session.partition(":")):
        raise InputError(f"--session {session} is no MODULE:FUNCTION")
    home = Settings.load().home
    place = need_folder("--data", data or home / "databricks")
    run_until_stopped(
        ServiceOptions(
            data=place,
            token=token or kept_key(place, "jobs service"),
            port=port,
            slots=slots,
            grace_seconds=grace,
            volumes=tuple(folder.absolute() for folder in volume or [home]),
            session=session,
        )
    )
