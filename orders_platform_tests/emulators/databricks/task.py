"""What the runs of these tests do; the first word says which. One without an end makes the file that its second word names."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def say(*words: str) -> None:
    """The trivial run."""
    sys.stdout.write(f"{json.dumps(words)}\n")


def say_variable(name: str) -> None:
    say(os.environ.get(name, "unset"))


def fail(reason: str) -> None:
    raise ValueError(reason)


def exit_with(code: str) -> None:
    sys.exit(int(code))


def say_python_of_a_worker() -> None:
    spark = SparkSession.builder.getOrCreate()
    python = F.udf(lambda _: sys.executable, "string", useArrow=False)
    say(*(row[0] for row in spark.range(1).select(python("id")).collect()))


def write_delta(table: str) -> None:
    spark = SparkSession.builder.getOrCreate()
    spark.range(3).write.format("delta").mode("overwrite").save(table)
    active = SparkSession.getActiveSession()
    say(str(spark.read.format("delta").load(table).count()), str(active is not None))
    spark.stop()
    say(str(spark.range(2).count()))


def stream(began: str) -> None:
    """Writes each batch's size into the file, until it is stopped."""

    def note(batch: DataFrame, number: int) -> None:
        with Path(began).open("a") as file:
            file.write(f"{os.getpid()} {batch.count()} {number}\n")

    spark = SparkSession.builder.getOrCreate()
    rows = spark.readStream.format("rate").option("rowsPerSecond", 50).load()
    rows.writeStream.foreachBatch(note).start().awaitTermination()


def stream_and_exit_hard(began: str) -> None:
    spark = SparkSession.builder.getOrCreate()
    spark.readStream.format("rate").load().writeStream.format("noop").start()
    Path(began).touch()
    os._exit(9)


def fork_and_exit_hard(began: str) -> None:
    """The child holds all that this process has open."""
    if os.fork() == 0:
        Path(began).write_text(str(os.getpid()))
        time.sleep(600)
    while not Path(began).exists():
        time.sleep(0.01)
    os._exit(9)


def count_for_ever(began: str) -> None:
    Path(began).touch()
    SparkSession.builder.getOrCreate().range(10**14).selectExpr("sum(hash(id))").collect()


def sleep(began: str) -> None:
    Path(began).touch()
    time.sleep(600)


def swallow(began: str) -> None:
    Path(began).touch()
    while True:
        try:
            time.sleep(600)
        except KeyboardInterrupt:
            say("not now")


def say_what_works() -> None:
    """Spark jobs and streams in the JVM, of all runs."""
    context = SparkSession.builder.getOrCreate().sparkContext
    jvm: Any = context._jvm
    threads = [thread.getName() for thread in jvm.java.lang.Thread.getAllStackTraces().keySet()]
    streams = [name for name in threads if name.startswith("stream execution thread")]
    say(*streams, *(str(job) for job in context.statusTracker().getActiveJobsIds()))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
