import os
import re
import subprocess
import sys

import msgspec
import pandas as pd
import pytest

import nltrade as nl
from conftest import ROOT, in_turn
from gallery import gallery
from legible import assert_legible, drawn_texts
from nltrade.charts import NAMES, draw, style
from nltrade.figures import Question, read_manifest
from nltrade.files import sha256
from nltrade.questions import trade
from nltrade.registry.entries import LANGS
from nltrade.sources import store
from nltrade.words import Words
from oracle import EXPORT, FUELS, IMPORT, REEXPORT, RUSSIA, value

FIGURES = ROOT / "figures"
OF_SECTORS = ("coverage", "sectors", "sectors_over_time", "two_sides", "suppliers")
EACH = [(name, lang) for name in NAMES for lang in LANGS]


@pytest.fixture(scope="module")
def charts(drawn):
    return {(name, lang): drawn("RU", 2012, lang)[name] for name, lang in EACH}


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
    assert {path.name for path in FIGURES.iterdir()} == expected | {"manifest.json", "sources.bib"}
    for file, record in committed.items():
        assert record.sha256 == sha256(FIGURES / file), file
        name, lang, _ = file.split(".")
        assert record.numbers == sha256(FIGURES / f"{name}.{lang}.csv"), file
        drawn = set(charts[name, lang].data.get("table", []))
        named = {table for both in drawn for table in both.split(" + ")} - {""}
        assert set(record.tables) == named, file


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


def test_a_flow_of_which_cbs_withholds_a_part_is_not_split(shipped):
    rows = shipped.copy()
    withheld = (rows["partner"] == "RU") & (rows["product"] == "3")
    rows.loc[withheld, "value_meur"] = float("nan")
    chart = nl.charts.draw_composition(rows, partner="RU", period=2012)
    assert chart.data["part"].tolist() == ["domestic export", "re-export"]
    assert chart.headline == "60.3% of exports to Russia in 2012 were Dutch-made"


def test_a_figure_that_says_nothing_is_left_out(shipped):
    # fuels are 0.6% of what China supplied: two bars would say "other goods"
    with pytest.raises(nl.NoData, match="too small a part"):
        nl.charts.draw_fuels(shipped, partner="CN", period=2024)
    assert set(nl.charts.draw_composition(shipped, partner="CN", period=2024).data["flow"]) == {
        "export"
    }


def test_the_footer_names_source_modification_date_hash_and_licence(charts):
    for (name, _), chart in charts.items():
        if name in OF_SECTORS:
            continue
        said = " ".join(text.get_text() for text in chart.figure.texts).replace("\n", " ")
        for table in chart.data["table"].unique():
            (origin,) = nl.origins(nl.load(table))
            assert f"{table} ({origin.modified}, {origin.sha256[:8]})" in said
        assert "CC BY 4.0" in said


def test_a_figure_that_does_not_exist_says_which_do(shipped):
    with pytest.raises(nl.UnknownName, match=r"Did you mean 'ranking'\?.*reported, over_time"):
        draw("rankin", shipped, [], partner="RU", period=2012, lang="en")


def test_a_place_that_is_not_the_only_one_possible_says_so_in_the_picture(shipped, charts):
    china = nl.charts.draw_ranking(shipped, partner="CN", period=2024)
    assert "second" in china.headline
    assert china.subtitle.endswith("2024, € billion; China: between 2nd and 3rd")
    assert "; Russia" not in charts["ranking", "en"].subtitle  # no other place is possible


def test_a_partner_without_figures_is_an_error_not_an_empty_picture(shipped):
    with pytest.raises(
        nl.NoData,
        match=r"Croatia \(HR\) is not published separately in 83028NED for 2012; that does not mean zero",
    ):
        nl.charts.draw_ranking(shipped, partner="HR", period=2012)
    with pytest.raises(
        nl.NoData, match=r"does not tell what trade with Croatia \(HR\) consisted of"
    ):
        nl.charts.draw_composition(shipped, partner="HR", period=2012)
    with pytest.raises(nl.NoData, match="None of these claims"):
        nl.charts.draw_reported([])


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


OF_GOODS = [
    name for name in NAMES if name not in ("coverage", "suppliers", "two_sides", "services")
]


@pytest.mark.usefixtures("newer")
@pytest.mark.parametrize("name", OF_GOODS)
def test_a_figure_says_of_which_snapshot_its_frame_is(name, monkeypatch):
    frames = [nl.load("83028NED", snapshot="2023-01-04"), nl.load("83028NED")]
    # from here on nothing can be looked up: the data folders are gone
    monkeypatch.setattr(store, "folders", list)
    monkeypatch.setattr(store, "find", lambda *_: pytest.fail("looked on disk"))
    footers = []
    for frame in frames:
        verdicts = nl.check_claims(frame) if name == "reported" else []
        chart = draw(name, frame, verdicts, partner="RU", period=2012, lang="en")
        chart.image("svg")
        footers.append(" ".join(chart.footer))
    assert "2023-01-04, f4158376" in footers[0]
    assert "2023-06-06" not in footers[0]
    assert "2023-06-06" in footers[1]
    assert "f4158376" not in footers[1]


def words(text):
    """Count words; the spaces within an amount do not break, so that it is one."""
    return len(re.split("[ \n]+", text))


HEADLINES = [
    ("RU", 2012),
    ("CN", 2024),
    ("DE", 2019),
    ("VN", 2015),
    ("KI", 2019),
    ("US", 2026),
]


@pytest.mark.parametrize(("partner", "year", "lang"), in_turn(*HEADLINES))
def test_headline_and_footer_are_short(shipped, partner, year, lang):
    names = [name for name in NAMES if name not in OF_SECTORS]
    for chart in gallery(shipped, partner, year, lang, names):
        assert words(chart.headline) <= 12, chart.headline
        assert chart.headline[0] == chart.headline[0].upper()
        assert len(chart.footer) <= 2, chart.name


@pytest.fixture(scope="module")
def of_partners(shipped):
    """Give the rows of each country with those of the world: all that most figures ask for."""
    world = shipped[shipped["partner"] == "WORLD"]
    countries = shipped[shipped["partner_kind"] == "country"]
    return {id: pd.concat([rows, world]) for id, rows in countries.groupby("partner")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("year", "lang"), [(2005, "en"), (2010, "nl"), (2015, "en"), (2020, "nl"), (2025, "en")]
)
def test_every_headline_of_every_partner_is_short(shipped, of_partners, year, lang):
    of_year = shipped[(shipped["period"] == str(year)) & (shipped["kind"] == "goods")]
    seen = 0
    for partner, rows in of_partners.items():
        for name in ("over_time", "ranking", "composition", "fuels", "services"):
            frame = of_year if name == "ranking" else rows
            try:
                chart = draw(name, frame, [], partner=partner, period=year, lang=lang)
            except nl.NoData:
                continue
            assert words(chart.headline) <= 12, chart.headline
            assert len(chart.alt) <= 250, chart.alt
            seen += 1
    assert seen > 500


def test_the_headline_is_of_the_year_and_by_the_table_that_the_findings_count_by(shipped):
    chart = nl.charts.draw_over_time(shipped, partner="CN", period=2024)
    table = trade.main_table(shipped, kind="goods", period=2024, partner="CN")
    rows = shipped.query("partner == 'CN' and period == '2024' and product == 'TOTAL'")
    rows = rows[rows["table"] == table].set_index("flow")["value_meur"]
    assert Words("en").bn(rows["import"]) in chart.headline
    assert Words("en").bn(rows["export"]) in chart.headline
    assert table == "85427NED"
    assert "in 2012" in nl.charts.draw_services(shipped, partner="RU", period=2012).headline
    assert "in 2024" not in nl.charts.draw_over_time(shipped, partner="CN", period=2019).headline


def test_an_event_is_marked_for_the_partner_that_it_is_about_and_no_other(charts, shipped):
    crimea = "2014 Crimea, sanctions, food ban"
    marked, other = (
        {text.get_text() for ax in chart.figure.axes for text in ax.texts}
        for chart in (charts["over_time", "en"], nl.charts.draw_over_time(shipped, partner="CN"))
    )
    assert crimea in marked
    assert crimea not in other


@pytest.mark.parametrize("name", ["over_time", "fuels", "services"])
def test_the_year_of_the_question_is_marked_with_its_values(charts, name):
    figure = charts[name, "en"].figure
    said = {"over_time": {"€20.3bn", "€7.1bn"}, "fuels": {"91.9%", "25.6%"}}
    said["services"] = {"€1.2bn", "€973m"}
    main = figure.axes[0]
    assert said[name] <= {text.get_text() for text in main.texts}
    (year,) = [t for t in main.get_xticklabels() if t.get_fontweight() == "bold"]
    assert year.get_text() == "2012"
    assert any(patch.get_x() == 2011.5 for patch in main.patches)


def test_the_classes_of_services_are_in_the_data_and_not_drawn(shipped):
    chart = nl.charts.draw_services(shipped, partner="US", period=2019)
    of_year = chart.data.query("period == '2019' and flow == 'import' and value_meur > 0")
    classes = set(of_year["product"]) - {"S"}
    assert {"SH", "SI"} <= classes  # the use of intellectual property, and information technology
    assert {series.name.partition(",")[0] for series in chart.series} == {"imports", "exports"}


@pytest.mark.parametrize(("size", "lang"), in_turn(*style.SIZES))
def test_no_text_is_smaller_than_nine_points_at_the_size_it_is_seen(charts, size, lang):
    for name in NAMES:
        figure = charts[name, lang].draw(size)
        sizes = [text.get_fontsize() for text in drawn_texts(figure)]
        assert min(sizes) >= 9, name
