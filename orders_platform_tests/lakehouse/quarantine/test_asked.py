"""What is asked of the quarantine: taken where it can be meant, refused in a sentence where it can't, the same behind a job."""

from datetime import UTC, datetime

import pytest

from orders_platform.errors import InputError
from orders_platform.lakehouse.quarantine.asked import Position, Release, Selection, moment

AT = datetime(2026, 1, 31, tzinfo=UTC)
ONE = Selection(positions=("0:17@orders-1",))


@pytest.mark.parametrize("text", ["0:17", "31:9007199254740993@orders-1763875200000", "1:0@a@b:c"])
def test_a_position_comes_back_as_it_was_written(text: str) -> None:
    assert str(Position.read(text)) == text


@pytest.mark.parametrize("text", ["", "0", "0:", "a:1", "-1:2", "0:1@", "0:1 2", "0:99999999999999999999"])
def test_what_is_no_position_is_told(text: str) -> None:
    with pytest.raises(InputError, match="is no position like 0:17"):
        Selection(positions=(text,))


@pytest.mark.parametrize(
    "release",
    [
        Release(
            Selection(("total_matches", "id_matches"), since=AT),
            "the squad's total was wrong",
            repairs=("total_from_lines", "ids_from_order"),
        ),
        Release(ONE, "by hand", body=b'{"\xc3\xa9": 1}', dry_run=True),
        Release(ONE, "nothing at all", body=b""),
        Release(Selection(until=AT), "a rule was loosened"),
    ],
)
def test_a_release_comes_through_a_jobs_parameter_unchanged(release: Release) -> None:
    assert Release.from_json(release.as_json()) == release


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "--release is no release as JSON"),
        ("[]", "--release is no release as JSON"),
        ('{"why": "w"}', "nothing is selected"),
        ('{"reasons": ["total_matches"]}', "no reason is given: say why"),
        ('{"reasons": ["price"], "why": "w"}', "no such reason: price; there are well_formed"),
        ('{"reasons": ["status_known"], "why": "w"}', "no such reason: status_known"),
        ('{"reasons": ["total_matches"], "why": "w", "repairs": ["all"]}', "no such repair: all; there are total_from_lines"),
        ('{"reasons": ["total_matches"], "why": "w", "body": "e30="}', "exactly one position"),
        ('{"positions": ["0:1"], "why": "w", "body": "!"}', "--release is no release as JSON"),
        ('{"positions": ["0:1"], "why": "w", "body": "e30=", "repairs": ["times_in_utc"]}', "exclude each other"),
        ('{"since": "yesterday", "why": "w"}', "yesterday is no time like 2026-01-31"),
        ('{"since": "2026-01-31", "until": "2026-01-31", "why": "w"}', "give the earlier time first"),
    ],
)
def test_what_is_missing_or_contradicts_is_told(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Release.from_json(text)


def test_a_time_without_zone_is_in_utc() -> None:
    assert moment("2026-01-31") == AT == moment("2026-01-30T21:00-03:00")
    assert moment("") is None


@pytest.mark.parametrize("asked", ["0:17@orders-1", "0:17@ORDERS-1", "0:17"])
def test_a_position_finds_its_message_however_the_hubs_name_is_spelled(asked: str) -> None:
    assert Position.read(asked).finds(Position(0, 17, "Orders-1"))


@pytest.mark.parametrize("asked", ["0:17@orders-2", "0:18", "1:17@orders-1"])
def test_a_position_finds_no_other_message(asked: str) -> None:
    assert not Position.read(asked).finds(Position(0, 17, "Orders-1"))
