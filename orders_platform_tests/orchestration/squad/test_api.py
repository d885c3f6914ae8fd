"""What the platform asks of the squad's API, and which sentence it has for each way of not being answered."""

from datetime import date

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import DefaultAzureCredential

from orders_platform.errors import ApiError, PlatformError, SettingsError
from orders_platform.lakehouse.day_totals import SUMS
from orders_platform.local.processes import free_port
from orders_platform.orchestration.squad.answers import Outbox
from orders_platform.orchestration.squad.api import SquadApi, entra_token
from orders_platform.settings import Settings
from orders_platform_tests.orchestration.squad.squad_server import SquadServer, a_day

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 3)


class Identity(DefaultAzureCredential):
    """An identity of the shop's tenant, or none."""

    def __init__(self, *, is_known: bool = True) -> None:
        self.is_known = is_known

    def get_token(self, *scopes: str, **kwargs: object) -> AccessToken:
        if not self.is_known:
            raise ClientAuthenticationError("DefaultAzureCredential failed to retrieve a token\nAttempted credentials: ...")
        return AccessToken(f"token for {scopes[0]}", 0)


def test_the_outbox_is_told_as_it_stands(squad: SquadServer) -> None:
    squad.outbox = {"waiting": 3, "oldest_seconds": 12.5, "most_attempts": 2, "of a later version": True}

    assert SquadApi(squad.url).outbox() == Outbox(3, 12.5, 2)
    assert squad.tokens == [None]


def test_days_are_asked_for_by_both_ends_and_come_by_day_and_currency(squad: SquadServer) -> None:
    squad.days = [a_day("2026-11-02"), a_day("2026-11-02", currency="EUR", unchanged_seconds=7.5)]

    told = SquadApi(squad.url).accepted(FIRST, LAST)

    assert squad.asked == ["/reconciliation?from=2026-11-01&to=2026-11-03"]
    assert told.time_zone == "UTC"
    assert [(day.day, day.currency, day.unchanged_seconds) for day in told.days] == [
        (date(2026, 11, 2), "GBP", 1e6),
        (date(2026, 11, 2), "EUR", 7.5),
    ]
    assert [getattr(told.days[0], name) for name in SUMS] == [12, 1, 30_000, 1_000, 29_000]


def test_a_call_carries_a_token_of_this_machines_identity_for_the_api(squad: SquadServer) -> None:
    SquadApi(squad.url, entra_token("api://orders", Identity())).outbox()

    assert squad.tokens == ["Bearer token for api://orders/.default"]


def test_an_identity_without_a_token_is_told_in_one_line(squad: SquadServer) -> None:
    with pytest.raises(
        SettingsError, match=r"^there is no token for the squad's API: Default.* token; check ORDERS_API_AUDIENCE"
    ):
        SquadApi(squad.url, entra_token("api://orders", Identity(is_known=False))).outbox()

    assert squad.asked == []


def test_a_short_outage_is_ridden_out(squad: SquadServer) -> None:
    squad.in_vain = 2

    assert SquadApi(squad.url).outbox().waiting == 0
    assert len(squad.asked) == 3


@pytest.mark.parametrize(
    ("status", "problem", "kind", "said"),
    [
        (503, None, ApiError, "the squad's API answers 503: the database does not serve"),
        (
            422,
            b'{"detail": "from and to span 1 to 400 days"}',
            ApiError,
            "the squad's API answers 422: from and to span 1 to",
        ),
        (500, b"<html>", ApiError, "the squad's API answers 500: Internal Server Error"),
        (302, b"", ApiError, "the squad's API answers 302: Found"),
        (
            401,
            b'{"detail": "the token is not valid here"}',
            SettingsError,
            "the squad's API refuses: the token is not valid here; ",
        ),
        (403, b'["no problem document"]', SettingsError, "the squad's API refuses: Forbidden; check ORDERS_API_AUDIENCE"),
    ],
    ids=["no database", "wrong question", "no problem document", "sent elsewhere", "no caller", "no role"],
)
def test_each_refusal_is_one_sentence(
    squad: SquadServer, *, status: int, problem: bytes | None, kind: type[PlatformError], said: str
) -> None:
    squad.status, squad.in_vain, squad.problem = status, -1, squad.problem if problem is None else problem

    with pytest.raises(PlatformError) as raised:
        SquadApi(squad.url).outbox()

    assert type(raised.value) is kind
    assert str(raised.value).startswith(said)
    assert "\n" not in str(raised.value)


def test_a_token_is_carried_to_no_other_address(squad: SquadServer) -> None:
    squad.status, squad.in_vain = 302, 1

    with pytest.raises(ApiError, match="answers 302"):
        SquadApi(squad.url, lambda: "secret").outbox()

    assert len(squad.asked) == 1


def test_what_no_time_heals_is_not_asked_for_again(squad: SquadServer) -> None:
    squad.status, squad.in_vain = 422, -1

    with pytest.raises(ApiError):
        SquadApi(squad.url).outbox()

    assert len(squad.asked) == 1


@pytest.mark.parametrize("outbox", [{"waiting": "many", "oldest_seconds": 0.0, "most_attempts": 0}, {"waiting": 0}, "text"])
def test_an_answer_of_another_kind_is_told_by_its_field(squad: SquadServer, outbox: object) -> None:
    squad.outbox = outbox

    with pytest.raises(ApiError, match=r"^the squad's API answers /outbox with what is not expected \(\w.*\); let ORDERS"):
        SquadApi(squad.url).outbox()


def test_an_api_that_is_not_there_is_told_with_its_address() -> None:
    url = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(ApiError, match=rf"^the squad's API at {url} does not answer \(.*\); check ORDERS_API_URL and the net"):
        SquadApi(url).outbox()


def test_an_api_that_nobody_named_is_told_by_the_variable() -> None:
    with pytest.raises(SettingsError, match=r"^no API is named: set ORDERS_API_URL"):
        SquadApi.of(Settings.from_env({}).api)


def test_a_token_is_sent_where_an_issuer_and_an_audience_are_named() -> None:
    tokens = {"ORDERS_API_ISSUER": "https://login.example/v2.0", "ORDERS_API_AUDIENCE": "api://orders"}
    urls = {"ORDERS_API_URL": "http://127.0.0.1:1"}

    made = [SquadApi.of(Settings.from_env(env).api) for env in (urls, urls | tokens)]

    assert [api.token is not None for api in made] == [False, True]
