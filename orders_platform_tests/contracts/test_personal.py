"""Personal fields are found by their key, and only by it."""

import pytest
from pyspark.sql import SparkSession

from orders_platform.contracts.personal import PERSONAL_PATTERN, personal_fields

FOUND = {
    '{"email": "x"}': ["email"],
    '{"data": {"lines": [{"to": {"Full-Name" : "x"}}]}}': ["Full-Name"],
    '{"fullName": 1, "nomeCliente": 2, "CPF": 3}': ["fullName", "nomeCliente", "CPF"],
    '{"e-mail": 1, "e_mail": 2, "data_nascimento": 3}': ["e-mail", "e_mail", "data_nascimento"],
    r'{"\u0065mail": "x"}': [r"\u0065mail"],
    r'{"e\u006dail": "x"}': [r"e\u006dail"],
    '{"endereço": "x"}': ["endereço"],
}
NOT_FOUND = [
    '{"product_name": "x", "product_no": "y", "country": "z"}',
    '{"product_name": "name"}',
    '{"product_name": "a \\"name\\": b"}',
    '{"filename": 1, "emails_sent": 2, "renamed": 3}',
    r'{"product_name": "caf\u0065"}',
    r'{"descri\u00e7\u00e3o": "x"}',
    r'{"product_name": "\u0041\": x", "country": "y"}',
    '["name", "email"]',
]


@pytest.mark.parametrize("text", FOUND)
def test_personal_keys_are_found(text: str) -> None:
    assert personal_fields(text) == FOUND[text]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_other_keys_and_values_are_left_alone(text: str) -> None:
    assert personal_fields(text) == []


@pytest.mark.spark
def test_spark_finds_the_same_keys(spark: SparkSession) -> None:
    from pyspark.sql import functions as F

    frame = spark.createDataFrame([(text,) for text in [*FOUND, *NOT_FOUND]], "text string")
    rows = frame.select("text", F.regexp_extract_all("text", F.lit(PERSONAL_PATTERN), F.lit(1)).alias("keys")).collect()

    assert {row.text: row["keys"] for row in rows} == FOUND | {text: [] for text in NOT_FOUND}
