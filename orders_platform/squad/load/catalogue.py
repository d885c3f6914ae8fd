"""What a made-up shop sells, to whom and where: plausible, and the same at every run."""

from dataclasses import dataclass
from random import Random
from typing import Final

_ARTICLES: Final = (
    "Lunch Bag", "T-Light Holder", "Cake Tin", "Jam Jar", "Paper Chain Kit", "Hot Water Bottle", "Door Mat", "Wall Clock",
    "Tea Towel", "Storage Box", "Hand Warmer", "Picture Frame", "Cushion Cover", "Garden Lantern", "Mug", "Gift Wrap",
)  # fmt: skip
_MOTIFS: Final = (
    "Pink Polkadot", "Red Retrospot", "Vintage Rose", "Spaceboy", "Woodland Animals", "Alphabet", "Blue Paisley", "Cream Heart",
    "Strawberry", "Union Jack", "Owls", "Vintage Doily", "Green Gingham", "Skulls", "Paris", "Circus Parade", "Silver Star",
    "Daisy", "Black Floral", "Suki",
)  # fmt: skip
PRODUCTS: Final = len(_ARTICLES) * len(_MOTIFS)
_CUSTOMERS: Final = 6_000
_FIRST_CUSTOMER: Final = 12_000
_FIRST_PRODUCT: Final = 20_000
_NO_CUSTOMER: Final = 0.02
_UNITS: Final = (1, 1, 1, 2, 2, 3, 4, 6, 6, 8, 10, 12, 12, 24, 48)
_MEAN_LINES: Final = 12
MOST_LINES: Final = 60


@dataclass(frozen=True, slots=True)
class Market:
    """A country and the currency that it pays in.

    Attributes:
        share: of a thousand orders.
        factor: from pence to the smallest unit of the currency.
    """

    country: str
    currency: str
    share: int
    factor: float


MARKETS: Final = (
    Market("United Kingdom", "GBP", 840, 1.0),
    Market("EIRE", "GBP", 25, 1.0),
    Market("Germany", "GBP", 30, 1.0),
    Market("Germany", "EUR", 30, 1.15),
    Market("France", "EUR", 30, 1.15),
    Market("Netherlands", "EUR", 15, 1.15),
    Market("USA", "USD", 15, 1.3),
    Market("Brazil", "BRL", 10, 7.0),
    Market("Japan", "JPY", 5, 2.0),
)


@dataclass(frozen=True, slots=True)
class Line:
    """Units of a product in an order, under the names that the API has."""

    product_no: str
    product_name: str
    unit_price_minor: int
    quantity: int


class Dice(Random):
    """Choices that follow a seed."""

    def happens(self, probability: float) -> bool:
        """Whether something does that is so likely."""
        return self.random() < probability

    def market(self) -> Market:
        """Where an order comes from."""
        return self.choices(MARKETS, weights=[market.share for market in MARKETS])[0]

    def customer_id(self) -> str | None:
        """Some buy often; some are not known."""
        return None if self.happens(_NO_CUSTOMER) else str(_FIRST_CUSTOMER + self._favoured(_CUSTOMERS))

    def lines(self, market: Market) -> tuple[Line, ...]:
        """Many orders are small, few are long."""
        count = 1 + round(self.expovariate(1 / (_MEAN_LINES - 1)))
        return tuple(self.line(market) for _ in range(min(count, MOST_LINES)))

    def line(self, market: Market) -> Line:
        """Some units of a product; its price is always the same in a currency."""
        number = self._favoured(PRODUCTS)
        pence = 85 + number * 37 % 1_910
        name = f"{_ARTICLES[number % len(_ARTICLES)]} {_MOTIFS[number // len(_ARTICLES)]}"
        return Line(str(_FIRST_PRODUCT + number), name, round(pence * market.factor), self.choice(_UNITS))

    def _favoured(self, count: int) -> int:
        """A number below `count`, low ones far more often."""
        return int(count * self.random() ** 2)
