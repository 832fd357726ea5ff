"""Frames of a user's own: an answer, or what is wrong with them and the remedy."""

import contextlib

import msgspec
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nltrade as nl
from nltrade.errors import FrameError, NltradeError


@pytest.fixture(scope="module")
def mine(shipped):
    is_total = (shipped["table"] == "83028NED") & (shipped["product"] == "TOTAL")
    years = shipped["period"].isin(["2011", "2012"])
    return shipped[is_total & years].assign(table="mine").reset_index(drop=True)


@pytest.fixture(scope="module")
def russia(mine):
    return mine[(mine["partner"] == "RU") & (mine["period"] == "2012")]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("DEU", "DE"), ("Germany", "DE"), ("DE ", "DE"), ("de", "DE"), ("276", "DE")],
)
def test_a_code_that_is_no_partner_is_refused_with_the_right_one(mine, theirs, ours):
    renamed = mine.assign(partner=mine["partner"].replace({"DE": theirs}))
    with pytest.raises(FrameError, match=f"no partners: {theirs!r}: {ours}"):
        nl.rank_partners(renamed, period=2012, table="mine")


def test_the_codes_of_eurostat_are_named(mine):
    renamed = mine.assign(partner=mine["partner"].replace({"GR": "EL", "GB": "UK"}))
    with pytest.raises(FrameError, match="'EL': GR, 'UK': GB"):
        nl.rank_partners(renamed, period=2012, table="mine")


def test_a_group_that_is_called_a_country_is_refused(mine):
    with pytest.raises(FrameError, match=r"'partner_kind' calls AFRICA, .*EU.* a country"):
        nl.rank_partners(mine.assign(partner_kind="country"), period=2012, table="mine")


@pytest.mark.parametrize(("imports", "exports"), [("M", "X"), ("imports", "exports")])
@pytest.mark.parametrize("question", [nl.total, nl.balance])
def test_flows_of_other_names_are_refused(russia, imports, exports, question):
    flows = russia["flow"].replace({"import": imports, "export": exports})
    with pytest.raises(FrameError, match=f"'flow' holds .*{exports}.*Flows are import, export"):
        question(russia.assign(flow=flows))


def test_neither_status_nor_concept_belongs_to_what_a_cell_is(russia):
    assert nl.total(russia.assign(status=None))["value_meur"].tolist() == [27400.0]
    assert nl.total(russia.assign(concept=None))["value_meur"].tolist() == [27400.0]
    differs = russia.assign(status=russia["status"].mask(russia["flow"] == "export", "provisional"))
    found = nl.total(differs)
    assert found["value_meur"].tolist() == [27400.0]
    assert found["status"].tolist() == ["provisional"], "as sure as the less sure one"
    shares = nl.share(russia.assign(status=None), of="export").set_index("flow")["share_pct"]
    assert shares["export"] == 100


def test_a_cell_that_is_there_twice_is_refused_by_every_question(russia):
    twice = pd.concat([russia, russia[russia["flow"] == "import"].assign(value_meur=1.0)])
    questions = [nl.total, nl.balance, nl.growth, lambda f: nl.share(f, of="all products")]
    for question in questions:
        with pytest.raises(FrameError, match=r"more than once: .*flow import, partner RU"):
            question(twice)


@pytest.mark.parametrize("times", [1000, 1001])
def test_a_thousand_equal_cells_are_as_many_as_two(russia, times):
    imports = russia[russia["flow"] == "import"]
    with pytest.raises(FrameError, match="more than once"):
        nl.total(pd.concat([russia, *[imports] * times]))


def test_a_column_that_is_the_index_too_is_read_as_a_column(mine):
    indexed = mine.set_index("partner", drop=False)
    assert len(nl.growth(indexed)) == len(mine)


def test_infinity_is_no_amount(mine):
    with pytest.raises(FrameError, match="infinity"):
        nl.rank_partners(
            mine.replace({27406.0: float("inf")}).assign(
                value_meur=mine["value_meur"].where(mine["partner"] != "NO", float("inf"))
            ),
            period=2012,
            table="mine",
        )


def test_a_year_that_may_be_a_part_has_no_rate(mine):
    whole = mine["complete"].astype("boolean").mask(mine["period"] == "2011")
    rates = nl.growth(mine.assign(complete=whole))
    assert rates["growth_pct"].isna().all()
    assert set(rates["growth_note"]) == {"not known to be a whole year"}


def test_a_rate_that_cannot_be_given_says_why(shipped):
    rows = nl.select(shipped, table="83028NED", product="TOTAL", flow="import", year="2011:2012")
    rates = nl.growth(rows).set_index(["partner", "period"])["growth_note"]
    assert rates["RU", "2011"] == "year before not in the frame"
    assert rates["HR", "2012"] == "not published"
    assert rates["OTHER-EUROPE", "2012"] == "year before not published"
    assert rates["RU", "2012"] == ""


@pytest.mark.parametrize("named", ["RU", "RUS", "643", "ru", "Russia", "RUSLAND", " Rusland "])
def test_a_partner_is_known_by_every_code_and_name(shipped, named):
    assert set(nl.select(shipped, partner=named)["partner"]) == {"RU"}


@pytest.mark.parametrize(
    ("named", "id"),
    [
        ("Cote d'Ivoire", "CI"),
        ("Co\u0302te d\u2019Ivoire", "CI"),
        ("Curacao", "CW"),
        ("Verenigde Staten van Amerika", "US"),
        ("Voormalige Joegoslavische Rep. Macedonië", "MK"),
        ("Belgie", "BE"),
    ],
)
def test_names_are_read_without_accents_and_in_the_spellings_of_cbs(named, id):
    assert nl.select(nl.load("85427NED", period=2019), partner=named)["partner"].iloc[0] == id


@pytest.mark.parametrize("named", ["XYZ", "RS1", "Nigera"])
def test_no_hint_leads_to_a_country_that_may_be_another(shipped, named):
    with pytest.raises(nl.UnknownName) as caught:
        nl.select(shipped, partner=named)
    assert "Did you mean" not in str(caught.value)


def test_the_partners_are_listed_with_their_codes():
    listed = nl.partners()
    assert listed.loc["RU", ["alpha_3", "numeric"]].tolist() == ["RUS", "643"]
    countries = listed[listed["kind"] == "country"]
    lacking = countries.index[countries["alpha_3"].isna()]
    assert set(lacking) == {"XC", "XK", "XL"}, "these have no ISO code"
    assert countries["alpha_3"].dropna().is_unique


@pytest.mark.parametrize(("more", "verdict"), [(0.0, "cannot be checked"), (0.25, "supported")])
def test_a_rate_of_whole_millions_is_as_exact_as_they_are_and_of_others_as_written(
    mine, more, verdict
):
    """20,332 of 16,959 is +19.889%; rounding leaves +19.883% to +19.896%."""
    imports = mine[(mine["partner"] == "RU") & (mine["flow"] == "import")]
    values = imports["value_meur"].where(imports["period"] != "2012", 20332 + more)
    claim = msgspec.structs.replace(
        nl.claims()["first-import-growth-2012"], operator="at least", threshold=19.889
    )
    (found,) = nl.check_claims(imports.assign(value_meur=values), [claim])
    assert found.verdict == verdict


strange = st.one_of(
    st.none(), st.floats(), st.integers(-(2**60), 2**60), st.text(max_size=4), st.booleans()
)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(
    column=st.sampled_from(
        [
            *("table", "kind", "flow", "partner", "partner_kind", "product", "level", "period"),
            *("complete", "value_meur", "status", "concept", "modified"),
        ]
    ),
    values=st.lists(strange, min_size=1, max_size=8),
    question=st.sampled_from(["total", "balance", "share", "growth", "rank", "sectors", "select"]),
)
def test_no_frame_ends_in_an_error_that_is_not_ours(mine, column, values, question):
    rows = mine.head(8).copy()
    rows[column] = (values * 8)[:8]
    ask = {
        "total": nl.total,
        "balance": nl.balance,
        "share": lambda frame: nl.share(frame, of="all products"),
        "growth": nl.growth,
        "rank": lambda frame: nl.rank_partners(frame, period=2012, table="mine"),
        "sectors": nl.sector_trade,
        "select": lambda frame: nl.select(frame, partner="RU", period=2012),
    }
    with contextlib.suppress(NltradeError):
        ask[question](rows)


def test_a_whole_number_beyond_all_trade_is_refused_in_pyarrow_too(russia):
    import pyarrow as pa

    whole = russia[russia["value_meur"].notna()].assign(value_meur=2**60)
    table = pa.Table.from_pandas(whole, preserve_index=False)
    with pytest.raises(FrameError, match="more than any trade in million euro"):
        nl.total(table)
