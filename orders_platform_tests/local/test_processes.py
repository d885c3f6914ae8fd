"""Children are ended with all that they started, however their parent goes."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from orders_platform.errors import EnvironmentFault
from orders_platform.local.processes import Children, free_port
from orders_platform_tests.faults.small_disk import small_disk
from orders_platform_tests.local.waiting import is_alive, wait_until

# prints its own id and that of a child it started, then stays
FAMILY = """
import os, subprocess, time
child = subprocess.Popen(["sleep", "600"])
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), flush=True)
time.sleep(600)
"""
PARENT = """
import sys, time
from pathlib import Path
from orders_platform.local.processes import Children
with Children(Path(sys.argv[1])) as children:
    print(children.start("family", [sys.executable, "-c", sys.argv[2]]).read_line(20), flush=True)
    time.sleep(600)
"""


def test_a_child_and_what_it_started_are_gone_when_the_block_ends(tmp_path: Path) -> None:
    """Stopping the platform leaves nothing behind."""
    with Children(tmp_path) as children:
        family = _ids(children.start("family", [sys.executable, "-c", FAMILY]).read_line(20))
        alive_inside = [is_alive(member) for member in family]

    wait_until(lambda: not any(is_alive(member) for member in family))
    assert alive_inside == [True, True]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_children_end_when_their_parent_is_killed(tmp_path: Path, how: signal.Signals) -> None:
    """Even kill -9 of the platform frees its ports."""
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), FAMILY], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        family = _ids(parent.stdout.readline())

        os.kill(parent.pid, how)

        wait_until(lambda: not any(is_alive(member) for member in family))


def test_a_child_that_logs_as_json_is_told_of_by_its_sentence_alone(tmp_path: Path) -> None:
    fault = {
        "event": "ended",
        "exception": "Traceback (most recent call last):\n...\nEnvironmentFault: no port is free: name one",
    }
    code = f"import sys; sys.exit({json.dumps(json.dumps(fault))})"

    with Children(tmp_path) as children, pytest.raises(EnvironmentFault) as told:
        children.start("api", [sys.executable, "-c", code]).read_line(20)

    assert str(told.value) == f"api did not start: EnvironmentFault: no port is free: name one (log: {tmp_path / 'api.log'})"


def test_a_child_that_ends_on_a_full_disk_is_told_of_by_the_disk(tmp_path: Path) -> None:
    """Its own last words may be anything, or missing."""
    with small_disk(tmp_path / "home") as disk, Children(disk.root / "logs") as children:
        child = children.start("relay", [sys.executable, "-c", "import time; time.sleep(600)"])
        disk.fill()

        assert re.fullmatch(
            rf"relay ended: the disk under {disk.root} is full \(\d+ kB are free\): make room, then start again; it goes on .*",
            str(child.fault("ended")),
        )


def test_a_child_that_ignores_the_request_is_killed_after_its_grace(tmp_path: Path) -> None:
    """A hung server does not hang the platform's end."""
    with Children(tmp_path, grace_seconds=0.5) as children:
        stubborn = _ids(children.start("stubborn", [sys.executable, "-c", STUBBORN]).read_line(20))

    assert not is_alive(stubborn[0])


def test_a_child_hears_sigint_though_the_shell_had_us_ignore_it(tmp_path: Path) -> None:
    """A platform in the background of a script: Dagster ends its own children by SIGINT."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Children(tmp_path) as children:
            said = children.start("child", [sys.executable, "-c", "import signal; print(signal.getsignal(2))"]).read_line(20)
    finally:
        signal.signal(signal.SIGINT, before)

    assert "default_int_handler" in said


def test_a_child_that_fails_at_its_start_is_told_in_its_own_last_words(tmp_path: Path) -> None:
    """The sentence names the process, its words and its log."""
    with Children(tmp_path) as children:
        child = children.start("hub", [sys.executable, "-c", "import sys; sys.exit('port 5671 is taken')"])

        with pytest.raises(EnvironmentFault, match=r"hub did not start: port 5671 is taken \(log: .*hub\.log\)"):
            child.read_line(20)


@pytest.mark.parametrize("left_behind", [[], ["service.log", "service.out"]], ids=["nothing", "files of an earlier start"])
def test_what_a_child_prints_is_read_by_its_user_alone(tmp_path: Path, left_behind: list[str]) -> None:
    """The jobs service prints its token."""
    for name in left_behind:
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)

    with Children(tmp_path) as children:
        children.start("service", [sys.executable, "-c", "print('token')"]).read_line(20)

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"service.log": 0o600, "service.out": 0o600}


def test_a_child_that_goes_on_after_it_told_of_a_fault_is_told_by_that(tmp_path: Path) -> None:
    """Dagster says why it ends, then how it ends, on its output."""
    words = "print('ValueError: the daemon is gone'); print('Shutting down'); print('done')"
    with Children(tmp_path) as children:
        child = children.start("dagster", [sys.executable, "-c", words])
        wait_until(lambda: child.ended)

        assert str(child.fault("ended")).startswith("dagster ended: ValueError: the daemon is gone (log: ")


def test_a_child_that_logs_in_fields_is_told_in_the_one_that_is_for_people(tmp_path: Path) -> None:
    """The disk is full, a database says so, and a relay hands it on as one field of many."""
    line = json.dumps({"what": "the database", "said": "PANIC:  could not write:\nNo space left on device", "event": "away"})
    with Children(tmp_path) as children:
        child = children.start("relay", [sys.executable, "-c", f"import sys; sys.exit({line!r})"])
        wait_until(lambda: child.ended)

        assert str(child.fault("ended")).startswith("relay ended: PANIC: could not write: No space left on device (log: ")


def test_a_child_that_says_nothing_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    """No start waits for ever."""
    with Children(tmp_path) as children:
        child = children.start("mute", ["sleep", "600"])

        with pytest.raises(EnvironmentFault, match="mute was not ready within 0 seconds: it said nothing"):
            child.read_line(0.2)


def test_a_child_that_ends_by_itself_is_noticed(tmp_path: Path) -> None:
    """The platform does not go on with half of it gone."""
    with Children(tmp_path) as children:
        children.start("steady", ["sleep", "600"])
        children.start("brief", ["true"])

        wait_until(lambda: children.first_ended() is not None)

        ended = children.first_ended()
        assert ended
        assert ended.name == "brief"


def test_a_wanted_port_that_is_taken_is_refused_in_one_sentence() -> None:
    """The user who named a port is told; nobody is given another one silently."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        with pytest.raises(EnvironmentFault, match=f"port {port} is taken"):
            free_port(port)


def test_a_preferred_port_that_is_taken_is_replaced_by_a_free_one() -> None:
    """Where nobody named a port, any will do."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        assert free_port(preferred=port) != port


def _ids(line: str) -> list[int]:
    return [int(word) for word in line.split()]
