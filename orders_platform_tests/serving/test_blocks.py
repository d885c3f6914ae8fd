"""Texts in tables: of whatever signs, they are what they are, and move nothing around them."""

from html.parser import HTMLParser

import pytest

from orders_platform.serving.blocks import Cell, Column, table


class Read(HTMLParser):
    """What a browser makes of it: text, and the names of all elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.elements = "", set[str]()
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.add(tag)


def shown(name: str) -> Read:
    return Read(table([Column("Name")], [[Cell(name, bar=0.5)]]))


@pytest.mark.parametrize(
    "name",
    [
        "<b>b</b>",
        "<script>alert(1)</script>",
        "\"'><img src=x>",
        "&lt;i&gt;",
        "$x^2$",
        ":x:",
        "a|b",
        "[a](b)",
        "**b**",
        "مرحبا",
        "👩\u200d🔬",
    ],
)
def test_a_name_is_text(name: str) -> None:
    read = shown(name)

    assert read.text == f"Name{name}"
    assert read.elements == shown("plain").elements


@pytest.mark.parametrize("name", ["\u202egnorw", "\u2066gnorw", "\u200bgnorw", "\x00gnorw", "\x1bgnorw"])
def test_a_sign_that_is_not_seen_and_turns_others_round_is_seen(name: str) -> None:
    assert shown(name).text == "Name\ufffdgnorw"


def test_a_long_name_is_whole_where_the_pointer_rests() -> None:
    name = "<" * 300

    assert f'title="{"&lt;" * 300}"' in table([Column("Name")], [[Cell(name)]])
