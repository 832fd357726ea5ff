"""The figures of sectors and of the other side: legible, equal to the files, one source a mark."""

import csv
import re

import msgspec
import pandas as pd
import pytest

import nltrade as nl
from cbs_replica import Replica, shih
from conftest import in_turn
from legible import assert_legible, drawn_texts
from nltrade import registry
from nltrade.charts import style
from nltrade.charts.coverage import draw_coverage
from nltrade.charts.sectors import draw_sectors
from nltrade.charts.sectors_over_time import draw_sectors_over_time
from nltrade.charts.suppliers import draw_suppliers
from nltrade.charts.two_sides import draw_two_sides
from nltrade.registry.entries import LANGS
from nltrade.sources import store

SECTORS = nl.sectors()
FOLDER = store.find("comtrade-partner")[0].folder


def usd(flow, year, *codes):
    """Add up dollars of the raw file, read by other means than the package's."""
    with (FOLDER / "Comtrade.csv").open(encoding="utf-8") as file:
        rows = [
            float(row["primaryValue"])
            for row in csv.DictReader(file)
            if (row["flowCode"], row["refYear"]) == (flow, year) and row["cmdCode"] in codes
        ]
    assert rows
    return sum(rows)


def euro(flow, year, *codes):
    return usd(flow, year, *codes) / registry.rates()[year] / 1e6


@pytest.fixture(scope="module")
def theirs():
    return nl.other_side("Russia")


@pytest.fixture(scope="module")
def detailed(tmp_path_factory):
    """The shipped figures with made-up divisions and groups."""
    folder = tmp_path_factory.mktemp("fetched")
    with Replica((shih(),)) as cbs, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NLTRADE_DATA", str(folder))
        patch.setenv("NLTRADE_CBS", cbs.url)
        nl.fetch("7137shih", years="2002:2012", partner=["RU", "WORLD", "EU", "NON-EU"])
        return nl.load(partner="RU")


def draw(name, shipped, theirs, lang="en", partner="RU", period=2012):
    return nl.charts.draw(
        name, shipped, [], partner=partner, period=period, lang=lang, other_side=theirs
    )


FIGURES = ["sectors", "sectors_over_time", "two_sides", "suppliers"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_the_other_side_says_whose_it_is_and_is_legible(shipped, theirs, name, lang):
    chart = draw(name, shipped, theirs, lang)
    assert_legible(chart.figure)
    words = {"en": "as reported by Russia", "nl": "volgens opgave van Rusland"}[lang]
    assert words in chart.subtitle or words in chart.headline
    assert "UN Comtrade" in chart.footer[-1]
    assert "2012" in chart.headline
    texts = [text.get_text() for text in chart.figure.texts]
    (footer,) = [text for text in texts if "UN Comtrade" in " ".join(text.split())]
    assert footer.count("\n") == 1


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize(("period", "lang"), in_turn(2004, 2009, 2015, 2020))
def test_headlines_of_other_years_are_as_short(shipped, theirs, name, lang, period):
    chart = draw(name, shipped, theirs, lang, period=period)
    assert len(re.split("[ \n]", chart.headline)) <= 12
    assert chart.headline.count("None") == 0
    assert str(period) in chart.headline


def test_rings_are_the_records_of_the_file_at_the_rate_of_the_year(shipped, theirs):
    data = draw_sectors(shipped, period=2012, other_side=theirs).data
    rings = data[data["by"] == "RU"]
    assert len(rings[rings["kind"] == "goods"]) == 10
    for row in rings.itertuples():
        sector, _, part = row.row.partition("/")
        codes = [part] if part else SECTORS[sector].hs
        expected = euro("M", "2012", *(code.removeprefix("HS") for code in codes))
        assert row.value_meur == pytest.approx(expected, rel=1e-9)
    assert rings.set_index("row")["value_meur"].round().loc["health"] == 496


def test_figures_add_up_chapters_as_sector_trade_does(shipped, theirs):
    key = ["sector", "period"]
    data = draw_sectors_over_time(shipped, other_side=theirs).data
    drawn = data[data["table"] == "comtrade-partner"].set_index(key)["value_meur"].sort_index()
    bought = theirs.trade[theirs.trade["flow"] == "export"]
    asked = nl.sector_trade(bought, "RU").query("flow == 'export'").set_index(key).sort_index()
    assert len(drawn) >= 200
    # where a trifle of a sector is withheld, what is known of it is drawn
    expected = asked["value_meur"].fillna(asked["low_meur"])[drawn.index]
    pd.testing.assert_series_equal(drawn, expected, check_names=False, atol=1e-6)


def test_medicines_are_the_part_of_life_sciences_that_a_chapter_shows(shipped, theirs):
    assert SECTORS["health"].hs_coverage == "proxy"
    data = draw_sectors(shipped, period=2012, other_side=theirs, lang="en").data
    (medicines,) = data[data["row"].str.startswith("health")].itertuples()
    assert medicines.name == "medicines (life sciences & health)"
    assert round(medicines.value_meur) == 496


@pytest.mark.parametrize("name", ["sectors", "sectors_over_time"])
def test_sectors_that_are_all_below_half_a_million_are_left_out(shipped, name):
    with pytest.raises(nl.NoData, match=r"No sector of Kiribati .*came to half a million euro"):
        draw(name, shipped, nl.other_side("KI"), partner="KI", period=2019)


def test_the_year_of_the_briefing_is_marked_in_every_panel_of_sectors(shipped):
    chart = draw("sectors_over_time", shipped, None, partner="CN", period=2024)
    panels = [ax for ax in chart.figure.axes if ax.axison]
    assert len(panels) == 4
    for ax in panels:
        (band,) = ax.patches
        assert band.get_x() + band.get_width() / 2 == 2024
        (bold,) = [label for label in ax.get_xticklabels() if label.get_fontweight() == "bold"]
        assert (bold.get_text(), bold.get_rotation()) == ("2024", 0)


@pytest.mark.parametrize("size", ["page", "column", "phone"])
@pytest.mark.parametrize("name", FIGURES)
def test_no_text_of_a_figure_of_sectors_is_small(shipped, theirs, name, size):
    texts = drawn_texts(draw(name, shipped, theirs, "nl").draw(size))
    assert min(text.get_fontsize() for text in texts) >= 9


@pytest.mark.parametrize("draw_it", [draw_sectors, draw_sectors_over_time])
def test_no_word_of_the_name_of_a_sector_is_broken(shipped, theirs, draw_it):
    long = msgspec.structs.replace(SECTORS["agriculture"], nl="made-upconstructionofwords of one")
    chart = draw_it(shipped, sectors=SECTORS | {"agriculture": long}, other_side=theirs, lang="nl")
    drawn = {word for text in drawn_texts(chart.draw("phone")) for word in text.get_text().split()}
    assert "made-upconstructionofwords" in drawn


def test_what_is_drawn_is_what_is_told(shipped, theirs):
    chart = draw_sectors(shipped, period=2012, other_side=theirs)
    _, exports, imports = chart.figure.axes
    for ax, flow in [(exports, "export"), (imports, "import")]:
        rows = chart.data[chart.data["flow"] == flow]
        bars = [bar.get_width() for bar in ax.patches]
        assert bars == rows.loc[rows["by"] == "CBS", "value_meur"].tolist()
        rings = [x for line in ax.lines if line.get_marker() == "o" for x in line.get_xdata()]
        assert rings == rows.loc[rows["by"] == "RU", "value_meur"].tolist()


def test_a_ring_never_stands_in_a_bar(shipped, theirs):
    exports = draw_sectors(shipped, period=2012, other_side=theirs).figure.axes[1]
    bars = [bar.get_y() + bar.get_height() / 2 for bar in exports.patches]
    rings = [y for line in exports.lines if line.get_marker() == "o" for y in line.get_ydata()]
    assert len(bars) == 2
    assert min(abs(bar - ring) for bar in bars for ring in rings) > 0.2


def test_what_the_partner_says_it_sold_is_no_level(shipped, theirs):
    data = draw_sectors(shipped, period=2012, other_side=theirs).data
    assert set(data.loc[data["flow"] == "import", "by"]) == {"CBS"}
    over_time = draw_sectors_over_time(shipped, other_side=theirs).data
    assert "comtrade-partner" not in set(over_time.loc[over_time["flow"] == "import", "table"])


def test_a_flow_that_comes_to_nothing_is_named_and_has_no_panel(shipped):
    # imports of fuels from Greenland are zero in each year that is published
    chart = draw_sectors_over_time(shipped, partner="GL", period=2018)
    assert set(chart.data.query("flow == 'import'")["value_meur"]) == {0.0}
    (panel,) = [ax for ax in chart.figure.axes if ax.axison]
    assert panel.get_ylim()[1] > 10
    told = " ".join(text.get_text() for text in chart.figure.texts)
    assert "Too small to be seen on this scale: in imports energy." in told
    assert "imports from Greenland, in" not in told


def test_the_title_of_a_flow_is_whole_on_a_phone(shipped):
    chart = draw_sectors(shipped, partner="BQ", period=2016)
    figure = chart.draw("phone", framed=False)
    assert "imports from the Caribbean Netherlands" in [text.get_text() for text in figure.texts]
    assert_legible(figure)


def test_a_partner_with_an_article_has_it_where_no_sector_has_a_figure(shipped):
    chart = draw_sectors_over_time(shipped, partner="US", period=2026)
    assert chart.headline == "No sector of the United States has a figure for 2026"


@pytest.mark.parametrize("lang", LANGS)
def test_sectors_without_a_figure_are_one_line_of_text(shipped, theirs, lang):
    chart = draw_sectors(shipped, period=2012, other_side=theirs, lang=lang)
    drawn = set(chart.data["row"])
    without = [sector.text(lang) for id, sector in SECTORS.items() if id not in drawn]
    assert len(without) == 18
    told = " ".join(text.get_text() for text in chart.figure.texts)
    for name in without:
        assert name in " ".join(told.split())


def test_reported_figures_stand_apart_with_who_reported_them(shipped, theirs):
    chart = draw_sectors(shipped, period=2012, other_side=theirs)
    (dairy,) = chart.data[chart.data["kind"] == "reported"].itertuples()
    assert dairy.value_meur == 187
    assert "De Ondernemer" in dairy.label


@pytest.mark.parametrize(("partner", "lang"), in_turn("US", "DE", "NO", "LU"))
@pytest.mark.parametrize("draw_it", [draw_sectors, draw_sectors_over_time])
def test_without_a_report_a_figure_shows_what_cbs_has(shipped, draw_it, partner, lang):
    chart = draw_it(shipped, partner=partner, lang=lang)
    assert_legible(chart.figure)
    assert len(re.split("[ \n]", chart.headline)) <= 12
    assert "Comtrade" not in chart.caption
    assert "comtrade-partner" not in set(chart.data["table"])


@pytest.mark.parametrize("draw_it", [draw_sectors, draw_sectors_over_time])
def test_many_sectors_are_as_legible(detailed, theirs, draw_it):
    chart = draw_it(detailed, other_side=theirs)
    column = "row" if "row" in chart.data else "sector"
    assert len(set(chart.data[column]) & set(SECTORS)) >= 20
    assert_legible(chart.figure)


def test_lines_of_sources_are_never_joined_and_stop_at_breaks(shipped, theirs):
    chart = draw_sectors_over_time(
        shipped, sectors={"energy": SECTORS["energy"]}, other_side=theirs
    )
    colours = {style.EXPORT, style.EXPORT_LIGHT, style.SUBJECT}
    lines = [line for ax in chart.figure.axes for line in ax.lines if line.get_color() in colours]
    spans = {}
    for line in lines:
        years = line.get_xdata()
        spans.setdefault(line.get_color(), []).append((int(years[0]), int(years[-1])))
    assert (2000, 2020) in spans[style.SUBJECT]
    broken = [(2002, 2007), (2008, 2012), (2013, 2013), (2015, 2020), (2021, 2021)]
    assert spans[style.EXPORT] == broken  # 2014 is not published


def test_the_panels_of_a_flow_share_one_scale(shipped, theirs):
    chart = draw_sectors_over_time(shipped, other_side=theirs)
    panels = [ax for ax in chart.figure.axes if ax.axison]
    scales = [ax.get_ylim()[1] for ax in panels]
    highest = chart.data.groupby("flow")["value_meur"].max()
    assert sorted(set(scales)) == pytest.approx(sorted(1.06 * highest))

    # a sector that would be a flat line on its scale is named, and has no panel
    each = chart.data.groupby(["flow", "sector", "kind"])["value_meur"].max().reset_index()
    is_flat = each["value_meur"] < 0.1 * each["flow"].map(highest)
    assert len(scales) == (~is_flat).sum() > 5
    drawn = " ".join(text.get_text() for text in chart.figure.texts)
    assert is_flat.sum() > 3
    for sector in each.loc[is_flat, "sector"]:
        assert SECTORS[sector].text("en") in " ".join(drawn.split())


def test_two_sides_are_the_totals_of_both(shipped, theirs):
    chart = draw_two_sides(shipped, period=2012, other_side=theirs)
    of_year = chart.data.query("period == '2012'").set_index(["side", "line"])["value_meur"]
    assert of_year["export", "export"] == 7068
    assert of_year["export", "domestic export"] == 4259
    assert of_year["export", "RU"] == pytest.approx(euro("M", "2012", "TOTAL"))
    assert of_year["import", "RU"] == pytest.approx(euro("X", "2012", "TOTAL"))
    assert "€20.3bn according to CBS, €59.2bn according to Russia" in chart.headline


def test_two_sides_end_with_the_last_year_of_both_and_mark_where_a_line_stops(shipped, theirs):
    chart = draw_two_sides(shipped, period=2012, other_side=theirs)
    assert shipped.query("table == '83028NED' and freq == 'A'")["period"].max() > "2020"
    ends = chart.data.groupby("line")["period"].max()
    assert set(ends) == {"2020"} == {theirs.trade["period"].max()}
    for ax in chart.figure.axes:
        stops = [each.get_segments()[0][0][0] for each in ax.collections]
        assert stops == [2007.5, 2012.5, 2014.5]
        assert "new method" in [text.get_text() for text in ax.texts]


def test_a_year_that_the_partner_did_not_report_says_what_would_bring_it(shipped, theirs):
    with pytest.raises(nl.NoData, match="fetch comtrade-partner --partner RU --years 2022"):
        draw_two_sides(shipped, period=2022, other_side=theirs)
    with pytest.raises(nl.NoData, match="reported of 2012 is not here"):
        draw_two_sides(shipped, partner="CN", period=2012, other_side=nl.other_side())


def test_suppliers_are_the_sums_of_the_file(theirs):
    data = draw_suppliers(period=2012, other_side=theirs).data.set_index("product")
    with (FOLDER / "suppliers.csv").open(encoding="utf-8") as file:
        rows = {f"HS{r['hs']}": r for r in csv.DictReader(file) if r["year"] == "2012"}
    for code, row in data.iterrows():
        own, whole = (float(rows[code][name]) for name in ("nl_usd", "suppliers_usd"))
        assert row["share_pct"] == pytest.approx(100 * own / whole)
        assert row["place"] == int(rows[code]["nl_place"])
    assert data.loc["HS06", ["place", "countries"]].tolist() == [1, 62]


def test_no_place_is_told_where_chapters_of_suppliers_are_incomplete(theirs):
    chart = draw_suppliers(period=2009, other_side=theirs)
    assert chart.data["place"].isna().all()
    assert "first" not in chart.headline
    assert "No places: the chapters of some suppliers are incomplete in 2009" in chart.caption


def test_without_a_value_there_is_a_sentence(shipped):
    oil, csr = {"oil": SECTORS["oil"]}, {"csr": SECTORS["csr"]}
    with pytest.raises(
        nl.NoData, match=r"of this sector is here for Russia \(RU\); that does not mean zero"
    ):
        draw_sectors_over_time(shipped, sectors=oil)
    with pytest.raises(nl.NoData, match="No sector here has a class of goods or services"):
        draw_sectors_over_time(shipped, sectors=csr)
    with pytest.raises(nl.UnknownName, match="no partner country"):
        draw_sectors_over_time(shipped, partner="WORLD")
    with pytest.raises(nl.NoData, match="What others sold to China in 2012 is not here"):
        draw_suppliers(partner="CN", other_side=nl.other_side())


@pytest.mark.parametrize("lang", LANGS)
def test_coverage_is_legible_and_counts_every_sector_once(lang):
    chart = draw_coverage(lang=lang)
    assert_legible(chart.figure)
    best = chart.data.groupby("sector", sort=False)["coverage"].agg(
        lambda both: next(each for each in ("direct", "proxy", "none") if each in set(both))
    )
    counts = best.value_counts().reindex(["direct", "proxy", "none"], fill_value=0)
    digits = [int(word) for word in chart.headline.replace(",", " ").split() if word.isdigit()]
    assert digits == [counts["direct"], len(SECTORS), counts["proxy"], counts["none"]]
    assert counts.sum() == len(SECTORS)
    direct = best.index[best == "direct"]
    assert all(SECTORS[id].text(lang) in chart.alt for id in direct)


def test_coverage_draws_what_the_registry_says():
    chart = draw_coverage()
    assert len(chart.data) == 2 * len(SECTORS)
    for row in chart.data.itertuples():
        assert row.coverage == SECTORS[row.sector].coverage(row.kind)
        assert row.codes.split() == SECTORS[row.sector].codes(row.kind)
    discs = {line.get_fillstyle(): len(line.get_xdata()) for line in chart.figure.axes[0].lines}
    counts = chart.data["coverage"].value_counts() + 1  # and one of each in the legend
    assert discs == {"full": counts["direct"], "left": counts["proxy"], "none": counts["none"]}


def test_coverage_takes_other_sectors():
    few = {id: SECTORS[id] for id in ("oil", "csr")}
    headline = draw_coverage(sectors=few).headline
    assert headline == "1 of 2 sectors shown directly, 0 in part, 1 not"
