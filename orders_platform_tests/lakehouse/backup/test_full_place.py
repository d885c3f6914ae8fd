"""A backup whose disk is full, for real: a file system of its own, small and then large, that no other process sees."""

import subprocess
from pathlib import Path

import pytest

from orders_platform_tests.lakehouse.backup.machine import BACKUP, RUN_SECONDS, Machine, reports, verdicts
from orders_platform_tests.lakehouse.conftest import Shop

pytestmark = [pytest.mark.spark, pytest.mark.faults, pytest.mark.long]
OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")
NIGHT = """
set -eu; place=$1; shift
mount -t tmpfs -o size=100k none "$place"
"$@" write && exit 1
mount -o remount,size=200m "$place"
"$@" write --json
"$@" check --json
"""


def test_a_disk_that_is_full_in_mid_write_is_one_sentence_and_with_room_again_nothing_is_missing(
    shop: Shop, tmp_path: Path
) -> None:
    if subprocess.run([*OWN_MOUNTS, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine gives no mounts to a user: no disk can be made small")
    place = tmp_path / "backup"
    place.mkdir()
    shop.sells(3_000)
    assert shop.server is not None
    lake = {"ORDERS_LAKE": str(tmp_path / "lake"), "ORDERS_BACKUP": str(place)}
    here = Machine({**shop.server.server.client_settings(), **lake})

    with here.starts(*OWN_MOUNTS, "sh", "-c", NIGHT, "night", str(place), *BACKUP) as night:
        told, said = night.communicate(timeout=3 * RUN_SECONDS)

    assert night.returncode == 0, said
    assert "the disk is full" in said, said
    written, looked_over = reports(told)
    assert written["written"] == 3_000
    assert verdicts(written) == {"positions_complete": True, "at_the_tail": True}
    assert verdicts(looked_over)["all_there"]
