"""Makes a machine ready for Blob storage of its own: azurite, and Spark's jar for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from orders_platform.lakehouse.blob_emulator import HADOOP_AZURE
from orders_platform.lakehouse.spark_jars import ensure_jars
from orders_platform.local.azurite.install import Azurite, ensure_azurite, package_count
from orders_platform.settings import Settings


def ready_blob(settings: Settings, console: Console) -> Azurite:
    """Install what is not there yet, and show on `console` that this takes its time. Raises EnvironmentFault."""
    azurite = ensure_azurite(settings, installing=lambda: _shown(console))
    ensure_jars(settings, jars=(HADOOP_AZURE,))
    return azurite


@contextmanager
def _shown(console: Console) -> Iterator[None]:
    console.print(f"[dim]·[/] azurite is installed by npm, once for all clones: {package_count()} packages", highlight=False)
    columns = (SpinnerColumn(), TextColumn("npm is at work"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        progress.add_task("npm", total=None)
        yield
