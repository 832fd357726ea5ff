from itertools import product
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nltrade as nl
from cbs_replica.invented import shih
from nltrade import registry
from nltrade.sources.asked import plan_of
from nltrade.sources.cbs_notation import FREQS
from nltrade.sources.plan import PAGE, PIECE, Request, ask, make_plan, registered_keys

REAL = {
    "7137shih": {
        name: [row["Key"] for row in rows] for name, rows in shih(kinds="MM JJ").dimensions.items()
    }
}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"table": "83028ned"}, "Did you mean '83028NED'"),
        (
            {"table": "85427NED", "years": 2012},
            "85427NED starts in 2015; 2012 is in 83028NED.*and in 7137shih",
        ),
        ({"table": "83028NED", "years": "2020:2024"}, "83028NED ends in 2022; 2024 is in 85427NED"),
        (
            {"table": "83028NED", "years": 2050},
            "83028NED ends in 2022; no table that nltrade knows has it",
        ),
        (
            {"table": "83028NED", "product": "33"},
            r"83028NED does not have goods 33.*it is in 7137shih",
        ),
        (
            {"table": "83028NED", "product": "SC"},
            "does not have services SC.*it is in 82616NED.*84765NED",
        ),
        (
            {"table": "83028NED", "partner": "Cuba"},
            r"does not publish Cuba \(CU\) by itself; it is in 85427NED",
        ),
        ({"table": "83028NED", "partner": "Rusia"}, r"Did you mean 'RU' \(Russia\)"),
        ({"table": "7137shih", "freq": "Q"}, "7137shih has no quarters; it has years and months"),
        ({"table": "7137shih", "freq": "W"}, "No frequency 'W'.*months"),
        ({"table": "7137shih", "years": "2014:2008"}, "No years '2014:2008'.*2008:2014"),
        ({"table": "7137shih", "years": "12"}, "No years '12'"),
        ({"table": "7137shih", "product": "999"}, "No product '999'"),
    ],
)
def test_what_a_table_cannot_answer_is_refused_with_the_table_that_can(asked, says):
    with pytest.raises((nl.NoData, nl.UnknownName), match=says):
        ask(**asked)


def test_a_table_that_is_kept_up_may_have_years_that_are_not_registered_yet():
    assert (
        make_plan(ask("85427NED", years=2027), registered_keys(ask("85427NED", years=2027))).rows
        > 0
    )
    with pytest.raises(nl.NoData, match="no Perioden for years 2027"):
        make_plan(ask("85427NED", years=2027), registered_keys(ask("85427NED")))


@pytest.mark.parametrize("table", registry.tables())
def test_the_default_of_every_table_has_a_plan_of_a_few_pages(table):
    plan = make_plan(ask(table), registered_keys(ask(table)))
    assert 1 <= plan.pages <= 100
    assert plan.columns[: len(plan.dimensions)] == plan.dimensions
    assert plan.bytes > 50 * plan.rows


def test_keys_are_asked_with_the_padding_that_the_table_gives_them():
    (piece,) = make_plan(
        ask("7137shih", product="TOTAL", partner="RU", years=2012), REAL["7137shih"]
    ).pieces
    assert (
        piece.filter == "(LandenGroepen eq '075') and (SITC eq 'T  ') and (Perioden eq '2012JJ00')"
    )


def some(ids, most):
    return st.lists(st.sampled_from(sorted(ids)), max_size=most, unique=True)


@st.composite
def requests(draw):
    table = registry.table("7137shih")
    first, last = sorted(draw(st.tuples(*[st.integers(int(table.first), int(table.last))] * 2)))
    return ask(
        table.id,
        partner=draw(some({p.id for p in registry.partner_keys(table.id).values()}, 30)),
        product=draw(some({p.id for p in registry.product_keys(table.id).values()}, 30)),
        years=(first, last),
        freq=draw(st.sampled_from([["A"], ["M"], ["A", "M"]])),
    )


def test_the_same_by_two_names_is_asked_once():
    twice = ask("7137shih", partner=["RU", "Russia"], product=["3", 3], freq=["A", "a"])
    assert twice.says == "years 1996-2017; RU; TOTAL, 3"
    assert ask("7137shih", product=33) == ask("7137shih", product="33")
    report = plan_of("comtrade-partner", partner=["TR", "Turkey"], years=2012)
    assert len(report.questions) == 2  # a flow each


@given(requests())
def test_the_pieces_cover_the_request_exactly_once(request):
    keys = REAL["7137shih"]
    plan = make_plan(request, keys)
    seen = []
    for piece in plan.pieces:
        of = [piece.keys.get(name, keys[name]) for name in plan.dimensions]
        assert piece.rows == len(of[0]) * len(of[1]) * len(of[2])
        assert piece.rows <= PIECE
        assert len(quote(piece.filter)) < 1900
        seen.append(of)
    partners, products = registry.partner_keys("7137shih"), registry.product_keys("7137shih")
    wanted = [
        {
            key
            for key in keys["LandenGroepen"]
            if not request.partners or partners[key].id in request.partners
        },
        {
            key
            for key in keys["SITC"]
            if not request.products or products[key.strip()].id in request.products
        },
        {
            key
            for key in keys["Perioden"]
            if request.first <= key[:4] <= request.last
            and key[4:6] in {FREQS[freq][0] for freq in request.freqs}
        },
    ]
    count = len(wanted[0]) * len(wanted[1]) * len(wanted[2])
    assert (
        plan.rows == sum(len(a) * len(b) * len(c) for a, b, c in seen) == count
    )  # none twice, if none is outside
    assert all(set(part) <= whole for of in seen for part, whole in zip(of, wanted, strict=True))
    for place, whole in enumerate(wanted):
        assert set().union(*(of[place] for of in seen)) == whole
    for one, other in product(range(len(seen)), repeat=2):
        if one < other:
            assert any(set(a).isdisjoint(b) for a, b in zip(seen[one], seen[other], strict=True))
    assert plan.pages >= plan.rows / PAGE


@given(requests(), requests())
def test_a_request_holds_another_when_all_of_that_one_is_in_it(one, other):
    keys = REAL["7137shih"]

    def cells(request):
        found = set()
        for piece in make_plan(request, keys).pieces:
            of = [
                piece.keys.get(name, keys[name]) for name in ("LandenGroepen", "SITC", "Perioden")
            ]
            found.add(tuple(map(frozenset, of)))
        return [frozenset().union(*(part[place] for part in found)) for place in range(3)]

    assert one.holds(one)
    if one.holds(other):
        assert all(a <= b for a, b in zip(cells(other), cells(one), strict=True))


def test_an_open_request_holds_a_closed_one_and_not_the_other_way_round():
    assert ask("85427NED").holds(ask("85427NED", years=2016, partner="RU"))
    assert not ask("85427NED", years=2016, partner="RU").holds(ask("85427NED"))
    assert not ask("85427NED", partner="RU").holds(ask("85427NED", years=2016))
    assert isinstance(ask("85427NED"), Request)
