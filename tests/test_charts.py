import os
import subprocess
import sys
from contextlib import suppress

import msgspec
import pandas as pd
import pytest

import nltrade as nl
from conftest import ROOT
from legible import assert_legible
from nltrade import registry
from nltrade.charts import NAMES, draw, style
from nltrade.figures import Question, read_manifest
from nltrade.files import sha256
from nltrade.registry.entries import LANGS
from oracle import EXPORT, FUELS, IMPORT, REEXPORT, RUSSIA, value

pytestmark = pytest.mark.xdist_group("charts")  # what its tests share is made once
FIGURES = ROOT / "figures"
SOURCE = "83028NED", "2023-01-04", "f4158376"
EACH = [(name, lang) for name in NAMES for lang in LANGS]


@pytest.fixture(scope="module")
def charts(shipped):
    verdicts = nl.check_claims(shipped)
    return {
        (name, lang): draw(name, shipped, verdicts, partner="RU", period=2012, lang=lang)
        for name, lang in EACH
    }


@pytest.mark.parametrize("each", EACH, ids="-".join)
def test_committed_figures_are_the_ones_the_code_draws(charts, each, tmp_path):
    # what is drawn: a letter may have other pixels where matplotlib is built otherwise
    for path in charts[each].save(tmp_path, ["svg", "csv"]):
        assert path.read_bytes() == (FIGURES / path.name).read_bytes(), (
            f"{path.name} changed: run `nltrade figures`"
        )


def test_the_committed_manifest_says_what_the_committed_figures_are_made_of(charts):
    committed = read_manifest(FIGURES)
    expected = {f"{name}.{lang}.{format}" for name, lang in EACH for format in Question().formats}
    assert set(committed) == expected
    assert {path.name for path in FIGURES.iterdir()} == expected | {"manifest.json"}
    for file, record in committed.items():
        assert record.sha256 == sha256(FIGURES / file), file
        name, lang, _ = file.split(".")
        assert record.numbers == sha256(FIGURES / f"{name}.{lang}.csv"), file
        drawn = set(charts[name, lang].data.get("table", []))
        assert set(record.tables) == {table for both in drawn for table in both.split(" + ")}, file


@pytest.mark.parametrize("format", ["png", "svg", "pdf"])
def test_drawing_twice_gives_the_same_bytes(shipped, charts, format):
    again = nl.charts.draw_over_time(shipped, partner="RU")
    assert again.image(format) == charts["over_time", "en"].image(format)


@pytest.mark.parametrize("each", EACH, ids="-".join)
def test_no_text_overlaps_another_or_is_cut(charts, each):
    assert_legible(charts[each].figure)


def test_what_is_drawn_is_what_cbs_publishes(charts):
    for lang in LANGS:
        parts = charts["composition", lang].data.set_index("part")["value_meur"]
        assert parts["fuels"] == value(RUSSIA, 2012, IMPORT, product=FUELS)
        assert parts["other-goods"] == value(RUSSIA, 2012, IMPORT) - value(
            RUSSIA, 2012, IMPORT, product=FUELS
        )
        assert parts["re-export"] == value(RUSSIA, 2012, REEXPORT)
        lines = charts["over_time", lang].data.query("table == '83028NED'")
        assert lines["import"].tolist() == [
            value(RUSSIA, year, IMPORT) for year in range(2002, 2023)
        ]
        assert lines["export"].tolist() == [
            value(RUSSIA, year, EXPORT) for year in range(2002, 2023)
        ]


def test_lines_stop_at_breaks_and_part_years_stand_apart(charts):
    crossing, ownership = charts["over_time", "en"].figure.axes
    blue = [line for line in crossing.lines if line.get_color() == style.IMPORT]
    pieces = [list(line.get_xdata()) for line in blue if line.get_linestyle() != "None"]
    assert pieces == [
        list(range(2002, 2008)),
        list(range(2008, 2013)),
        [2013, 2014],
        list(range(2015, 2021)),
        [2021],
    ]
    (hollow,) = [line for line in blue if line.get_linestyle() == "None"]
    assert list(hollow.get_xdata()) == [2022]
    assert hollow.get_markerfacecolor() == style.PAGE
    assert 2026 not in [
        x for line in ownership.lines if line.get_linestyle() == "-" for x in line.get_xdata()
    ]


def test_a_cell_that_cbs_withholds_is_drawn_as_not_published(shipped):
    rows = shipped.copy()
    withheld = (rows["partner"] == "RU") & (rows["product"] == "3")
    rows.loc[withheld, "value_meur"] = float("nan")
    chart = nl.charts.draw_composition(rows, partner="RU", period=2012)
    assert chart.data.query("flow == 'import'")["part"].tolist() == ["whole-not-published"]
    assert "does not publish mineral fuels" in chart.headline


def test_the_footer_names_source_modification_date_hash_and_licence(charts):
    for (name, _), chart in charts.items():
        words = " ".join(text.get_text() for text in chart.figure.texts).replace("\n", " ")
        if name == "coverage":  # draws no figure of CBS
            assert "SITC" in words
            continue
        table, date, hash = ("84765NED", "2026-09-10", "76a68ac7") if name == "services" else SOURCE
        assert table in words
        assert f"{date}, sha256 {hash}" in words
        assert "CC BY 4.0" in words


def test_a_figure_that_does_not_exist_says_which_do(shipped):
    with pytest.raises(nl.UnknownName, match=r"Did you mean 'ranking'\?.*reported, over_time"):
        draw("rankin", shipped, [], partner="RU", period=2012, lang="en")


def test_a_partner_without_figures_is_an_error_not_an_empty_picture(shipped):
    with pytest.raises(
        nl.NoData,
        match=r"Croatia \(HR\) is not published separately in 83028NED for 2012; not zero",
    ):
        nl.charts.draw_ranking(shipped, partner="HR", period=2012)
    with pytest.raises(nl.NoData, match=r"Croatia \(HR\) is not published separately"):
        nl.charts.draw_composition(shipped, partner="HR", period=2012)
    with pytest.raises(nl.NoData, match="None of these claims"):
        nl.charts.draw_reported([])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["over_time", "composition"])
def test_every_partner_is_drawn_or_said_not_to_be_published(shipped, name):
    countries = [p.id for p in registry.partners().values() if p.kind == "country"]
    drawn = 0
    for partner in countries:
        with suppress(nl.NoData):
            drawn += bool(draw(name, shipped, [], partner=partner, period=2019, lang="nl").alt)
    assert drawn > 200


@pytest.mark.parametrize("partner", ["WORLD", "NL", "OTHER-ASIA"])
def test_a_figure_is_one_of_a_country(shipped, partner):
    for name in ("over_time", "ranking", "composition"):
        with pytest.raises(nl.UnknownName, match="no partner country"):
            draw(name, shipped, [], partner=partner, period=2012, lang="en")


def test_a_language_without_texts_is_an_error(shipped):
    with pytest.raises(nl.UnknownName, match=r"No language 'de'\. Texts are in en and nl"):
        nl.charts.draw_composition(shipped, lang="de")


def test_a_part_year_is_named_in_headline_and_subtitle(shipped):
    for name in ("ranking", "composition"):
        chart = draw(name, shipped, [], partner="US", period=2026, lang="en")
        assert "2026 (January–July)" in chart.headline
        assert "2026 (January–July)" in chart.figure.texts[1].get_text().replace("\n", " ")


def test_the_reported_figure_keeps_to_one_partner_and_year(shipped):
    claims = nl.claims()
    other = msgspec.structs.replace(claims["exports-2012"], partner="CN", year=2013)
    chart = nl.charts.draw_reported(nl.check_claims(shipped, [claims["imports-2012"], other]))
    assert chart.data["claim"].tolist() == ["imports-2012"]
    rounded = nl.charts.draw_reported(nl.check_claims(shipped, [claims["first-imports-2012"]]))
    assert rounded.data[["reported_meur", "from_meur", "upto_meur"]].values.tolist() == [
        [20300, 20250, 20350]
    ]


def test_nothing_is_half_written(shipped, tmp_path, monkeypatch):
    chart = nl.charts.draw_composition(shipped)
    monkeypatch.setattr("os.fdopen", _full)
    with pytest.raises(OSError, match="No space left"):
        chart.save(tmp_path)
    assert not list(tmp_path.iterdir())


def _full(handle, _mode):
    os.close(handle)
    raise OSError(28, "No space left on device")


def test_importing_nltrade_loads_neither_matplotlib_nor_jinja_nor_http():
    code = (
        "import sys, nltrade; heavy = {'matplotlib', 'jinja2', 'requests', 'httpx', 'urllib3', 'http.client'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_chart_keeps_its_numbers_as_csv(charts, tmp_path):
    chart = charts["ranking", "en"]
    chart.save(tmp_path)
    again = pd.read_csv(tmp_path / "ranking.en.csv")
    assert again["value_meur"].tolist() == chart.data["value_meur"].tolist()
