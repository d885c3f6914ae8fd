"""Files of Capture that cannot be of one hub, by their names and positions: as of a hub that was made anew under its name."""

from orders_platform.lakehouse.backup.capture_names import CapturedFile
from orders_platform.lakehouse.backup.capture_order import HeldFile, out_of_order, repeats, spans


def a_file(minute: int, first: int, end: int, *, partition: int = 0) -> HeldFile:
    """One of noon and some minutes that holds positions without a break."""
    file = CapturedFile("", "", f"{partition}/{minute:02}.avro", "", "shop", "orders", partition, (2026, 1, 5, 12, minute, 0))
    return HeldFile(file, first, end, end - first, end - first, None, "")


def test_files_that_go_forward_are_in_order_in_each_partition() -> None:
    held = [a_file(2, 10, 12), a_file(0, 0, 5), a_file(1, 5, 10), a_file(2, 0, 3, partition=1), a_file(3, 3, 4, partition=1)]

    assert list(out_of_order(held)) == []
    assert spans(held) == {0: [(0, 12)], 1: [(0, 4)]}
    assert not repeats(held)


def test_a_later_file_with_earlier_positions_is_named_though_all_together_look_whole() -> None:
    """The first generation's oldest files are gone, and the second has not yet come so far."""
    held = [a_file(0, 10, 20), a_file(1, 0, 5), a_file(2, 5, 10)]

    assert spans(held) == {0: [(0, 20)]}
    assert list(out_of_order(held)) == [
        "partition 0: 0/01.avro is later by its name than 0/00.avro, but holds positions 0 to 4, before 20",
        "partition 0: 0/02.avro is later by its name than 0/00.avro, but holds positions 5 to 9, before 20",
    ]


def test_a_copy_of_files_under_later_names_is_in_order_and_repeats_their_positions() -> None:
    held = [a_file(0, 0, 5), a_file(1, 5, 10), a_file(2, 0, 5), a_file(3, 3, 8)]

    assert list(out_of_order(held)) == []
    assert repeats(held)


def test_files_of_one_time_are_told_apart_by_their_positions() -> None:
    """As where names tell the day alone."""
    assert list(out_of_order([a_file(0, 5, 10), a_file(0, 0, 5)])) == []


def test_a_position_that_stands_twice_in_one_file_is_a_repeated_one() -> None:
    file = a_file(0, 0, 3)

    assert repeats([HeldFile(file.file, 0, 3, 4, 3, None, "")])
