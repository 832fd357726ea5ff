"""The figures of sectors: what statistics cover of each, and the values over time."""

import pandas as pd
import pytest

import nltrade as nl
from cbs_replica import Replica, shih
from legible import assert_legible
from nltrade.charts import style
from nltrade.charts.coverage import draw_coverage
from nltrade.charts.sectors_over_time import draw_sectors_over_time
from nltrade.registry.entries import LANGS

SECTORS = nl.sectors()
KEYS = ["sector", "kind", "table", "flow", "period"]


@pytest.fixture(scope="module")
def fetched(tmp_path_factory):
    """A data folder with made-up divisions and groups, and the shipped figures with them."""
    folder = tmp_path_factory.mktemp("fetched")
    with Replica((shih(),)) as cbs, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NLTRADE_DATA", str(folder))
        patch.setenv("NLTRADE_CBS", cbs.url)
        nl.fetch("7137shih", years="2002:2012", partner=["RU", "WORLD", "EU", "NON-EU"])
        return folder, nl.load(partner="RU")


@pytest.fixture
def detailed(fetched, monkeypatch):
    monkeypatch.setenv("NLTRADE_DATA", str(fetched[0]))
    return fetched[1]


def words(chart):
    return " ".join(text.get_text() for text in chart.figure.texts).replace("\n", " ")


def coloured(axes):
    return [line for line in axes.lines if line.get_color() in (style.IMPORT, style.EXPORT)]


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
    assert all(sector.text(lang) in chart.alt for sector in SECTORS.values())


def test_coverage_draws_what_the_registry_says():
    chart = draw_coverage()
    assert len(chart.data) == 2 * len(SECTORS)
    for row in chart.data.itertuples():
        assert row.coverage == SECTORS[row.sector].coverage(row.kind)
        assert row.codes.split() == SECTORS[row.sector].codes(row.kind)
    drawn = " ".join(text.get_text() for text in chart.figure.axes[0].texts).split()
    for row in chart.data.itertuples():
        assert set(row.codes.split()) <= set(drawn)


def test_coverage_takes_other_sectors():
    few = {id: SECTORS[id] for id in ("oil", "csr")}
    assert draw_coverage(sectors=few).headline.startswith(
        "Trade statistics show 1 of 2 sectors directly, 0 in part, 1"
    )


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("partner", ["RU", "US", "DE", "NO", "LU"])
def test_sectors_over_time_is_legible_for_any_partner(shipped, partner, lang):
    chart = draw_sectors_over_time(shipped, partner=partner, lang=lang)
    assert_legible(chart.figure)
    assert chart.headline in chart.alt
    assert "sha256" in words(chart)


@pytest.mark.parametrize("lang", LANGS)
def test_many_panels_are_as_legible(detailed, lang):
    chart = draw_sectors_over_time(detailed, lang=lang)
    assert chart.data["sector"].nunique() >= 20
    assert_legible(chart.figure)
    some = {id: SECTORS[id] for id in list(SECTORS)[:6]}
    assert_legible(draw_sectors_over_time(detailed, sectors=some, lang=lang).figure)


def test_drawn_values_are_those_of_sector_trade(detailed):
    chart = draw_sectors_over_time(detailed)
    expected = nl.sector_trade(detailed, "RU").set_index(KEYS)["value_meur"]
    drawn = chart.data.set_index(KEYS)["value_meur"]
    pd.testing.assert_series_equal(drawn, expected.loc[drawn.index])
    panels = [
        axes for axes in chart.figure.axes if axes.lines and axes.get_ylim()[0] == 0 and axes.axison
    ]
    for id, axes in zip(chart.data["sector"].unique(), panels, strict=True):
        points = [value for line in axes.lines for value in line.get_ydata() if not pd.isna(value)]
        assert sorted(points) == sorted(chart.data.loc[chart.data["sector"] == id, "value_meur"])


def test_each_concept_has_one_table_and_no_part_year(detailed):
    data = draw_sectors_over_time(detailed).data
    goods = data[data["kind"] == "goods"]
    assert (goods.groupby(["sector", "concept"])["table"].nunique() == 1).all()
    services = data[(data["sector"] == "it") & (data["kind"] == "services")]
    assert set(services["table"]) == {"82616NED", "84765NED"}
    assert set(data.loc[data["sector"] == "oil", "table"]) == {"7137shih"}
    assert set(data.loc[data["sector"] == "energy", "table"]) == {
        "83028NED",
        "85427NED",
    }  # longer than 7137shih
    energy = data[(data["table"] == "83028NED") & (data["sector"] == "energy")]
    assert energy["period"].max() == "2021"


def test_lines_stop_at_breaks_and_where_a_year_is_missing(shipped):
    rows = shipped.copy()
    withheld = (rows["partner"] == "RU") & (rows["product"] == "3") & (rows["period"] == "2005")
    rows.loc[withheld, "value_meur"] = float("nan")
    absent = (rows["partner"] == "RU") & (rows["period"] == "2010")
    energy = {"energy": SECTORS["energy"]}
    chart = draw_sectors_over_time(rows[~absent], sectors=energy)
    blue = [line for line in chart.figure.axes[1].lines if line.get_color() == style.IMPORT]
    points = [[x for x, y in zip(*line.get_data(), strict=True) if not pd.isna(y)] for line in blue]
    assert points == [
        [2002, 2003, 2004, 2006, 2007],
        [2008, 2009, 2011, 2012],
        [2013, 2014],
        [*range(2015, 2021)],
        [2021],
    ]
    assert all(pd.isna(line.get_ydata()).sum() == 1 for line in blue[:2])
    assert 0 not in [value for line in blue for value in line.get_ydata()]


def test_goods_are_solid_and_services_dashed(shipped):
    key, _, services = draw_sectors_over_time(shipped).figure.axes
    assert {line.get_linestyle() for line in coloured(services)} == {"--"}
    assert {text.get_text() for text in key.texts} >= {
        "imports",
        "exports",
        "services",
        "goods, change of ownership",
    }


def test_the_footer_counts_what_is_not_drawn_and_says_what_brings_it(shipped, detailed):
    few, many = (words(draw_sectors_over_time(frame)) for frame in (shipped, detailed))
    assert f"Not drawn: {len(SECTORS) - 2} of {len(SECTORS)} sectors" in few
    assert "`nltrade fetch 7137shih` brings the classes of" in few
    assert "7137shih` brings" not in many
    assert "A line stops where the method changed: method change between 2007 and 2008" in many


def test_without_a_value_there_is_a_sentence(shipped):
    oil, csr = {"oil": SECTORS["oil"]}, {"csr": SECTORS["csr"]}
    with pytest.raises(
        nl.NoData,
        match=r"No whole year of Russia \(RU\).*these 1 sectors; not zero.*fetch 7137shih`",
    ):
        draw_sectors_over_time(shipped, sectors=oil)
    with pytest.raises(nl.NoData, match="None of these 1 sectors has a class of goods or services"):
        draw_sectors_over_time(shipped, sectors=csr)
    with pytest.raises(nl.UnknownName, match="no partner country"):
        draw_sectors_over_time(shipped, partner="WORLD")
