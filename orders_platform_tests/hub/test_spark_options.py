"""Spark's options: only protocol, addresses and logins differ between hubs."""

from dataclasses import replace

import pytest

from orders_platform.errors import SettingsError
from orders_platform.hub.spark_options import DATABRICKS_CLASSES, ClientSecret, ServiceCredential, kafka_options
from orders_platform.settings import HubSettings

SAS = "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=reader;SharedAccessKey=c2VjcmV0;EntityPath=orders"
AZURE = HubSettings("orders", SAS, None, "shop.servicebus.windows.net:9093")
IMAGE = HubSettings(
    "orders",
    "Endpoint=sb://localhost;SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true",
    None,
    "localhost:9092",
)
ENTRA = HubSettings("orders", None, "shop.servicebus.windows.net", "shop.servicebus.windows.net:9093")


@pytest.mark.parametrize("hub", [AZURE, IMAGE])
def test_loss_of_data_always_stops_the_reader(hub: HubSettings) -> None:
    options = kafka_options(hub)

    assert options["failOnDataLoss"] == "true"
    assert (options["kafka.bootstrap.servers"], options["subscribe"]) == (hub.kafka, "orders")


def test_connection_string_is_the_password_over_tls_on_azure() -> None:
    options = kafka_options(AZURE)

    assert (options["kafka.security.protocol"], options["kafka.sasl.mechanism"]) == ("SASL_SSL", "PLAIN")
    assert options["kafka.sasl.jaas.config"] == (
        f'org.apache.kafka.common.security.plain.PlainLoginModule required username="$ConnectionString" password="{SAS}";'
    )


def test_topic_is_the_hubs_name_as_azure_keeps_it() -> None:
    assert kafka_options(replace(AZURE, name="Orders"))["subscribe"] == "orders"


def test_emulators_are_spoken_to_in_plain_text() -> None:
    assert kafka_options(IMAGE)["kafka.security.protocol"] == "SASL_PLAINTEXT"


def test_classes_carry_the_prefix_on_databricks() -> None:
    secret = ClientSecret("tenant", "client", "secret")

    assert kafka_options(AZURE, classes=DATABRICKS_CLASSES)["kafka.sasl.jaas.config"].startswith("kafkashaded.org.apache.")
    by_secret = kafka_options(ENTRA, classes=DATABRICKS_CLASSES, login=secret)
    assert by_secret["kafka.sasl.jaas.config"].startswith("kafkashaded.org.apache.")
    assert by_secret["kafka.sasl.login.callback.handler.class"].startswith("kafkashaded.org.apache.")


def test_service_credential_needs_no_secret() -> None:
    options = kafka_options(ENTRA, login=ServiceCredential("hub-reader"))

    assert options["databricks.serviceCredential"] == "hub-reader"
    assert not any("jaas" in name for name in options)


def test_quote_in_a_secret_does_not_end_it() -> None:
    options = kafka_options(ENTRA, login=ClientSecret("tenant", "client", 'a"b\\c'))

    assert 'clientSecret="a\\"b\\\\c"' in options["kafka.sasl.jaas.config"]
    assert options["kafka.sasl.mechanism"] == "OAUTHBEARER"


def test_identity_without_a_login_is_refused_with_a_sentence() -> None:
    with pytest.raises(SettingsError, match="service credential"):
        kafka_options(ENTRA)
