r"""Personal fields: the JSON keys that no event may carry, however they are spelled.

A key is compared whole, at any depth, with `_`, `-`, a blank or nothing between its words, and by its plain letters: in any case,
with or without accents, in any width, signs that cannot be seen left out. So `ENDEREÇO`, `endereco` and `"endere\u00e7o"` are one
key. `product_name` is another key, so it passes. Values are not searched: the contract keeps free text out.
"""

import re
import sys
import unicodedata
from functools import cache
from itertools import groupby

# In plain letters, words parted by `_`.
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
    "fone", "logradouro", "nascimento", "nome", "nome_cliente", "nome_completo", "nome_da_mae", "nome_do_cliente",
    "nome_mae", "numero_documento", "passaporte", "rg", "rua", "sobrenome", "telefone", "telefone_celular", "titulo_de_eleitor",
)  # fmt: skip

# Signs that stand for several letters; others of that kind (`½`, `Ⅷ`) no key of ours is written with.
LIGATURES = {"ß": "ss", "ẞ": "ss", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
# Of Turkish, whose i has two forms; Unicode folds but one of them.
_DOTLESS = {"\u0131": "i"}
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_- ")
_UNSEEN = ("Mn", "Me", "Cf")


def _by_first_letter(keys: tuple[str, ...]) -> str:
    """One branch a letter: the engine then tries a score of branches at a quote, not a hundred."""
    branches = (
        letter + "(?:" + "|".join(key[1:].replace("_", "[_ -]?") for key in group) + ")"
        for letter, group in groupby(sorted(keys), key=lambda key: key[0])
    )
    return "|".join(branches)


# Of a folded key, and of folded text with keys in it; they read the same in Java and in Python.
KEYS_PATTERN = _by_first_letter(PERSONAL_KEYS)
TEXT_PATTERN = rf'(?<!\\)"({KEYS_PATTERN})"[ \t\r\n]*:'

_KEY = re.compile(KEYS_PATTERN)
_IN_TEXT = re.compile(TEXT_PATTERN)


def fold(text: str) -> str:
    """A text in plain letters: without case, accents, width, or signs that cannot be seen. Other alphabets stay as they are."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


@cache
def single_folds() -> tuple[str, str]:
    """The signs that fold to one, and what they fold to, in the same order; behind them those that fold to nothing."""
    signs = [sign for sign in map(chr, range(sys.maxunicode + 1)) if _may_fold(sign) and _folded(sign) != sign]
    signs.sort(key=lambda sign: _folded(sign) == "")
    return "".join(signs), "".join(map(_folded, signs))


def is_personal(key: str) -> bool:
    """Whether a key is on the list."""
    return _KEY.fullmatch(fold(key)) is not None


def personal_keys(value: object) -> list[str]:
    """The personal keys in parsed JSON, at any depth."""
    found: list[str] = []
    ahead = [value]
    while ahead:
        inner = ahead.pop()
        if isinstance(inner, dict):
            found += [key for key in inner if is_personal(key)]
            ahead += inner.values()
        elif isinstance(inner, list):
            ahead += inner
    return found


def likely_personal_keys(text: str) -> list[str]:
    """The personal keys, folded, in a text that is no event: as they stand there, since nobody can say what its escapes mean."""
    return _IN_TEXT.findall(fold(text))


def _may_fold(sign: str) -> bool:
    """The cheap question first: there are a million signs."""
    is_single = sign.isascii() or sign in _DOTLESS or bool(unicodedata.decomposition(sign))
    return (is_single or unicodedata.category(sign) in _UNSEEN) and sign not in LIGATURES


def _folded(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    if sign in LIGATURES or sign in _DOTLESS:
        return LIGATURES.get(sign) or _DOTLESS[sign]
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sign).casefold())
    letters = "".join(part for part in plain if unicodedata.category(part) not in _UNSEEN)
    return letters if not letters or letters in _LETTERS else sign
