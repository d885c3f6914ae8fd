"""Where things of a lake lie, by its name alone: no Spark is needed to say so."""

from pathlib import Path
from typing import Final

from orders_platform.settings import is_folder

# where Databricks shows a catalog's volumes
VOLUMES: Final = Path("/Volumes")


def table_uri(root: str, key: str) -> str | None:
    """Where a reader finds the table `layer.table`; None in a catalog, which alone knows it."""
    return "/".join((root, *key.split("."))) if is_folder(root) else None


def files_folder(root: str) -> Path:
    """Where a lake keeps files that are no tables: ledger, checkpoints, locks; of a catalog, in a volume."""
    return Path(root) if is_folder(root) else VOLUMES / root / "ops" / "files"


def ledger_folder(root: str) -> Path:
    """The ledger's folder, which holds one for each day."""
    return files_folder(root) / "ops" / "ledger"


def audit_folder(root: str) -> Path:
    """The audit's folder, which holds one for each day."""
    return files_folder(root) / "ops" / "audit"
