"""`alerts`: what is wrong now, whether messages arrive, and the watch over the watcher."""

from typing import TYPE_CHECKING, Annotated

import typer

from orders_platform.errors import EnvironmentFault
from orders_platform.terminal import say, say_json

if TYPE_CHECKING:
    from orders_platform.alerts.incidents import Incident
    from orders_platform.alerts.store import Waiting
    from orders_platform.settings import Settings

alerts = typer.Typer(no_args_is_help=True, help="Incidents, and the messages that tell people of them.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead.")]


@alerts.command("test")
def try_addresses(*, as_json: AsJson = False) -> None:
    """Send a test message to each address of ORDERS_ALERT_URLS, and say what became of it. Ends 0 if all arrived."""
    from orders_platform.alerts.sending import AppriseSender
    from orders_platform.alerts.trial import a_test, tried
    from orders_platform.settings import Settings

    found = tried(Settings.load().alerts.need_addresses(), AppriseSender(), a_test())
    if as_json:
        told = [{"address": one.name, "delivered": out.said is None, "said": out.said} for one, out in found]
        say_json({"addresses": told})
    else:
        for address, outcome in found:
            say(f"  {address.name}: {outcome.said or 'delivered'}")
    failed = sum(outcome.said is not None for _, outcome in found)
    if failed:
        raise EnvironmentFault(f"{failed} of {len(found)} addresses had no message: see above why, and correct ORDERS_ALERT_URLS")


@alerts.command("list")
def show_incidents(*, as_json: AsJson = False) -> None:
    """Tell what is wrong now and since when, and which messages could not be delivered yet."""
    from orders_platform.alerts.database import engine_of
    from orders_platform.alerts.store import AlertStore
    from orders_platform.settings import Settings

    settings = Settings.load()
    store = AlertStore(engine_of(settings))
    incidents, waiting = store.open_incidents(), store.waiting()
    names = _names(settings)
    if as_json:
        told = {
            "incidents": [_incident_json(one) for one in incidents],
            "waiting": [_waiting_json(one, names) for one in waiting],
        }
        say_json(told)
        return
    say(f"{len(incidents) or 'no'} open incidents")
    for incident in incidents:
        _print_incident(incident)
    for one in waiting:
        say(f"{one.messages} messages wait for address {names.get(one.address, 'of before')}: {one.said or 'not tried yet'}")


def _names(settings: "Settings") -> dict[str, str]:
    from orders_platform.alerts.store import digest

    return {digest(one.url): one.name for one in settings.alerts.addresses}


def _incident_json(incident: "Incident") -> dict[str, object]:
    return {
        "topic": incident.topic.key,
        "title": incident.topic.title,
        "severity": incident.severity.word,
        "opened_at": incident.opened_at,
        "symptoms": [symptom.said for symptom in incident.shown.values()],
        "reference": incident.id,
    }


def _waiting_json(waiting: "Waiting", names: dict[str, str]) -> dict[str, object]:
    name = names.get(waiting.address)
    return {"address": name, "messages": waiting.messages, "attempts": waiting.attempts, "said": waiting.said}


def _print_incident(incident: "Incident") -> None:
    from orders_platform.alerts.message import moment

    say(f"  [{incident.severity.word}] {incident.topic.title}, since {moment(incident.opened_at)}")
    for symptom in incident.shown.values():
        say(f"      {symptom.said}")
