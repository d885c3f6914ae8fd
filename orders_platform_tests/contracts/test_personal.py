"""Personal fields are found by their key, however it is spelled, and only by it."""

import json

import pytest
from pyspark.sql import SparkSession

from orders_platform.contracts.personal import PERSONAL_KEYS, fold, is_personal, likely_personal_keys, personal_keys

FOUND = {
    '{"email": "x"}': ["email"],
    '{"data": {"lines": [{"to": {"Full-Name" : "x"}}]}}': ["Full-Name"],
    '{"fullName": 1, "nomeCliente": 2, "CPF": 3}': ["fullName", "nomeCliente", "CPF"],
    '{"e-mail": 1, "e_mail": 2, "data_nascimento": 3, "Nome Completo": 4}': [
        "e-mail",
        "e_mail",
        "data_nascimento",
        "Nome Completo",
    ],
    r'{"\u0065mail": "x"}': ["email"],
    r'{"e\u006dail": "x"}': ["email"],
    '{"endereço": "x"}': ["endereço"],
    '{"ENDEREÇO": 1, "Endereco": 2, "enderec\u0327o": 3}': ["ENDEREÇO", "Endereco", "enderec\u0327o"],
    r'{"endere\u00e7o": 1, "data": {"ENDERE\u00C7O": 2}}': ["endereço", "ENDEREÇO"],
    '{"título_de_eleitor": 1, "Correio Eletrônico": 2, "nomeDaMãe": 3}': ["título_de_eleitor", "Correio Eletrônico", "nomeDaMãe"],
    '{"\u017furname": 1, "z\u0131p": 2, "ZİP": 3, "\uff45\uff4d\uff41\uff49\uff4c": 4, "paßport": 5}': [
        "\u017furname",
        "z\u0131p",
        "ZİP",
        "\uff45\uff4d\uff41\uff49\uff4c",
        "paßport",
    ],
    '{"mixed": [1, {"e\u200bmail": {}}]}': ["e\u200bmail"],
}
NOT_FOUND = [
    '{"product_name": "x", "product_no": "y", "country": "z"}',
    '{"product_name": "name"}',
    '{"product_name": "a \\"name\\": b"}',
    '{"filename": 1, "emails_sent": 2, "renamed": 3}',
    r'{"product_name": "caf\u0065"}',
    r'{"descri\u00e7\u00e3o": "x"}',
    r'{"product_name": "\u0041\": x", "country": "y"}',
    r'{"a\"email": 1, "email\n": 2, "b: STRING, email": 3}',
    '["name", "email"]',
    '{"descrição": 1, "número": 2, "имя": 3, "ご住所": 4}',
]


@pytest.mark.parametrize("text", FOUND)
def test_personal_keys_are_found(text: str) -> None:
    assert sorted(personal_keys(json.loads(text))) == sorted(FOUND[text])


@pytest.mark.parametrize("text", NOT_FOUND)
def test_other_keys_and_values_are_left_alone(text: str) -> None:
    assert personal_keys(json.loads(text)) == []


@pytest.mark.parametrize("key", PERSONAL_KEYS)
def test_every_key_of_the_list_is_found_in_its_own_and_in_capital_letters(key: str) -> None:
    words = key.split("_")

    assert [spelled for spelled in (key, key.upper(), "-".join(words), "".join(words)) if not is_personal(spelled)] == []
    assert fold(key) == key


@pytest.mark.parametrize("text", ['{"name": "Ana", ', 'ENDEREÇO {"ENDEREÇO" : "Rua 1"', '[{"CPF":1}] x'])
def test_personal_keys_are_found_in_what_is_no_json(text: str) -> None:
    assert len(likely_personal_keys(text)) == 1


@pytest.mark.spark
def test_spark_finds_the_same_keys(spark: SparkSession) -> None:
    from orders_platform.lakehouse.silver.parse import parsed

    texts = [text for text in [*FOUND, *NOT_FOUND] if text.startswith("{")]
    frame = spark.createDataFrame([(text.encode(),) for text in texts], "value binary")
    rows = parsed(frame).selectExpr("cast(value AS string) AS text", "personal_fields").collect()

    assert {row.text: sorted(row.personal_fields) for row in rows} == {
        text: sorted(map(fold, FOUND.get(text, []))) for text in texts
    }
