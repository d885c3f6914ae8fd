"""Blob storage for a Spark on this machine: the jar that speaks abfs, and what turns it to an azurite instead of Azure."""

from typing import Final

from orders_platform.backup_settings import EMULATOR_ACCOUNT, EMULATOR_HOST, BackupSettings
from orders_platform.lakehouse.spark_jars import Jar

ACCOUNT: Final = EMULATOR_ACCOUNT
# public, the same in every azurite: https://learn.microsoft.com/azure/storage/common/storage-connect-azurite
KEY: Final = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
# all that it needs is inside the pyspark wheel
HADOOP_AZURE: Final = Jar(
    "org.apache.hadoop:hadoop-azure:3.5.0", "220b5db238b82437960e4b81c7e3eefa4eff2a03ad502887497f11d0ad86e663"
)


def blob_jars(backup: BackupSettings) -> tuple[Jar, ...]:
    """The jar, where the backup lies in a container: any other Spark starts without it.

    For a container of Azure the login comes with the user's own spark-defaults.conf (`spark.hadoop.fs.azure.account...`).
    """
    return (HADOOP_AZURE,) if backup.emulator or backup.is_container else ()


def blob_config(backup: BackupSettings) -> dict[str, str]:
    """Spark's settings for the emulator; none without one, so that nothing here ever stands between us and Azure."""
    return _for(backup.emulator) if backup.emulator else {}


def _for(emulator: str) -> dict[str, str]:
    settings = {
        "fs.azure.abfs.endpoint": emulator,
        # a plain account: azurite knows no hierarchical namespace
        "fs.azure.account.hns.enabled": "false",
        "fs.azure.fns.account.service.type": "BLOB",
        f"fs.azure.account.auth.type.{EMULATOR_HOST}": "SharedKey",
        f"fs.azure.account.key.{EMULATOR_HOST}": KEY,
        "fs.azure.createRemoteFileSystemDuringInitialization": "true",
        # plain http, which the driver's other library does not speak: "SSL socket factory may not be null"
        "fs.azure.always.use.https": "false",
        "fs.azure.networking.library": "JDK_HTTP_URL_CONNECTION",
        # it is near: one that does not answer is not there. By default (30 times, 25 s apart) a writer would hang for
        # a quarter of an hour at each thing it asks; so it waits some seconds, which a restart takes
        "fs.azure.io.retry.max.retries": "5",
        "fs.azure.io.retry.max.backoff.interval": "2000",
        # azurite lists folders before files, so a listing of two pages shows a folder twice; version 1 commits a job by
        # such a listing, and fails at its second sight (404) when part of a partitioned write is in place already
        "mapreduce.fileoutputcommitter.algorithm.version": "2",
    }
    return {f"spark.hadoop.{name}": value for name, value in settings.items()}
