"""The figures of fuels and of services: legible, equal to the frame, and silent where CBS is."""

import pandas as pd
import pytest

import nltrade as nl
from legible import assert_legible
from nltrade import registry
from nltrade.charts import over_years as panels
from nltrade.charts import style
from nltrade.charts.fuels import draw_fuels
from nltrade.charts.services import draw_services
from nltrade.registry.entries import LANGS
from oracle import FUELS, IMPORT, RUSSIA, value

PARTNERS = ["RU", "US", "DE", "NO", "CN", "CY"]
DRAW = {"fuels": draw_fuels, "services": draw_services}


def words(chart):
    return " ".join(text.get_text() for text in chart.figure.texts).replace("\n", " ")


def without(frame, *, partner, period, product):
    """Empty the cells that match, as CBS does with what it withholds."""
    rows = frame.copy()
    cells = (
        (rows["partner"] == partner) & rows["period"].isin(period) & (rows["product"] == product)
    )
    rows.loc[cells, "value_meur"] = float("nan")
    return rows


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("partner", [*PARTNERS, "ZA", "GB", "SA", "NG"])
@pytest.mark.parametrize("name", DRAW)
def test_no_text_overlaps_another_or_is_cut(shipped, name, partner, lang):
    chart = DRAW[name](shipped, partner=partner, lang=lang)
    assert_legible(chart.figure)
    assert chart.headline in chart.alt
    assert len(chart.alt) > len(chart.headline) + 40


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAW)
def test_countries_with_the_longest_names_fit_or_are_said_not_to_be_published(shipped, name):
    countries = [partner for partner in registry.partners().values() if partner.kind == "country"]
    drawn = 0
    for partner in sorted(countries, key=lambda country: -len(country.name("nl")))[:40]:
        try:
            chart = DRAW[name](shipped, partner=partner.id, lang="nl")
        except nl.NoData as error:
            assert "published separately" in str(error)  # noqa: PT017
            continue
        assert_legible(chart.figure)
        drawn += 1
    assert drawn >= {"fuels": 35, "services": 3}[name]


@pytest.mark.parametrize("name", DRAW)
def test_the_source_is_named_and_a_figure_is_one_of_a_country(shipped, name):
    assert "CC BY 4.0" in words(DRAW[name](shipped, partner="RU"))
    with pytest.raises(nl.UnknownName, match="no partner country"):
        DRAW[name](shipped, partner="WORLD")
    assert DRAW[name](shipped, partner="RU").image("svg") == DRAW[name](
        shipped, partner="RU"
    ).image("svg")


# Fuels


@pytest.mark.parametrize("lang", LANGS)
def test_fuels_are_those_of_the_frame(shipped, lang):
    chart = draw_fuels(shipped, partner="RU", lang=lang)
    rows = chart.data.query("table == '83028NED'")
    years = range(2002, 2023)
    assert rows["fuels_meur"].tolist() == [
        value(RUSSIA, year, IMPORT, product=FUELS) for year in years
    ]
    assert rows["import_meur"].tolist() == [value(RUSSIA, year, IMPORT) for year in years]
    number = {"en": ("91.9%", "25.6%"), "nl": ("91,9%", "25,6%")}[lang]
    assert all(each in chart.headline for each in number)
    upper = chart.figure.axes[0]
    heights = {
        round(bar.get_x() + bar.get_width() / 2): bar.get_y() + bar.get_height()
        for bar in upper.patches[:42]
    }
    assert heights == pytest.approx(dict(zip(years, rows["import_meur"], strict=True)))


def test_the_share_of_all_partners_is_drawn_in_grey(shipped):
    chart = draw_fuels(shipped, partner="RU")
    lower = chart.figure.axes[2]
    grey = [line for line in lower.lines if line.get_color() == style.GREY]
    drawn = {
        int(x): y for line in grey for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }
    rows = chart.data.query("table == '83028NED'")
    assert drawn == dict(zip(rows["period"].astype(int), rows["world_share_pct"], strict=True))
    assert drawn[2012] == pytest.approx(100 * 99604 / 389449)


def test_shares_stop_at_breaks_and_part_years_are_hollow_and_striped(shipped):
    above, _, below, _ = draw_fuels(shipped, partner="RU").figure.axes
    dark = [line for line in below.lines if line.get_color() == style.IMPORT]
    assert [list(line.get_xdata()) for line in dark if line.get_linestyle() != "None"] == [
        list(range(2002, 2008)),
        list(range(2008, 2013)),
        [2013, 2014],
        list(range(2015, 2021)),
        [2021],
    ]
    (hollow,) = [line for line in dark if line.get_linestyle() == "None"]
    assert list(hollow.get_xdata()) == [2022]
    assert {
        round(bar.get_x() + bar.get_width() / 2)
        for bar in above.patches
        if bar.get_hatch() == "///////"
    } == {2022}
    assert "Striped bars and hollow marks: 2022 and 2026" in words(
        draw_fuels(shipped, partner="RU")
    )


def test_fuels_that_are_withheld_are_a_gap_not_a_zero(shipped):
    rows = without(shipped, partner="NO", period=["2011", "2012"], product="3")
    chart = draw_fuels(rows, partner="NO", period=2012)
    assert chart.headline.startswith(
        "CBS does not publish the mineral fuels in the imports from Norway in 2012"
    )
    assert "25.6%" in chart.headline
    withheld = chart.data[chart.data["period"].isin(["2011", "2012"])]
    assert withheld[["fuels_meur", "share_pct"]].isna().all(axis=None)
    below = chart.figure.axes[2]
    dark = [line for line in below.lines if line.get_color() == style.IMPORT]
    drawn = {
        int(x)
        for line in dark
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
        if pd.notna(y)
    }
    assert not drawn & {2011, 2012}
    dotted = [bar for bar in chart.figure.axes[0].patches if bar.get_hatch() == "....."]
    assert [bar.get_height() for bar in dotted[:2]] == [10343, 12462]
    assert "2011 and 2012 (83028NED)" in words(chart)
    assert "not published" in [
        text.get_text().replace("\n", " ") for text in chart.figure.axes[0].texts
    ]
    assert_legible(chart.figure)


def test_what_cbs_itself_withholds_is_left_out(shipped):
    chart = draw_fuels(shipped, partner="ZA", period=2020)
    assert (
        "does not publish the mineral fuels in the imports from South Africa in 2020"
        in chart.headline
    )
    assert "2019, 2020 and 2022 (83028NED); 2019, 2020 and 2022 (85427NED)" in words(chart)


def test_a_total_that_is_withheld_has_no_bar_and_no_share(shipped):
    rows = without(shipped, partner="NO", period=["2012"], product="TOTAL")
    chart = draw_fuels(rows, partner="NO", period=2012)
    assert chart.headline.startswith("CBS does not publish the total imports from Norway in 2012")
    assert "2012" not in {
        str(round(bar.get_x() + bar.get_width() / 2)) for bar in chart.figure.axes[0].patches
    }
    assert "No bar and no share" in words(chart)


def test_a_year_with_two_concepts_says_which_and_a_part_year_says_so(shipped):
    assert draw_fuels(shipped, partner="RU", period=2019).headline.endswith("(border crossing)")
    assert "2026 (January–July)" in draw_fuels(shipped, partner="RU", period=2026).headline


def test_fuels_without_any_figure_are_an_error(shipped):
    years = list(shipped["period"].unique())
    rows = without(
        without(shipped, partner="NO", period=years, product="3"),
        partner="NO",
        period=years,
        product="TOTAL",
    )
    with pytest.raises(
        nl.NoData, match=r"No yearly imports from Norway \(NO\) are published separately.*not zero"
    ):
        draw_fuels(rows, partner="NO")
    with pytest.raises(nl.NoData, match="No rows with period 1999"):
        draw_fuels(shipped, partner="NO", period=1999)


# Services


def test_services_are_those_of_the_frame(shipped):
    chart = draw_services(shipped, partner="US")
    same = ["table", "flow", "product", "period"]
    frame = shipped[(shipped["partner"] == "US") & (shipped["kind"] == "services")]
    both = chart.data.merge(frame[[*same, "value_meur"]], on=same, suffixes=("", "_frame"))
    assert len(both) == len(chart.data)
    pd.testing.assert_series_equal(both["value_meur"], both["value_meur_frame"], check_names=False)
    assert set(chart.data["product"]) == {"S", "SDB", "SH", "SI", "SL"}
    assert "exports €36,401m, imports €51,446m" in chart.headline
    assert "charges for the use of intellectual property (imports, €21,496m)" in chart.headline


def test_tables_are_never_joined_and_2020_is_in_two_of_them(shipped):
    chart = draw_services(shipped, partner="RU")
    exports = [line for line in chart.figure.axes[1].lines if line.get_linewidth() == 2.8]
    assert [list(line.get_xdata()) for line in exports] == [
        list(range(2003, 2014)),
        list(range(2014, 2021)),
        list(range(2020, 2026)),
    ]
    assert exports[1].get_ydata()[-1] == 1553
    assert exports[2].get_ydata()[0] == 1974
    said = words(chart)
    assert (
        "2020 is in two tables that differ, 82616NED and, published later, 84765NED; both are drawn"
        in said
    )
    assert "from the fifth manual (BPM5) to the sixth (BPM6), 80414ned to 82616NED" in said
    assert "The classes of 80414ned follow the fifth manual" in said
    assert "Figures of 2025: status not given" in said


def test_a_class_that_is_not_published_is_a_gap(shipped):
    chart = draw_services(shipped, partner="RU")
    assert (
        chart.data.query("product == 'SH' and flow == 'export' and period == '2023'")["value_meur"]
        .isna()
        .all()
    )
    drawn = [
        (x, y)
        for line in chart.figure.axes[1].lines
        if line.get_linewidth() == 1.3
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
        if pd.notna(y)
    ]
    rows = chart.data.query("product != 'S' and flow == 'export'").dropna(subset=["value_meur"])
    assert sorted(drawn) == sorted(zip(rows["period"].astype(int), rows["value_meur"], strict=True))
    assert "CBS publishes no figure; that is not zero" in words(chart)


def test_a_year_without_a_row_is_a_gap_too(shipped):
    rows = shipped[~((shipped["partner"] == "RU") & (shipped["period"] == "2017"))]
    chart = draw_services(rows, partner="RU")
    (line,) = [
        one
        for one in chart.figure.axes[0].lines
        if one.get_linewidth() == 2.8 and one.get_xdata()[0] == 2014
    ]
    assert dict(zip(line.get_xdata(), pd.isna(line.get_ydata()), strict=True))[2017]


@pytest.mark.parametrize("lang", LANGS)
def test_a_partner_with_totals_only_is_drawn(shipped, lang):
    rows = shipped[(shipped["product"] == "S") | (shipped["kind"] == "goods")]
    chart = draw_services(rows, partner="RU", lang=lang)
    assert (
        chart.headline
        == {
            "en": "Services with Russia in 2025: exports €744m, imports €346m",
            "nl": "Diensten met Rusland in 2025: uitvoer €\xa0744\xa0mln, invoer €\xa0346\xa0mln",
        }[lang]
    )
    assert_legible(chart.figure)


def test_one_flow_or_no_total_is_said(shipped):
    russia = (shipped["partner"] == "RU") & (shipped["product"] == "S")
    rows = shipped.copy()
    rows.loc[russia & (rows["flow"] == "import") & (rows["period"] == "2025"), "value_meur"] = (
        float("nan")
    )
    assert (
        "exports €744m; the imports are not published" in draw_services(rows, partner="RU").headline
    )
    rows.loc[russia, "value_meur"] = float("nan")
    chart = draw_services(rows, partner="RU")
    assert "some classes are published, but not the total" in chart.headline
    assert_legible(chart.figure)


def test_negative_services_are_drawn_below_zero(shipped):
    rows = shipped.copy()
    rows.loc[
        (rows["partner"] == "RU") & (rows["period"] == "2025") & (rows["flow"] == "import"),
        "value_meur",
    ] *= -1
    chart = draw_services(rows, partner="RU")
    assert "imports −€346m" in chart.headline
    assert chart.figure.axes[0].get_ylim()[0] < -346
    assert_legible(chart.figure)


def test_more_classes_than_colours_are_cut_to_the_largest_and_said(shipped):
    services = shipped[(shipped["partner"] == "US") & (shipped["product"] == "SI")]
    more = [
        services.assign(product=id, value_meur=100.0 * at)
        for at, id in enumerate(["SA", "SB", "SC", "SE", "SI1"])
    ]
    chart = draw_services(pd.concat([shipped, *more], ignore_index=True), partner="US")
    assert "Of 8 classes the 6 largest are drawn." in words(chart)
    assert set(chart.data["product"]) == {
        "S",
        "SDB",
        "SH",
        "SI",
        "SB",
        "SC",
        "SE",
    }  # SI1 is inside SI
    assert_legible(chart.figure)


def test_services_without_any_figure_are_an_error(shipped):
    with pytest.raises(
        nl.NoData,
        match=r"No yearly services with Sint Maarten \(SX\) are published separately.*not zero",
    ):
        draw_services(shipped, partner="SX")
    with pytest.raises(nl.NoData, match=r"No rows with kind services\. Here: goods"):
        draw_services(shipped[shipped["kind"] == "goods"], partner="RU")


def test_years_in_a_row_are_a_range():
    assert (
        panels.year_ranges(["2016", "2015", "2019", "2017", "2021", "2022"], "nl")
        == "2015–2017, 2019, 2021 en 2022"
    )
