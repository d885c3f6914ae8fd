"""`up --backup blob`: the hub's messages are kept in a Blob storage by Dagster and the jobs service, as they are on Azure."""

from pathlib import Path

import pytest

from orders_platform.hub.tails import tails
from orders_platform.local.azurite.running import container_client
from orders_platform.orchestration.backup import BACKUP_JOB_NAME, CHECK_JOB_NAME
from orders_platform_tests.local.up_process import PASS_SECONDS, Up, started_up

pytestmark = [pytest.mark.integration, pytest.mark.spark, pytest.mark.long]


def test_what_the_hub_took_is_kept_in_the_blob_storage_and_found_whole(tmp_path: Path) -> None:
    with started_up(tmp_path / "home", "--no-feed", "--backup", "blob") as up:
        up.sells("kept", 20)

        kept = up.pages.wait(up.pages.launch(BACKUP_JOB_NAME), PASS_SECONDS)
        looked_over = up.pages.wait(up.pages.launch(CHECK_JOB_NAME), PASS_SECONDS)
        up.wait_for_gold(20)

        assert (kept, looked_over) == ("SUCCESS", "SUCCESS")
        assert kept_files(up) >= sum(tail.next > 0 for tail in tails(up.hub).partitions.values())


def kept_files(up: Up) -> int:
    """Files of data in its container."""
    with container_client(up.told["backup"]["env"]["ORDERS_BLOB_EMULATOR"]) as client:
        return sum(blob.name.endswith(".parquet") for blob in client.list_blobs(name_starts_with="orders/data/"))
