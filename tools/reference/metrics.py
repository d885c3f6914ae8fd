"""What API and relay tell Prometheus."""

from prometheus_client import Metric

from orders_platform.squad.outbox.metrics import RelayMetrics
from orders_platform.squad.service.metrics import ApiMetrics
from tools.reference.language import Language
from tools.reference.markdown import code, page, table

_LEAD = "The squad's API and its relay serve these under `/metrics`, in Prometheus' text format."


def render(language: Language) -> str:
    """The page."""
    told = (("API", list(ApiMetrics().registry.collect())), ("relay", list(RelayMetrics().registry.collect())))
    rows = (_row(language, who, metric) for who, metrics in told for metric in metrics)
    return page(language, "Metrics", _LEAD, table(language, ("of", "metric", "kind", "means"), rows))


def _row(language: Language, who: str, metric: Metric) -> tuple[str, ...]:
    name = f"{metric.name}_total" if metric.type == "counter" else metric.name
    return language.say(who), code(name), metric.type, language.say(metric.documentation)
