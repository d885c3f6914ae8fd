"""The real process: starts, ends, and dies without losing what it acknowledged."""

import stat
import subprocess
import threading
from pathlib import Path

import pytest
from azure.eventhub import EventData
from azure.eventhub.exceptions import EventHubError

from orders_platform_tests.contract.hub_client import HubUnderTest, bodies, wait_until
from orders_platform_tests.emulators.eventhubs.hub_process import ENVIRONMENT, SERVE, HubProcess

pytestmark = [pytest.mark.integration]


def hub_of(process: HubProcess) -> HubUnderTest:
    return HubUnderTest(process.settings["ORDERS_HUB_CONNECTION"], process.settings["ORDERS_HUB_NAME"])


def refusal(*options: str) -> str:
    """What the command says when it will not start."""
    done = subprocess.run([*SERVE, *options], capture_output=True, text=True, timeout=30, check=False, env=ENVIRONMENT)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def test_ready_line_has_all_that_a_client_needs(tmp_path: Path) -> None:
    with HubProcess(tmp_path / "data", "--name", "shop", "--partitions", "3") as process:
        ready = process.ready
        with hub_of(process).producer() as producer:
            partitions = producer.get_partition_ids()
        code, out, err = process.stop()

    assert ready["hub"] == "shop" == ready["env"]["ORDERS_HUB_NAME"]
    assert ready["env"]["ORDERS_HUB_KAFKA"] == f"127.0.0.1:{ready['kafka']}"
    assert f"Endpoint=sb://127.0.0.1:{ready['amqp']};" in ready["env"]["ORDERS_HUB_CONNECTION"]
    assert partitions == ["0", "1", "2"]
    assert (code, out, err) == (0, "", "")


def test_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with HubProcess(tmp_path) as process:
        first = process.settings["ORDERS_HUB_CONNECTION"].partition("SharedAccessKeyName")[2]
        process.kill()
        process.start()
        second = process.settings["ORDERS_HUB_CONNECTION"].partition("SharedAccessKeyName")[2]

    assert first == second
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_second_process_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with HubProcess(tmp_path):
        assert "another hub process uses" in refusal("--data", str(tmp_path))


def test_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with HubProcess(tmp_path / "first") as process:
        said = refusal("--data", str(tmp_path / "second"), "--amqp-port", str(process.ready["amqp"]))

    assert "cannot be listened on" in said
    assert str(process.ready["amqp"]) in said


@pytest.mark.faults
def test_created_at_outlives_a_kill_and_changes_with_new_data(tmp_path: Path) -> None:
    with HubProcess(tmp_path / "data") as process:
        with hub_of(process).producer() as producer:
            before = producer.get_eventhub_properties()["created_at"]
        process.kill()
        process.start()
        with hub_of(process).producer() as producer:
            after = producer.get_eventhub_properties()["created_at"]
    with HubProcess(tmp_path / "other") as process, hub_of(process).producer() as producer:
        other = producer.get_eventhub_properties()["created_at"]

    assert before == after < other


@pytest.mark.faults
def test_a_log_that_lost_its_tail_begins_a_generation_and_the_process_says_so(tmp_path: Path) -> None:
    with HubProcess(tmp_path / "data", "--partitions", "1") as process:
        with hub_of(process).producer() as producer:
            producer.send_batch([EventData("1"), EventData("2")])
            before = producer.get_eventhub_properties()["created_at"]
        process.kill()
        [log] = (tmp_path / "data").glob("hubs/orders/0/*.log")
        log.write_bytes(log.read_bytes()[:-1])
        process.start()
        with hub_of(process).producer() as producer:
            after = producer.get_eventhub_properties()["created_at"]
        ready, (_, _, said) = process.ready, process.stop()

    assert before < after
    assert ready["warnings"] == [said.strip()]
    assert said.startswith("hub orders begins a new generation: partition 0 ends at 1, and 1 more events were acknowledged. ")


@pytest.mark.faults
def test_damaged_data_is_one_sentence_with_the_way_out(tmp_path: Path) -> None:
    log = tmp_path / "hubs" / "orders" / "0" / f"{0:020d}.log"
    log.parent.mkdir(parents=True)
    log.with_name("hub.json").write_text("{}")
    log.write_bytes(b"")

    said = refusal("--data", str(tmp_path))

    assert f"or run `orders-platform hub repair --data {tmp_path}`" in said


@pytest.mark.faults
def test_killed_in_mid_stream_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    done = threading.Event()
    with HubProcess(tmp_path) as process:
        current = [hub_of(process)]
        sender = threading.Thread(target=_send_until, args=(done, current, acknowledged), daemon=True)
        sender.start()
        for kill in range(1, 4):
            _wait_for(acknowledged, 150 * kill)
            process.kill()
            process.start()
            current[0] = hub_of(process)
        _wait_for(acknowledged, 600)
        done.set()
        sender.join(30)
        hub = current[0]
        with hub.shared:
            kept = bodies(hub.receive(hub.tail("0") + 1, starting_position="-1"))

    assert len(kept) == len(set(kept))
    assert set(acknowledged) <= set(kept)
    assert [body for body in kept if body in set(acknowledged)] == acknowledged


def _wait_for(acknowledged: list[str], count: int) -> None:
    wait_until(lambda: len(acknowledged) >= count)


def _send_until(done: threading.Event, current: list[HubUnderTest], acknowledged: list[str]) -> None:
    """Send batches of five one after another; one that failed is not sent again, and may or may not be kept."""
    number = 0
    while not done.is_set():
        try:
            with current[0].producer() as producer:
                while not done.is_set():
                    batch = [str(value) for value in range(number, number + 5)]
                    number += 5
                    producer.send_batch([EventData(value) for value in batch], partition_id="0")
                    acknowledged += batch
        except EventHubError:
            done.wait(0.05)
