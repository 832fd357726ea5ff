from datetime import date

import pandas as pd
import pytest

import nltrade as nl
from nltrade.questions.moves import compare_places, like_for_like, side_of, trace_place


def test_places_over_the_years_are_those_of_the_rankings(shipped):
    traced = trace_place(shipped, "Russia", flow="export").set_index(["table", "period"])
    for table, period in [("83028NED", "2002"), ("83028NED", "2012"), ("85427NED", "2019")]:
        ranked = nl.rank_partners(shipped, period=period, flow="export", table=table)
        own = ranked[ranked["partner"] == "RU"].iloc[0]
        found = traced.loc[(table, period)]
        for column in ("value_meur", "place", "best", "worst"):
            assert found[column] == own[column]
    assert not traced.loc[("83028NED", "2022"), "complete"]


def test_a_partner_stands_among_those_on_its_side_of_the_border(shipped):
    traced = trace_place(shipped[shipped["period"].isin(["2019", "2021"])], "GB", flow="import")
    sides = traced.set_index(["table", "period"])["among"]
    assert sides["85427NED", "2019"] == "inside EU"
    assert sides["85427NED", "2021"] == "outside EU"
    assert side_of("HR", "2012") == "outside EU"
    assert side_of("HR", "2013") == "inside EU"


def test_a_year_without_a_value_of_its_own_has_no_place_and_is_not_zero(shipped):
    traced = trace_place(nl.select(shipped, table="83028NED", period="2012"), "HR")
    assert traced[["value_meur", "place", "best", "worst"]].isna().all(axis=None)
    assert "–" in repr(nl.show(traced))


def test_moves_are_differences_of_two_rankings(shipped):
    moved = compare_places(shipped, 2002, 2012, flow="import").set_index("partner")
    for partner in ("US", "CN", "RU", "BR", "NO"):
        places = [
            nl.rank_partners(shipped, period=year, flow="import").set_index("partner").loc[partner]
            for year in (2002, 2012)
        ]
        row = moved.loc[partner]
        assert row["moved"] == places[0]["place"] - places[1]["place"]
        apart = places[1]["worst"] < places[0]["best"] or places[0]["worst"] < places[1]["best"]
        stayed = {places[0]["best"], places[0]["worst"], places[1]["best"], places[1]["worst"]}
        assert row["certain"] == (apart or len(stayed) == 1)
    assert moved["after_place"].dropna().is_monotonic_increasing


def test_a_country_that_joined_has_a_place_on_one_side_only_and_did_not_move(shipped):
    outside = compare_places(shipped, 2002, 2012).set_index("partner")
    inside = compare_places(shipped, 2002, 2012, among="inside EU").set_index("partner")
    assert pd.isna(outside.loc["PL", "after_place"])
    assert pd.isna(inside.loc["PL", "before_place"])
    assert outside.loc["PL", ["moved", "certain"]].isna().all()
    text = repr(nl.show(compare_places(shipped, 2002, 2012)))
    assert "ranked in one year only" in " ".join(text.split())
    assert "The EU had other members in these years: Bulgaria, Cyprus" in text
    assert "(2007/2008)" in text
    assert "GB" in nl.eu_members(date(2012, 12, 31))


def test_years_of_two_concepts_are_not_compared(shipped):
    with pytest.raises(
        nl.NoData, match=r"No table has both 2002 and 2024.*83028NED 2002-2022, 85427NED 2015-2026"
    ):
        compare_places(shipped, 2002, 2024)
    assert set(compare_places(shipped, 2016, 2019)["table"]) == {"83028NED"}
    assert set(compare_places(shipped, 2016, 2022)["table"]) == {"85427NED"}, "whole years go first"
    with pytest.raises(nl.UnknownName, match="Did you mean 'export'"):
        compare_places(shipped, 2002, 2012, flow="exprot")
    with pytest.raises(nl.UnknownName, match="no partner country"):
        trace_place(shipped, "EU")


def test_part_years_and_breaks_between_two_years_are_marked(shipped):
    marked = compare_places(shipped, 2025, 2026)
    assert set(marked["note"]) == {"part-year 2026"}
    assert set(compare_places(shipped, 2012, 2013)["note"]) == {"method break 2012/2013"}
    assert set(compare_places(shipped, 2009, 2012)["note"]) == {""}
    assert set(marked["modified"]) == set(shipped.loc[shipped["table"] == "85427NED", "modified"])


def test_a_part_of_the_partners_has_no_places_over_the_years(shipped):
    few = nl.select(shipped, partner=["RU", "US", "NON-EU"], table="83028NED")
    traced = trace_place(few, "RU")
    assert len(traced) == 21
    assert traced[["place", "best", "worst"]].isna().all(axis=None)


def test_the_members_of_both_years_are_compared_like_for_like(shipped):
    exports = like_for_like(shipped, period=2020, flow="export").set_index("table")
    row = exports.loc["83028NED"]
    assert (row["members"], row["previous_meur"], row["value_meur"]) == (26, 317737, 301081)
    assert row["growth_pct"] == pytest.approx(-5.242, abs=0.001)
    imports = like_for_like(shipped, period=2020, flow="import").set_index("table")
    assert imports.loc["83028NED", "growth_pct"] == pytest.approx(-5.2, abs=0.05)
    with pytest.raises(nl.UnknownName, match="No members of 'ASIA'"):
        like_for_like(shipped, "ASIA", period=2020)
    with pytest.raises(nl.UnknownName, match="No period 'last'"):
        like_for_like(shipped, period="last")
    one_withheld = shipped.assign(value_meur=shipped["value_meur"].mask(shipped["partner"] == "MT"))
    assert like_for_like(one_withheld, period=2020)["growth_pct"].isna().all()


def test_like_for_like_neither_crosses_a_break_nor_compares_a_part_year(shipped):
    expected = {
        2015: {"83028NED": "method break 2014/2015"},
        2021: {"83028NED": "method break 2020/2021", "85427NED": "method break 2020/2021"},
        2022: {"83028NED": "part-year", "85427NED": ""},
    }
    for year, notes in expected.items():
        rates = like_for_like(shipped, period=year).set_index("table")
        assert rates["growth_note"].to_dict() == notes
        assert rates["growth_pct"].isna().to_dict() == {id: bool(why) for id, why in notes.items()}


def test_like_for_like_of_a_frame_of_ones_own_is_answered_or_refused_in_a_sentence(shipped):
    own = shipped.assign(modified=None)
    assert like_for_like(own, period=2020)["growth_pct"].notna().all()
    with pytest.raises(nl.NltradeError, match="complete"):
        like_for_like(shipped.drop(columns="complete"), period=2020)
