from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nltrade as nl
from nltrade.questions import trade
from oracle import DOMESTIC, EXPORT, FUELS, IMPORT, REEXPORT, RUSSIA, value

GOODS = "83028NED"


def russia(frame, **wanted):
    return nl.select(frame, partner="RU", table=GOODS, **wanted)


@pytest.mark.parametrize("year", range(2002, 2023))
def test_total_and_balance_are_those_of_plain_arithmetic(shipped, engine, year):
    rows = engine.into(russia(shipped, product="TOTAL", period=year))
    assert engine.back(nl.total(rows))["value_meur"].tolist() == [
        value(RUSSIA, year, IMPORT, EXPORT)
    ]
    difference = value(RUSSIA, year, EXPORT) - value(RUSSIA, year, IMPORT)
    assert engine.back(nl.balance(rows))["value_meur"].tolist() == [difference]


@pytest.mark.parametrize("year", range(2002, 2023))
def test_shares_are_those_of_plain_arithmetic(shipped, engine, year):
    rows = engine.into(russia(shipped, period=year))
    fuels = engine.back(nl.share(rows, of="all products")).query(
        "product == '3' and flow == 'import'"
    )
    expected = 100 * value(RUSSIA, year, IMPORT, product=FUELS) / value(RUSSIA, year, IMPORT)
    assert fuels["share_pct"].tolist() == pytest.approx([expected])
    made = (
        engine.back(nl.share(rows, of="export"))
        .query("product == 'TOTAL'")
        .set_index("flow")["share_pct"]
    )
    assert made["re-export"] == pytest.approx(
        100 * value(RUSSIA, year, REEXPORT) / value(RUSSIA, year, EXPORT)
    )
    assert made["domestic export"] == pytest.approx(
        100 * value(RUSSIA, year, DOMESTIC) / value(RUSSIA, year, EXPORT)
    )
    assert "import" not in made


def test_a_share_of_all_partners_is_of_the_published_total(shipped, engine):
    rows = nl.select(
        shipped, partner=["RU", "WORLD"], flow="import", product="TOTAL", period=2012, table=GOODS
    )
    shares = engine.back(nl.share(engine.into(rows), of="all partners")).set_index("partner")[
        "share_pct"
    ]
    assert shares["RU"] == pytest.approx(100 * 20332 / 389449)


def test_growth_is_that_of_plain_arithmetic_and_stops_at_breaks_and_part_years(shipped, engine):
    rows = engine.into(russia(shipped, product="TOTAL", flow="import"))
    rates = engine.back(nl.growth(rows)).set_index("period")
    refused = {"2008", "2013", "2015", "2021", "2022"}
    for year in range(2003, 2023):
        rate, note = rates.loc[str(year), ["growth_pct", "growth_note"]]
        if str(year) in refused:
            assert pd.isna(rate)
            assert note
        else:
            assert rate == pytest.approx(
                100 * (value(RUSSIA, year, IMPORT) / value(RUSSIA, year - 1, IMPORT) - 1)
            )
            assert note == ""
    assert pd.isna(rates.loc["2002", "growth_pct"])
    assert rates.loc["2022", "growth_note"] == "part-year"
    assert rates.loc["2013", "growth_note"] == "method break 2012/2013"


def test_growth_of_amounts_that_rounding_moves_is_refused(engine):
    made_up = pd.DataFrame(
        {
            "table": "mine",
            "kind": "goods",
            "flow": ["import", "import", "export", "export", "re-export", "re-export"],
            "partner": "RU",
            "product": "TOTAL",
            "period": ["2011", "2012"] * 3,
            "complete": True,
            "value_meur": [49.0, 98.0, 50.0, 60.0, 100.0, 40.0],
        }
    )
    rates = engine.back(nl.growth(engine.into(made_up)))
    last = rates[rates["period"] == "2012"].set_index("flow")
    assert last["growth_pct"].notna().to_dict() == {
        "import": False,
        "export": True,
        "re-export": False,
    }
    assert last.loc["export", "growth_pct"] == pytest.approx(20.0)
    assert last.loc["import", "growth_note"] == "less than 50 million euro"
    assert last.loc["export", "growth_note"] == ""

    asked = engine.back(nl.growth(engine.into(made_up), small_amounts=True))
    given = asked[asked["period"] == "2012"].set_index("flow")
    assert given.loc["import", "growth_pct"] == 100.0
    assert given.loc["import", "growth_note"] == "less than 50 million euro"


def test_growth_asked_for_across_a_break_is_given_and_marked(shipped, engine):
    rows = engine.into(russia(shipped, product="TOTAL", flow="import"))
    rates = engine.back(nl.growth(rows, across_breaks=True, part_years=True)).set_index("period")
    for year in (2013, 2022):
        expected = 100 * (value(RUSSIA, year, IMPORT) / value(RUSSIA, year - 1, IMPORT) - 1)
        assert rates.loc[str(year), "growth_pct"] == pytest.approx(expected)
        assert rates.loc[str(year), "growth_note"]
    only = engine.back(nl.growth(rows, part_years=True)).set_index("period")
    assert pd.isna(only.loc["2013", "growth_pct"])
    assert pd.notna(only.loc["2022", "growth_pct"])


def test_a_part_year_that_is_asked_for_hides_no_break(engine):
    made_up = pd.DataFrame(
        {
            "table": "83028NED",
            "kind": "goods",
            "flow": "import",
            "partner": "RU",
            "product": "TOTAL",
            "period": ["2012", "2013"],
            "complete": [True, False],
            "value_meur": [100.0, 150.0],
        }
    )

    def last(**asked):
        rates = engine.back(nl.growth(engine.into(made_up), **asked)).set_index("period")
        return rates.loc["2013", ["growth_note", "growth_pct"]].tolist()

    note, rate = last(part_years=True)
    assert note == "method break 2012/2013"
    assert pd.isna(rate)
    note, rate = last(across_breaks=True)
    assert note == "part-year"
    assert pd.isna(rate)
    assert last(part_years=True, across_breaks=True) == ["method break 2012/2013", 50.0]


@pytest.mark.parametrize(
    ("table", "kind", "group", "year", "is_refused"),
    [
        ("83028NED", "goods", "EU", "2004", True),
        ("83028NED", "goods", "EU", "2005", False),
        ("83028NED", "goods", "NON-EU", "2007", True),
        ("83028NED", "goods", "EU", "2020", True),
        ("85427NED", "goods", "EU", "2022", False),
        ("85427NED", "goods", "UNSPECIFIED-EU", "2020", True),
        ("82616NED", "services", "EU", "2020", True),
        ("84765NED", "services", "EU", "2021", False),
        ("82616NED", "services", "EUROZONE", "2015", True),
        ("84765NED", "services", "EUROZONE", "2023", True),
        ("82616NED", "services", "NON-EUROZONE", "2016", False),
        ("83028NED", "goods", "OTHER-EASTERN-EUROPE", "2007", True),
        ("83028NED", "goods", "OTHER-ASIA", "2007", False),
        ("83028NED", "goods", "WORLD", "2020", False),
    ],
)
def test_growth_of_a_group_is_refused_where_its_members_changed(
    shipped, table, kind, group, year, is_refused
):
    rows = nl.select(
        shipped,
        table=table,
        partner=group,
        flow="import",
        product="TOTAL" if kind == "goods" else "S",
    )
    row = nl.growth(rows).set_index("period").loc[year]
    marked = nl.growth(rows, across_breaks=True).set_index("period").loc[year]
    note = f"other members {int(year) - 1}/{year}" if is_refused else ""
    assert row["growth_note"] == note
    assert pd.isna(row["growth_pct"]) == is_refused
    assert marked["growth_note"] == note
    assert pd.notna(marked["growth_pct"])


def test_growth_never_joins_two_tables(shipped):
    both = nl.select(shipped, partner="RU", flow="import", product="TOTAL", kind="goods")
    rates = nl.growth(both, across_breaks=True)
    assert rates.query("table == '85427NED' and period == '2015'")["growth_pct"].isna().all()


def test_a_gap_is_not_taken_for_the_year_before(shipped):
    rows = russia(shipped, product="TOTAL", flow="import").query("period != '2011'")
    assert nl.growth(rows).set_index("period")["growth_pct"].isna()["2012"]


def test_quarters_are_compared_with_the_same_quarter_a_year_before(shipped):
    rows = russia(shipped, product="TOTAL", flow="import", period=2012)
    quarters = pd.concat([rows.assign(period=f"{y}-Q{q}", freq="Q", value_meur=v) for y, q, v in
                          [(2011, 1, 100.0), (2011, 2, 50.0), (2012, 1, 110.0)]])  # fmt: skip
    assert nl.growth(quarters).set_index("period")["growth_pct"]["2012-Q1"] == pytest.approx(10)


def test_missing_is_not_zero_in_any_answer(shipped, engine):
    croatia = engine.into(nl.select(shipped, partner="HR", period=2012, table=GOODS))
    assert engine.back(nl.total(croatia))["value_meur"].isna().all()
    assert engine.back(nl.balance(croatia))["value_meur"].isna().all()
    assert engine.back(nl.share(croatia, of="all products"))["share_pct"].isna().all()
    assert engine.back(nl.growth(croatia))["growth_pct"].isna().all()


def test_one_missing_flow_makes_the_total_missing(shipped, engine):
    rows = russia(shipped, product="TOTAL", period=2012)
    rows = rows.assign(value_meur=rows["value_meur"].where(rows["flow"] != "export"))
    assert engine.back(nl.total(engine.into(rows)))["value_meur"].isna().all()


@pytest.mark.parametrize(
    ("wanted", "error", "says"),
    [
        (
            {"partner": "Rusia"},
            nl.UnknownName,
            r"No partner 'Rusia'. Did you mean 'RU' \(Russia\)\?",
        ),
        (
            {"partner": "rusland", "flow": "improt"},
            nl.UnknownName,
            r"No flow 'improt'. Did you mean 'import'\?",
        ),
        ({"product": "399"}, nl.UnknownName, r"No product '399'.*group \(333\)"),
        (
            {"product": "33", "period": 2012},
            nl.NoData,
            r"No rows with product 33.*`nltrade fetch 7137shih --product 33 --years 2012`",
        ),
        ({"product": "TOTL"}, nl.UnknownName, r"Did you mean 'TOTAL'"),
        ({"partner": []}, nl.UnknownName, "empty list of partners"),
        ({"partner": "NL"}, nl.NoData, "Netherlands"),
        ({"period": 1990}, nl.NoData, r"No rows with period 1990.*Here: 2002 to 2026"),
        ({"table": "83028NE"}, nl.NoData, r"Did you mean '83028NED'"),
        (
            {"partner": "AF", "period": 2012, "kind": "goods"},
            nl.NoData,
            r"Afghanistan \(AF\) is not published separately in 83028NED; .*"
            "It is in 80414ned, 85427NED, 2003 to 2026",
        ),
        (
            {"partner": "AF", "table": GOODS},
            nl.NoData,
            r"Afghanistan \(AF\) is not published separately in 83028NED; that does not mean zero",
        ),
        ({"product": "S", "kind": "goods"}, nl.NoData, r"No rows with product S. Here: 3, TOTAL"),
    ],
)
def test_a_question_without_an_answer_says_what_there_is(shipped, wanted, error, says):
    with pytest.raises(error, match=says):
        nl.select(shipped, **wanted)


def test_an_unknown_whole_says_what_there_is(shipped):
    with pytest.raises(nl.UnknownName, match="Did you mean 'all products'"):
        nl.share(shipped, of="all product")


cells = st.one_of(st.none(), st.integers(-5, 10**6).map(float))


@given(imports=cells, exports=cells, fuels=cells, seed=st.integers(0, 10**6))
def test_the_order_of_rows_and_other_partners_change_no_answer(
    shipped, imports, exports, fuels, seed
):
    rows = russia(shipped, period=2012).query("flow in ('import', 'export')").copy()
    amounts = {("import", "TOTAL"): imports, ("export", "TOTAL"): exports, ("import", "3"): fuels}
    rows["value_meur"] = [
        amounts.get(key) for key in zip(rows["flow"], rows["product"], strict=True)
    ]
    rows["value_meur"] = rows["value_meur"].astype(float)
    more = pd.concat(
        [rows, rows.assign(partner="CN"), rows.assign(partner="ASIA", partner_kind="group")]
    )
    more = more.sample(frac=1, random_state=seed)
    (found,) = nl.total(more).query("partner == 'RU' and product == 'TOTAL'")["value_meur"]
    if imports is None or exports is None:
        assert pd.isna(found)
    else:
        assert found == imports + exports
    (share,) = nl.share(more, of="all products").query(
        "partner == 'RU' and product == '3' and flow == 'import'"
    )["share_pct"]
    if imports and fuels is not None:
        assert share == pytest.approx(100 * fuels / imports)
    else:
        assert pd.isna(share)


def test_no_function_changes_its_argument(shipped):
    rows = russia(shipped)
    before = rows.copy()
    for question in (nl.total, nl.balance, nl.growth, lambda f: nl.share(f, of="all products")):
        question(rows)
    pd.testing.assert_frame_equal(rows, before)


def test_a_whole_table_is_shown_rather_than_a_part_of_another():
    part, whole = nl.load("83028NED", partner=["RU", "WORLD"]), nl.load("85427NED")
    both = pd.concat([part, whole])
    assert trade.main_table(both, kind="goods", period=2017, partner="RU") == "85427NED"
    assert trade.main_table(part, kind="goods", period=2017, partner="RU") == "83028NED"


@pytest.mark.parametrize(
    "years", [np.int64(2012), 2012.0, pd.Period("2012"), pd.Series([2012]), np.arange(2012, 2013)]
)
def test_years_are_taken_as_frames_and_arrays_hand_them_out(shipped, years):
    rows = russia(shipped, product="TOTAL", flow="import", period=years)
    assert rows["value_meur"].tolist() == [20332.0]
    assert nl.rank_partners(shipped, period=years)["partner"].tolist()[2] == "RU"


@pytest.mark.parametrize(
    "period", [date(2012, 1, 1), 2012.5, float("nan"), None, slice(2010, 2012)]
)
def test_what_is_no_period_is_an_error_that_says_what_is_one(shipped, period):
    with pytest.raises(nl.UnknownName, match="Write a year, a quarter or a month"):
        nl.rank_partners(shipped, period=period)


@pytest.mark.parametrize("several", [pd.Series, np.array, pd.Index, frozenset, iter])
def test_partners_are_taken_as_frames_and_arrays_hand_them_out(shipped, several):
    asked = {"period": 2012, "flow": "import", "product": "TOTAL"}
    rows = nl.select(shipped, partner=several(["RU", "China"]), **asked)
    assert set(rows["partner"]) == {"RU", "CN"}
