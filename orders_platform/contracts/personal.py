r"""Personal fields: the JSON keys that no event may carry, and the pattern that finds them in a raw body.

A key is matched whole, at any depth, in any case, with `_`, `-` or nothing between its words. `product_name` is another key,
so it passes. A key that writes plain ASCII as an escape (`"\u0065mail"`) is found too, whatever it spells: no honest writer
does that, and it would slip past any reader of the raw text. Values are not searched: the contract keeps free text out.
"""

import re
from itertools import groupby

# Words are parted by `_`; the pattern also takes `-`, or nothing.
PERSONAL_KEYS = (
    # English
    "address", "address_line", "address_line_1", "address_line_2", "billing_address", "birth", "birth_date", "birth_day",
    "card_number", "cell_phone", "contact_name", "customer_address", "customer_document", "customer_email", "customer_name",
    "customer_phone", "date_of_birth", "delivery_address", "dob", "document", "document_id", "document_number", "e_mail",
    "email", "email_address", "family_name", "first_name", "full_name", "given_name", "home_address", "ip", "ip_address",
    "last_name", "mail", "maiden_name", "middle_name", "mobile", "mobile_phone", "mother_name", "name", "national_id",
    "nick_name", "passport", "passport_number", "person_name", "phone", "phone_number", "postal_code", "post_code",
    "shipping_address", "social_security_number", "ssn", "street", "street_address", "surname", "tax_id", "telephone",
    "tel", "user_name", "whatsapp", "zip", "zip_code",
    # Portuguese
    "bairro", "carteira_de_identidade", "celular", "cep", "cnh", "cnpj", "correio_eletronico", "cpf", "cpf_cnpj",
    "data_de_nascimento", "data_nascimento", "documento", "endereco", "endereco_de_entrega", "endereco_entrega",
    "endereço", "fone", "logradouro", "nascimento", "nome", "nome_cliente", "nome_completo", "nome_da_mae", "nome_do_cliente",
    "nome_mae", "numero_documento", "passaporte", "rg", "rua", "sobrenome", "telefone", "telefone_celular", "titulo_de_eleitor",
)  # fmt: skip

# Bounded, since Java's engine takes a stack frame for each turn of such a group.
_HIDDEN_ASCII = r'[^"\\]{0,64}\\u00[2-7][0-9a-f](?:[^"\\]|\\.){0,64}'


def _by_first_letter(keys: tuple[str, ...]) -> str:
    """One branch a letter: the engine then tries a score of branches at a quote, not a hundred."""
    branches = (
        letter + "(?:" + "|".join(key[1:].replace("_", "[_-]?") for key in group) + ")"
        for letter, group in groupby(sorted(keys), key=lambda key: key[0])
    )
    return "|".join(branches)


# Reads the same in Java (Spark's rlike, regexp_extract_all with group 1) and in Python.
PERSONAL_PATTERN = rf'(?i)(?<!\\)"({_by_first_letter(PERSONAL_KEYS)}|{_HIDDEN_ASCII})"\s*:'

_COMPILED = re.compile(PERSONAL_PATTERN)


def personal_fields(text: str) -> list[str]:
    """The personal keys in a raw body, as they are written there."""
    return _COMPILED.findall(text)
