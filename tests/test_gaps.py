"""Four gaps, four words: withheld, not in the table, not at hand, zero; and commands that work."""

import shlex

import polars as pl
import pytest

import nltrade as nl
from nltrade import registry
from nltrade.sources.gaps import Gap, absent_partners, commands, gap, is_whole
from nltrade.sources.plan import ask, make_plan, registered_keys

CELL = {"table": "83028NED", "partner": "RU", "product": "TOTAL", "period": "2012"}


@pytest.fixture(params=["pandas", "polars-lazy"])
def trade(request, shipped):
    return shipped if request.param == "pandas" else pl.from_pandas(shipped).lazy()


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ({}, "value"),
        ({"flow": "total trade"}, "value"),
        ({"partner": "HK", "product": "3", "flow": "import"}, "zero"),
        ({"partner": "HR"}, "withheld"),
        ({"table": "80414ned", "partner": "NO", "product": "EBOPS-247"}, "withheld"),
        ({"partner": "KI"}, "not in the table"),
        ({"product": "333"}, "not in the table"),
        ({"product": "S"}, "not in the table"),
        ({"period": "1999"}, "not in the table"),
        ({"period": "20122"}, "not in the table"),
        ({"flow": "quasi-transit import"}, "not in the table"),
        ({"table": "7137shih", "period": "2012-Q1"}, "not in the table"),
        ({"table": "mine"}, "not in the table"),
        ({"product": "5"}, "not at hand"),
        ({"period": "2012-01"}, "not at hand"),
        ({"table": "7137shih", "product": "333"}, "not at hand"),
    ],
)
def test_each_gap_has_its_own_word(trade, cell, kind):
    assert gap(trade, **CELL | cell).kind == kind


@pytest.mark.parametrize(
    ("cell", "command"),
    [
        ({"product": "5"}, "nltrade fetch 83028NED --partner RU --product 5 --years 2012"),
        (
            {"table": "7137shih", "period": "2012-01"},
            "nltrade fetch 7137shih --partner RU --product TOTAL --years 2012 --freq M",
        ),
        # A table that is still kept up has changed by now: a part of its new state is not used.
        ({"table": "85427NED", "period": "2022", "product": "5"}, "nltrade fetch 85427NED"),
        (
            {"table": "84765NED", "period": "2022-Q1", "product": "S"},
            "nltrade fetch 84765NED --freq A --freq Q",
        ),
    ],
)
def test_what_is_not_at_hand_comes_with_the_command_that_brings_it(shipped, cell, command):
    assert gap(shipped, **CELL | cell) == Gap("not at hand", command)


def test_what_was_left_out_when_loading_is_loaded_not_fetched():
    russia = nl.load("83028NED", partner="RU")
    assert gap(russia, **CELL | {"partner": "US", "product": None}) == Gap(
        "not at hand", 'nl.load("83028NED")'
    )
    assert gap(russia, **CELL | {"table": "85427NED", "period": "2022"}).command == (
        'nl.load("85427NED")'
    )


def test_every_command_is_one_that_the_table_can_answer(shipped):
    """Whoever the partner, no remedy names a table that lacks the partner or the product."""
    few = shipped.groupby("table").head(1)
    seen = set()
    for partner in ["KI", "RU", "BE", *list(registry.partners())[::9]]:
        for product, period in [("333", "2012"), ("5", "2020"), ("SC", "2021")]:
            seen |= set(commands(few, partner=partner, product=product, period=period))
    assert len(seen) > 50
    for command in seen:
        name, what, table, *options = shlex.split(command)
        assert (name, what) == ("nltrade", "fetch")
        given = dict(zip(options[::2], options[1::2], strict=True))
        request = ask(
            table,
            partner=given.get("--partner"),
            product=given.get("--product"),
            years=given.get("--years"),
        )
        assert make_plan(request, registered_keys(request)).rows > 0


def test_no_table_is_named_where_none_has_it(shipped):
    assert commands(shipped, partner="KI", product="333", period="2012") == []
    assert commands(shipped, partner="NL", period="2012") == []


def test_a_part_is_known_as_a_part(trade):
    assert is_whole(trade, table="83028NED", period="2012")
    assert is_whole(trade, table="80414ned", period="2012", product="S")
    two = nl.load("83028NED", partner=["RU", "US"])
    assert not is_whole(two, table="83028NED")
    assert "DE" in absent_partners(two, table="83028NED", period="2012")
    assert len(absent_partners(two, table="83028NED")) == 77 - 2


def test_a_year_that_is_not_there_is_not_whole(shipped):
    assert not is_whole(shipped, table="83028NED", period="1999")
    assert not is_whole(shipped, table="7137shih", period="2012")


def test_a_table_of_your_own_is_as_whole_as_it_is(shipped):
    mine = shipped.head(3).assign(table="mine")
    assert is_whole(mine.drop(columns="modified"), table="mine")
