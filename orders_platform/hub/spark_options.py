"""Options of Spark's Kafka source for a hub: our emulator, the official image, Azure by SAS or by Entra identity."""

from dataclasses import dataclass

from orders_platform.errors import SettingsError
from orders_platform.hub_name import folded
from orders_platform.settings import HubSettings

# Databricks ships Kafka's classes under this prefix.
DATABRICKS_CLASSES = "kafkashaded."

# https://learn.microsoft.com/azure/event-hubs/apache-kafka-configurations: Azure drops idle connections after 240 s, and
# answers late rather than never, up to a minute.
_TIMEOUTS = {
    "kafka.metadata.max.age.ms": "180000",
    "kafka.connections.max.idle.ms": "180000",
    "kafka.request.timeout.ms": "60000",
    "kafka.session.timeout.ms": "30000",
}


@dataclass(frozen=True, slots=True)
class ServiceCredential:
    """A Unity Catalog service credential (Databricks Runtime 16.1+): no secret, the recommended way on Azure."""

    name: str


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """An Entra application with a secret, for Spark outside Databricks."""

    tenant_id: str
    client_id: str
    secret: str


EntraLogin = ServiceCredential | ClientSecret


def kafka_options(hub: HubSettings, *, classes: str = "", login: EntraLogin | None = None) -> dict[str, str]:
    """Everything but offsets and limits. `classes` is the prefix of Kafka's classes: DATABRICKS_CLASSES there, empty elsewhere.

    Raises SettingsError where the hub is reached by identity and no login is given.
    """
    return {
        "kafka.bootstrap.servers": hub.kafka,
        "subscribe": folded(hub.name),  # Kafka knows case, and Azure answers in small letters
        "failOnDataLoss": "true",  # events gone by retention must stop us: only the squad's outbox can fill the hole
        **_TIMEOUTS,
        **(_by_connection(hub, hub.connection, classes) if hub.connection else _by_identity(hub, login, classes)),
    }


def _by_connection(hub: HubSettings, connection: str, classes: str) -> dict[str, str]:
    module = f"{classes}org.apache.kafka.common.security.plain.PlainLoginModule"
    return {
        "kafka.security.protocol": "SASL_PLAINTEXT" if hub.is_emulator else "SASL_SSL",
        "kafka.sasl.mechanism": "PLAIN",
        "kafka.sasl.jaas.config": f"{module} required username={_quoted('$ConnectionString')} password={_quoted(connection)};",
    }


def _by_identity(hub: HubSettings, login: EntraLogin | None, classes: str) -> dict[str, str]:
    scope = f"https://{hub.namespace}/.default"
    match login:
        case ServiceCredential(name):
            return {"databricks.serviceCredential": name, "databricks.serviceCredential.scope": scope}
        case ClientSecret(tenant_id, client_id, secret):
            return _by_secret(scope, classes, tenant_id=tenant_id, client_id=client_id, secret=secret)
        case None:
            raise SettingsError(
                f"hub {hub.name} is reached by an Entra identity, so Spark needs a service credential or a client secret; "
                "give one, or set ORDERS_HUB_CONNECTION"
            )


def _by_secret(scope: str, classes: str, *, tenant_id: str, client_id: str, secret: str) -> dict[str, str]:
    package = f"{classes}org.apache.kafka.common.security.oauthbearer"
    return {
        "kafka.security.protocol": "SASL_SSL",
        "kafka.sasl.mechanism": "OAUTHBEARER",
        "kafka.sasl.jaas.config": f"{package}.OAuthBearerLoginModule required clientId={_quoted(client_id)} "
        f"clientSecret={_quoted(secret)} scope={_quoted(scope)};",
        "kafka.sasl.oauthbearer.token.endpoint.url": f"https://login.microsoftonline.com/{tenant_id}/oauth2/v2.0/token",
        "kafka.sasl.login.callback.handler.class": f"{package}.secured.OAuthBearerLoginCallbackHandler",
    }


def _quoted(text: str) -> str:
    """A JAAS string: a quote or backslash in a secret must not end it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
