"""`hub serve`: the emulator as a process of its own. `hub repair`: its data, where that is damaged."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orders_platform.terminal import say, say_json

if TYPE_CHECKING:
    from orders_platform.emulators.eventhubs.repair import Mended

DEFAULT_KEY_NAME = "RootManageSharedAccessKey"
_HOUR_MS = 3_600_000
_MEGABYTE = 1_000_000


def serve(
    *,
    config: Annotated[Path | None, typer.Option(help="Hubs to serve, as in Config.json of Microsoft's emulator.")] = None,
    data: Annotated[Path | None, typer.Option(help="Directory that keeps the events. [default: hub in ORDERS_HOME]")] = None,
    amqp_port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the SDK's protocol; 0 takes a free one.")] = 0,
    kafka_port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the Kafka protocol; 0 takes a free one.")] = 0,
    name: Annotated[str, typer.Option(help="Name of the hub, without --config.")] = "orders",
    partitions: Annotated[int, typer.Option(help="Number of partitions, without --config; may grow later, never shrink.")] = 4,
    retention_hours: Annotated[float, typer.Option(min=0.0, help="Events older than this are dropped; 0 keeps all.")] = 168.0,
    retention_mb: Annotated[int, typer.Option(min=0, help="Most megabytes kept a partition; 0 keeps all.")] = 0,
    key_name: Annotated[str, typer.Option(help="Name of the shared access key.")] = DEFAULT_KEY_NAME,
    key: Annotated[str | None, typer.Option(help="The key. [default: a random one, kept in the data directory]")] = None,
    fsync: Annotated[bool, typer.Option("--fsync", help="Wait for the disk: a power cut loses nothing.")] = False,
    allow_jwt: Annotated[bool, typer.Option("--allow-jwt", help="Take any Entra token, unchecked.")] = False,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate (PEM) to speak TLS with the SDK; needs --tls-key.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Private key (PEM) of the certificate.")] = None,
) -> None:
    """Serve a local Event Hubs until Ctrl-C; prints one line of JSON when ready.

    A killed process loses nothing that was acknowledged. A power cut may lose the last seconds, unless --fsync is given: the hub
    then begins a new generation, so that readers take what it still has, and what comes, as new.
    """
    from orders_platform.emulators.eventhubs.config import default_config, read_config
    from orders_platform.emulators.eventhubs.log import LogOptions
    from orders_platform.emulators.eventhubs.process import run_until_stopped
    from orders_platform.emulators.eventhubs.server import ServerOptions
    from orders_platform.emulators.key_file import kept_key
    from orders_platform.errors import InputError
    from orders_platform.settings import Settings

    if (tls_cert is None) != (tls_key is None):
        raise InputError("--tls-cert and --tls-key go together: give both or none")
    place = data or Settings.load().home / "hub"
    hubs = [default_config(name, partitions)] if config is None else read_config(config)
    run_until_stopped(
        ServerOptions(
            data=place,
            hubs=tuple(hubs),
            key_name=key_name,
            key=key or kept_key(place, "hub"),
            amqp_port=amqp_port,
            kafka_port=kafka_port,
            log=LogOptions(
                retention_ms=int(retention_hours * _HOUR_MS) or None,
                retention_bytes=retention_mb * _MEGABYTE or None,
                fsync=fsync,
            ),
            tls=None if tls_cert is None or tls_key is None else (tls_cert, tls_key),
            allows_jwt=allow_jwt,
        )
    )


def repair(
    *,
    data: Annotated[Path | None, typer.Option(help="Directory that keeps the events. [default: hub in ORDERS_HOME]")] = None,
    new_generation: Annotated[
        bool, typer.Option("--new-generation", help="Begin one though nothing is damaged: for data put back from an older copy.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON instead.")] = False,
) -> None:
    """Take a hub whose data is damaged back into service: each whole event stays, and what is damaged is set aside, not deleted.

    The hub then begins a new generation, so that its readers take all of it as new. Where nothing is damaged, nothing is changed.
    """
    from orders_platform.emulators.eventhubs.repair import repair_hubs
    from orders_platform.emulators.eventhubs.service import wall_clock_ms
    from orders_platform.settings import Settings

    mended = repair_hubs(data or Settings.load().home / "hub", wall_clock_ms(), begins_anew=new_generation)
    if as_json:
        say_json([asdict(each) for each in mended])
    else:
        _print(mended, begins_anew=new_generation or bool(mended))


def _print(mended: "list[Mended]", *, begins_anew: bool) -> None:
    for each in mended:
        what = f"hub {each.hub}, partition {each.part}: {each.kept} events kept, {each.missing} missing"
        if not each.part.isdigit():
            what = f"hub {each.hub}: {each.part} is made anew"
        say(f"{what}; set aside: {each.set_aside or 'nothing'}")
    if begins_anew:
        say("A new generation begins: start the hub as before. What was set aside may be deleted when nothing is missed.")
    else:
        say("Nothing is damaged, and nothing was changed.")
