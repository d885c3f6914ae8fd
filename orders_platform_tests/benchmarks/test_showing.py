"""The page of the documents: what was measured now, and what was measured before and not again."""

from benchmarks.figures import Figure, Section
from benchmarks.machine import Machine
from benchmarks.showing import Run, as_page

OLD = """Made by `python -m benchmarks` on 2026-11-23; not edited by hand.

| what | ours | peer | ratio | budget | kept |
| --- | ---: | ---: | ---: | --- | --- |
| a pass | 15.00 s | 5.00 s | 0.33 | <= 4 | no |
| a start | 9.00 s |  |  |  |  |
"""


def a_run(date: str, **seconds: float) -> Run:
    figures = tuple(Figure(key, f"a {key}", "s", value) for key, value in seconds.items())
    return Run("python -m benchmarks", date, Machine.here(), (Section("all", figures),), judged=True, grows=10)


def rows(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("| a ")]


def test_what_is_measured_again_replaces_its_row_and_the_rest_keeps_its_day() -> None:
    page = as_page(a_run("2026-11-25", start=3.0, stop=1.0), OLD)

    assert rows(page) == [
        "| a pass | 15.00 s | 5.00 s | 0.33 | <= 4 | no | 2026-11-23 |",
        "| a start | 3.00 s |  |  |  |  | 2026-11-25 |",
        "| a stop | 1.00 s |  |  |  |  | 2026-11-25 |",
    ]


def test_a_page_of_several_days_keeps_each_day() -> None:
    once = as_page(a_run("2026-11-25", start=3.0), OLD)

    assert rows(as_page(a_run("2026-11-26", stop=1.0), once))[:2] == rows(once)
