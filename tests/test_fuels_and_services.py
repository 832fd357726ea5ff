"""The figures of fuels and of services: legible, equal to the frame, and silent where CBS is."""

import re

import pandas as pd
import pytest

import nltrade as nl
from legible import assert_legible
from nltrade.charts import style
from nltrade.charts.over_years import year_ranges
from oracle import FUELS, IMPORT, RUSSIA, value

LANGS = ["en", "nl"]
PARTNERS = {"fuels": ["RU", "NO", "ZA", "SA", "NG"], "services": ["RU", "US", "DE", "CY", "GB"]}
CASES = [(name, partner) for name, partners in PARTNERS.items() for partner in partners]


def draw(name, frame, partner, period=2012, lang="en"):
    return nl.charts.draw(name, frame, [], partner=partner, period=period, lang=lang)


def without(frame, *, partner, period, product, flow=None):
    """Empty the cells that match, as CBS does with what it withholds."""
    rows = frame.copy()
    cells = rows["partner"].eq(partner) & rows["period"].isin(period) & rows["product"].eq(product)
    cells &= rows["flow"].eq(flow) if flow else True
    rows.loc[cells, "value_meur"] = float("nan")
    return rows


def pieces(chart, colour):
    """Give the years of each line of a colour, in the order they were drawn."""
    lines = [line for line in chart.figure.axes[0].lines if line.get_color() == colour]
    return [list(map(int, line.get_xdata())) for line in lines if line.get_linestyle() != "None"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("name", "partner"), CASES)
def test_no_text_overlaps_another_or_is_cut(shipped, name, partner, lang):
    chart = draw(name, shipped, partner, lang=lang)
    assert_legible(chart.figure)
    assert 40 < len(chart.alt) <= 250


@pytest.mark.parametrize("name", PARTNERS)
def test_the_source_is_named_and_a_figure_is_one_of_a_country(shipped, name):
    chart = draw(name, shipped, "RU")
    assert "CC BY 4.0" in chart.footer[-1]
    assert chart.image("svg") == draw(name, shipped, "RU").image("svg")
    with pytest.raises(nl.UnknownName, match="no partner country"):
        draw(name, shipped, "WORLD")


@pytest.mark.parametrize("lang", LANGS)
def test_fuels_are_those_of_the_frame(shipped, lang):
    chart = draw("fuels", shipped, "RU", lang=lang)
    rows = chart.data.query("table == '83028NED'")
    years = range(2002, 2023)
    of_fuels = [value(RUSSIA, year, IMPORT, product=FUELS) for year in years]
    assert rows["fuels_meur"].tolist() == of_fuels
    assert rows["import_meur"].tolist() == [value(RUSSIA, year, IMPORT) for year in years]
    of_2012 = rows.set_index("period").loc["2012"]
    assert of_2012["share_pct"] == pytest.approx(100 * 18682 / 20332)
    assert of_2012["world_share_pct"] == pytest.approx(100 * 99604 / 389449)
    assert re.search("91[.,]9%", chart.headline)
    assert re.search("25[.,]6%", chart.headline)


def test_shares_stop_at_breaks_and_part_years_stand_beside_the_line(shipped):
    chart = draw("fuels", shipped, "RU")
    assert pieces(chart, style.IMPORT) == [
        list(range(2002, 2008)),
        list(range(2008, 2013)),
        [2013, 2014],
        list(range(2015, 2021)),
        [2021],
    ]
    (open_mark,) = [
        line
        for line in chart.figure.axes[0].lines
        if line.get_color() == style.IMPORT and line.get_linestyle() == "None"
    ]
    assert list(open_mark.get_xdata()) == [2022]


def test_fuels_that_are_withheld_are_a_gap_not_a_zero(shipped):
    rows = without(shipped, partner="NO", period=["2011", "2012"], product="3")
    chart = draw("fuels", rows, "NO")
    assert chart.headline == "Fuels from Norway in 2012 are not published"
    withheld = chart.data[chart.data["period"].isin(["2011", "2012"])]
    assert withheld[["fuels_meur", "share_pct"]].isna().all(axis=None)
    drawn = {
        int(year)
        for line in chart.figure.axes[0].lines
        if line.get_color() == style.IMPORT
        for year, share in zip(line.get_xdata(), line.get_ydata(), strict=True)
        if pd.notna(share)
    }
    assert not drawn & {2011, 2012}
    assert {2010, 2013} <= drawn
    assert "2011 and 2012 (83028NED)" in " ".join(chart.notes)


def test_what_cbs_itself_withholds_is_said(shipped):
    chart = draw("fuels", shipped, "ZA", 2020)
    assert chart.headline == "Fuels from South Africa in 2020 are not published"


def test_fuels_that_say_nothing_are_left_out(shipped):
    with pytest.raises(nl.NoData, match=r"too small a part of the imports from China"):
        draw("fuels", shipped, "CN")


def test_services_are_those_of_the_frame(shipped):
    chart = draw("services", shipped, "US", 2019)
    same = ["table", "flow", "product", "period"]
    frame = shipped[(shipped["partner"] == "US") & (shipped["kind"] == "services")]
    both = chart.data.merge(frame[[*same, "value_meur"]], on=same, suffixes=("", "_frame"))
    assert len(both) == len(chart.data) > 50
    pd.testing.assert_series_equal(both["value_meur"], both["value_meur_frame"], check_names=False)
    assert set(chart.data["product"]) == {"S", "SDB", "SH", "SI", "SL"}


def test_tables_are_never_joined_and_2020_is_in_two_of_them(shipped):
    chart = draw("services", shipped, "RU")
    tables = [list(range(2003, 2014)), list(range(2014, 2021)), list(range(2020, 2026))]
    assert pieces(chart, style.IMPORT) == tables
    assert pieces(chart, style.EXPORT) == tables
    exports = [line for line in chart.figure.axes[0].lines if line.get_color() == style.EXPORT]
    assert [exports[1].get_ydata()[-1], exports[2].get_ydata()[0]] == [1553, 1974]
    said = " ".join(chart.notes)
    assert "2020 is in two tables that differ, 82616NED and, published later, 84765NED" in said
    assert "from the fifth manual (BPM5) to the sixth (BPM6), 80414ned to 82616NED" in said


def test_only_lines_of_several_tables_are_said_not_to_be_joined(shipped):
    apart = "Each line is a table of its own"
    one = shipped[(shipped["kind"] != "services") | (shipped["table"] == "82616NED")]
    assert apart in nl.charts.draw_services(shipped, partner="US", period=2019).caption
    assert apart not in nl.charts.draw_services(one, partner="US", period=2019).caption


def test_a_year_without_a_row_is_a_gap_too(shipped):
    rows = shipped[~((shipped["partner"] == "RU") & (shipped["period"] == "2017"))]
    lines = draw("services", rows, "RU").figure.axes[0].lines
    (line,) = [
        line for line in lines if line.get_color() == style.IMPORT and line.get_xdata()[0] == 2014
    ]
    assert dict(zip(line.get_xdata(), pd.isna(line.get_ydata()), strict=True))[2017]


def test_one_flow_that_is_not_published_is_said(shipped):
    rows = without(shipped, partner="RU", period=["2025"], product="S", flow="import")
    chart = draw("services", rows, "RU", 2025)
    assert chart.headline == "Services to Russia in 2025: €744m; imports not published"


def test_negative_services_are_drawn_below_zero(shipped):
    rows = shipped.copy()
    cells = rows["partner"].eq("RU") & rows["period"].eq("2025") & rows["flow"].eq("import")
    rows.loc[cells, "value_meur"] *= -1
    chart = draw("services", rows, "RU", 2025)
    assert "imports −€346m" in chart.headline
    assert chart.figure.axes[0].get_ylim()[0] < -346


def test_services_without_any_figure_are_an_error(shipped):
    with pytest.raises(nl.NoData, match=r"services with Sint Maarten \(SX\) are published"):
        draw("services", shipped, "SX")
    with pytest.raises(nl.NoData, match="No yearly services with Russia"):
        draw("services", shipped[shipped["kind"] == "goods"], "RU")


def test_years_in_a_row_are_a_range():
    years = ["2016", "2015", "2019", "2017", "2021", "2022"]
    assert year_ranges(years, "nl") == "2015–2017, 2019, 2021 en 2022"
