"""A run that fails says in one sentence what happened and what to do; no Spark is asked here."""

import sys
from pathlib import Path

import pytest

from orders_platform.errors import PassRefused, PipelineFailed
from orders_platform.lakehouse.pipelines import local_run
from orders_platform.lakehouse.pipelines.server import Address

NOWHERE = Address("sc://localhost:1", "token")
DONE = "2026-11-26 02:18:45.000: Flow `spark_catalog`.`default`.`gold_daily_sales` has COMPLETED."


def a_client(folder: Path, monkeypatch: pytest.MonkeyPatch, *said: str, code: int) -> None:
    """Let a program stand for Spark's own, which says so much and ends."""
    program = folder / "client"
    lines = "".join(f"echo '{line}'\n" for line in said)
    program.write_text(f"#!/bin/sh\n{lines}exit {code}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


def test_each_dataset_is_told_as_it_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_client(tmp_path, monkeypatch, "Starting run...", DONE, code=0)
    told: list[str] = []

    done = local_run.run(tmp_path, NOWHERE, "orders-1", full_refresh=False, on_flow=told.append)

    assert told == list(done.flows) == ["gold_daily_sales"]
    assert DONE in (tmp_path / "run.log").read_text()


def test_a_failure_names_its_cause_its_log_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cause = "Flow spark_catalog.default.from_hub has FAILED: org.apache.kafka.common.errors.TimeoutException"
    a_client(tmp_path, monkeypatch, "Starting run...", cause, "and a long trace", code=1)

    with pytest.raises(PipelineFailed) as failed:
        local_run.run(tmp_path, NOWHERE, "orders-1", full_refresh=False)

    sentence = str(failed.value)
    assert sentence.startswith(f"the declarative pipeline failed: {cause}")
    assert str(tmp_path / "run.log") in sentence
    assert "run again, or with --full-refresh" in sentence
    assert "its views stand empty" in sentence


def test_a_client_that_dies_without_a_word_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_client(tmp_path, monkeypatch, code=137)

    with pytest.raises(PipelineFailed, match="it said nothing"):
        local_run.run(tmp_path, NOWHERE, "orders-1", full_refresh=False)


def test_another_generation_of_the_hub_is_not_read_from_where_the_one_before_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_client(tmp_path, monkeypatch, code=0)
    local_run.run(tmp_path, NOWHERE, "orders-1", full_refresh=False)

    local_run.refuse_another_hub(tmp_path, "orders-1")
    with pytest.raises(PassRefused, match="the hub is orders-2, and the pipeline has read orders-1: run it with --full-refresh"):
        local_run.refuse_another_hub(tmp_path, "orders-2")
    local_run.run(tmp_path, NOWHERE, "orders-2", full_refresh=True)
    local_run.refuse_another_hub(tmp_path, "orders-2")


def test_a_full_refresh_that_failed_leaves_the_pipeline_with_the_hub_that_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_client(tmp_path, monkeypatch, code=0)
    local_run.run(tmp_path, NOWHERE, "orders-1", full_refresh=False)
    a_client(tmp_path, monkeypatch, code=1)
    with pytest.raises(PipelineFailed):
        local_run.run(tmp_path, NOWHERE, "orders-2", full_refresh=True)

    with pytest.raises(PassRefused, match="has read orders-1"):
        local_run.refuse_another_hub(tmp_path, "orders-2")
