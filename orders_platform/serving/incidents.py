"""What is wrong now, out of the alerts' own store; the page is whole without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Final

from orders_platform.alert_settings import AlertSettings
from orders_platform.alerts.database import FILE, engine_of
from orders_platform.alerts.incidents import Incident
from orders_platform.alerts.signal import Severity
from orders_platform.alerts.store import AlertStore
from orders_platform.errors import EnvironmentFault
from orders_platform.settings import Settings

# to ask a store that does not serve takes seconds: it is left alone for so long
_PAUSE: Final = timedelta(seconds=30)


class Kept(Enum):
    """Whether there are incidents to tell of. NOWHERE: nobody is told of anything; AWAY: the store does not serve just now."""

    HERE = "here"
    AWAY = "away"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """Something that people were told of, and that is not over.

    Attributes:
        topic: the key of what it is about.
        page: heading of the runbook's section.
        said: what is not well, a sentence each.
        look: address of a page of Dagster that shows it; None where that is not known.
    """

    topic: str
    title: str
    page: str
    is_critical: bool
    since: datetime
    said: tuple[str, ...]
    look: str | None


@dataclass(frozen=True, slots=True)
class Incidents:
    """The open ones, the worst and then the oldest first."""

    kept: Kept
    found: Sequence[OpenIncident] = ()


class IncidentWindow:
    """The store, looked at again and again; nothing is made where there is none."""

    def __init__(self, settings: Settings) -> None:
        """Ask nothing yet."""
        self._settings = settings
        self._away_until = datetime.min.replace(tzinfo=UTC)

    def look(self, now: datetime) -> Incidents:
        """What is open now."""
        alerts = self._settings.alerts
        if alerts.database_url is None and not (self._settings.home / FILE).is_file():
            return Incidents(Kept.NOWHERE)
        if now < self._away_until:
            return Incidents(Kept.AWAY)
        try:
            found = AlertStore(engine_of(self._settings)).open_incidents()
        except EnvironmentFault:
            self._away_until = now + _PAUSE
            return Incidents(Kept.AWAY)
        told = [_told(incident, alerts) for incident in found]
        return Incidents(Kept.HERE, sorted(told, key=lambda each: (not each.is_critical, each.since)))


@cache
def window_of(settings: Settings) -> IncidentWindow:
    """One for all who look."""
    return IncidentWindow(settings)


def _told(incident: Incident, alerts: AlertSettings) -> OpenIncident:
    """What is not well now; of one that comes to rest, what people were told last."""
    symptoms = list((incident.symptoms or incident.shown).values())
    began = min([incident.opened_at, *(symptom.since for symptom in symptoms)])
    paths = [symptom.where for symptom in symptoms if symptom.where]
    return OpenIncident(
        topic=incident.topic.key,
        title=incident.topic.title,
        page=incident.topic.page,
        is_critical=incident.severity is Severity.CRITICAL,
        since=datetime.fromtimestamp(began, UTC),
        said=tuple(symptom.said for symptom in symptoms if symptom.said),
        look=f"{alerts.dagster_url}{paths[0]}" if alerts.dagster_url and paths else None,
    )
