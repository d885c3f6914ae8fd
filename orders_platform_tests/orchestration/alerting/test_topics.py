"""What incidents are about."""

from orders_platform.definitions import defs
from orders_platform.orchestration.alerting.check_answers import check_name
from orders_platform.orchestration.alerting.topics import PAGES, PROGRESS, QUARANTINE, RELAY, WATCH, of_check, of_job, of_watcher
from orders_platform_tests.docs.markdown import Markdown

REPOSITORY = defs.get_repository_def()


def test_every_topic_has_its_section_in_both_languages() -> None:
    checks = [of_check(check_name(key)) for key in REPOSITORY.asset_graph.asset_check_keys]
    jobs = [of_job(job.name) for job in REPOSITORY.get_all_jobs()]
    watchers = [of_watcher("sensor", one.name) for one in REPOSITORY.sensor_defs]
    pages = {topic.page for topic in (*checks, *jobs, *watchers, PROGRESS, QUARANTINE, RELAY, WATCH)}

    assert pages == PAGES
    for language in ("en", "pt-BR"):
        text = Markdown.read(f"docs/{language}/alerts.md").text
        assert [page for page in PAGES if f'<a id="{page}"></a>' not in text] == []


def test_rules_that_set_messages_aside_are_one_topic_and_those_that_only_warn_are_not() -> None:
    assert {of_check(f"silver.order_events {name}") for name in ("well_formed", "lines_present")} == {QUARANTINE}
    assert of_check("silver.quarantine quarantine_rate") == QUARANTINE
    assert of_check("silver.orders version_gaps") != QUARANTINE


def test_what_keeps_passes_from_coming_about_is_one_topic() -> None:
    assert {of_job("full_pass"), of_watcher("sensor", "hub_backlog"), of_watcher("sensor", "continuous_job")} == {PROGRESS}
    assert of_watcher("schedule", "nightly_maintenance").page == "sensors"


def test_names_that_topics_rest_on_are_there() -> None:
    names = {check_name(key) for key in REPOSITORY.asset_graph.asset_check_keys}

    assert {"squad.outbox outbox_lag", "silver.quarantine quarantine_rate"} <= names
    assert {"hub_backlog", "continuous_job"} <= {one.name for one in REPOSITORY.sensor_defs}
