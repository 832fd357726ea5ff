import io
import re
import zipfile
from base64 import b64decode
from html import unescape
from xml.etree import ElementTree

import pandas as pd
import pytest

import nltrade as nl
import nltrade.explorer
from conftest import slow
from nltrade.charts import Chart
from nltrade.explorer import View

BEGIN = {
    "partner": "RU",
    "beside": "",
    "first": "2002",
    "year": "2012",
    "flow": "total trade",
    "sector": "",
    "lang": "en",
}


@pytest.fixture(scope="module")
def shared():
    return nl.explore(partner="Russia", year=2012)


@pytest.fixture
def panel(shared):
    choose(shared, **BEGIN)
    return shared


def choose(panel, **chosen):
    for name, value in chosen.items():
        getattr(panel, name).value = value


def offered(panel):
    """What the panel says of a name that nobody has, and the buttons with those that are like it."""
    said, *buttons = panel.wrong.children
    return said.value, buttons


def run(call):
    """Run the lines that the panel gives to copy, as a notebook would, and return what they display."""
    shown = []
    exec(call, {"display": shown.append})
    return shown


def labels(panel):
    fields = [getattr(panel, name) for name in BEGIN]
    return [field.description for field in (*fields, panel.download, panel.call)]


def test_picture_table_and_call_follow_every_choice(panel):
    seen = [panel.seen.value]
    for name, value, told in [
        ("partner", "China", '"CN"'),
        ("beside", "Turkije", '["CN", "TR"]'),
        ("first", "2005", '"2005"'),
        ("year", "2019", "2019"),
        ("flow", "import", '"import"'),
        ("sector", "energy", '"energy"'),
        ("lang", "nl", '"nl"'),
    ]:
        choose(panel, **{name: value})
        assert panel.seen.value not in seen, name
        assert panel.call.value == panel.view.call
        assert told in panel.call.value
        seen.append(panel.seen.value)
    assert panel.view.picture.headline.startswith("Energie, invoer in 2019: China")


@pytest.mark.parametrize("typed", ["Germany", "duitsland", "DE", "deu", "276", " Duitsland "])
def test_a_partner_is_found_by_name_or_code_in_both_languages(panel, typed):
    choose(panel, partner=typed)
    assert panel.partner.value == "Germany"
    assert "Germany" in panel.view.picture.headline


@pytest.mark.parametrize(
    ("field", "typed", "name"),
    [
        ("partner", "Rusia", "Russia"),
        ("beside", "Duitslant", "Germany"),
        ("beside", "zealand", "New Zealand"),
    ],
)
def test_a_name_that_nobody_has_is_said_and_those_like_it_are_offered(panel, field, typed, name):
    choose(panel, partner="China", beside="")
    before = panel.seen.value
    choose(panel, **{field: typed})
    said, buttons = offered(panel)
    assert 'role="alert"' in said
    assert typed in said
    assert panel.seen.value == before, "what is seen stays until there is something else"

    assert "United States" not in [button.description for button in buttons]
    (button,) = [button for button in buttons if button.description.startswith(name)]
    button.click()
    assert getattr(panel, field).value == button.description
    assert panel.wrong.children == ()
    assert button.description in panel.seen.value


def test_what_is_typed_is_text_and_never_a_part_of_the_page(panel):
    choose(panel, partner="<img src=x>")
    said, buttons = offered(panel)
    assert "<img" not in said
    assert "&lt;img src=x&gt;" in said
    assert buttons == []


def test_a_group_is_no_partner(panel):
    choose(panel, partner="EU")
    said, _ = offered(panel)
    assert "No partner country is called “EU”." in said


def test_two_partners_stand_in_one_picture_and_one_table(panel):
    choose(panel, beside="Norway", flow="import")
    assert panel.view.picture.headline == "Imports in 2012: Russia €20.3bn, Norway €12.5bn"
    assert {"RU", "NO"} <= set(panel.view.picture.data)
    assert panel.view.table.frame["€ million"].tolist() == [12462.0, 20332.0]

    choose(panel, sector="energy")
    assert panel.view.picture.headline.startswith("Energy, imports in 2012: Russia €18.7bn, Norway")
    titles = [table.title for table in panel.view.table.tables]
    assert ["Russia" in titles[0], "Norway" in titles[1]] == [True, True]

    choose(panel, beside="", sector="")
    assert panel.view.picture.headline.startswith("Imports from Russia")
    choose(panel, beside="Rusland")
    assert panel.choice.partners == ("RU",), "a partner beside itself is one partner"


def test_only_the_chosen_years_are_drawn(panel):
    choose(panel, first="2008", year="2011")
    drawn = panel.view.picture.data["period"]
    assert (drawn.min(), drawn.max()) == ("2008", "2011")
    assert "2011" in panel.view.table.tables[-1].title


def test_of_two_years_in_the_wrong_order_the_one_just_chosen_counts(panel):
    choose(panel, first="2019")
    assert (panel.first.value, panel.year.value) == ("2019", "2019")
    choose(panel, year="2006")
    assert (panel.first.value, panel.year.value) == ("2006", "2006")
    assert panel.view.picture is not None


def test_only_sectors_with_figures_of_the_partner_and_the_years_are_listed(panel, shipped):
    listed = {id for _, id in panel.sector.options} - {""}
    known = nl.sectors()
    assert 1 < len(listed) < len(known)
    sums = nl.sector_trade(shipped, "RU")
    sums = sums[sums["complete"] & sums["period"].between("2002", "2012")]
    sums = sums[sums["flow"].isin(["import", "export"])].dropna(subset=["value_meur"])
    theirs = nl.sector_trade(nl.other_side("RU").trade, "RU")
    theirs = theirs[theirs["period"].between("2002", "2012")]
    bought = theirs[theirs["flow"] == "export"].dropna(subset=["value_meur"])
    assert listed == (set(sums["sector"]) | set(bought["sector"])) & set(known)

    choose(panel, partner="NO", year="2002")
    assert {id for _, id in panel.sector.options} == {"", "energy"}, "no table has services of 2002"


def test_what_the_partner_reported_itself_stands_beside_cbs_as_in_the_figures(panel):
    choose(panel, sector="agriculture", first="2008", year="2014")
    drawn = panel.view.picture.data.set_index("period")["value_meur"]
    assert (drawn.index.min(), drawn.index.max()) == ("2008", "2014")
    assert drawn["2012"] == pytest.approx(1374.49, abs=0.01)
    assert "agriculture" in repr(panel.view.table)
    assert "UN Comtrade" in repr(panel.view.table)
    choose(panel, flow="import")
    assert panel.view.picture is None, "what Russia sold is another thing than Dutch imports"
    choose(panel, flow="total trade", beside="CN")
    assert "Comtrade" not in repr(panel.view), "two partners are compared by CBS alone"


def test_a_sector_without_figures_stays_chosen_and_says_so(panel):
    choose(panel, sector="it")
    choose(panel, year="2002")
    assert panel.sector.value == "it"
    assert panel.sector.label == "information technology (no figures)"
    assert panel.view.picture is None
    choose(panel, sector="")
    assert "it" not in dict(panel.sector.options).values()


def test_the_labels_and_the_names_are_in_the_language_that_is_chosen(panel):
    assert labels(panel) == [
        "Partner", "Beside it", "From", "Up to", "Flow", "Sector", "Language",
        "Save as files", "The code for this",
    ]  # fmt: skip
    choose(panel, partner="Germany", beside="Turkey", sector="energy", lang="nl")
    assert labels(panel) == [
        "Partner", "Daarnaast", "Van", "Tot en met", "Handelsstroom", "Sector", "Taal",
        "Bewaren als bestand", "De code hiervoor",
    ]  # fmt: skip
    assert (panel.partner.value, panel.beside.value) == ("Duitsland", "Turkije")
    assert (panel.flow.label, panel.sector.label) == ("totale handel", "energie")
    assert 'lang="nl"' in panel.seen.value
    choose(panel, partner="Rusia")
    assert "Geen partnerland heet" in offered(panel)[0]


@pytest.mark.parametrize(
    ("choice", "lang"),
    [
        ({"partner": "DE", "year": "2016", "flow": "export"}, "en"),
        slow({"partner": "RU", "year": "2012", "flow": "export", "sector": "agriculture"}, "en"),
        ({"partner": "RU", "beside": "NO", "flow": "import", "sector": "energy"}, "nl"),
        slow({"partner": "NO", "first": 2015, "year": "2022"}, "nl"),
        slow({"partner": "RU", "year": "2012", "flow": "import", "sector": "energy"}, "nl"),
        slow({"partner": "RU", "beside": "TR", "year": "2019"}, "en"),
    ],
)
def test_the_call_makes_what_is_seen(choice, lang):
    panel = nl.explore(**choice, lang=lang)
    picture, *tables = run(panel.call.value)
    assert isinstance(picture, Chart)
    assert picture.image("csv") == panel.view.picture.image("csv")
    assert picture.headline == panel.view.picture.headline
    shown = [(table.title, table.cells.to_csv()) for each in tables for table in each.tables]
    seen = [(table.title, table.cells.to_csv()) for table in panel.view.table.tables]
    assert shown == seen
    assert len(seen) > 0


def test_the_table_has_the_places_on_the_partners_side_of_the_border(panel):
    assert "outside the EU, 2012" in panel.view.table.tables[-1].title
    choose(panel, partner="GB")
    assert "within the EU, 2012" in panel.view.table.tables[-1].title
    choose(panel, year="2022")
    assert "outside the EU, 2022" in panel.view.table.tables[-1].title


def test_the_largest_partners_of_the_year_come_first_and_each_stands_once(panel):
    names = list(panel.partner.options)
    assert names[:2] == ["Germany", "Belgium"]
    assert "Russia" in names[:10]
    assert len(names) == len(set(names)) > 200
    assert names[10:] == sorted(names[10:])
    assert panel.beside.options == panel.partner.options


def test_the_headline_is_text_and_each_mark_of_the_picture_tells_its_value(panel):
    page = panel.seen.value
    assert f"<h3>{panel.view.picture.headline}</h3>" in page
    assert panel.view.picture.subtitle in page
    assert "<title>imports, 2002–2022, 2012: €20.3bn</title>" in page
    assert page.count("<svg ") == 2, "one for a wide place, one for a narrow one"
    assert page.count('role="group" aria-label="Line chart.') == 2
    assert page.index("<svg ") < page.index("<table")
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 0


def test_picture_and_table_can_be_saved_as_files(panel):
    assert panel.links.value == "", "they are made when they are asked for"
    choose(panel, beside="Norway", first="2005", flow="import")
    panel.download.click()
    links = re.findall(
        r'<a download="([^"]+)" href="data:([^;]+);base64,([^"]+)">', panel.links.value
    )
    stem = "RU-NO-2005-2012-import"
    assert [name for name, *_ in links] == [
        f"{stem}.{end}" for end in ("png", "svg", "csv", "xlsx")
    ]
    png, svg, csv, xlsx = (b64decode(content) for *_, content in links)
    assert png.startswith(b"\x89PNG")
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert pd.read_csv(io.BytesIO(csv))["RU"].max() == 20332
    sheet = zipfile.ZipFile(io.BytesIO(xlsx)).read("xl/worksheets/sheet1.xml")
    assert b"<v>20332</v>" in sheet
    assert [kind for _, kind, _ in links][1] == "image/svg+xml"

    choose(panel, flow="export")
    assert panel.links.value == "", "they were of what is no longer seen"


def test_what_is_not_there_is_said_in_the_panel(panel):
    choose(panel, partner="HR")
    assert panel.view.picture is None
    assert "Croatia (HR)" in panel.view.says[0]
    assert 'role="alert"' in panel.seen.value
    assert "<svg" not in panel.seen.value
    panel.download.click()
    assert re.findall(r'download="([^"]+)"', panel.links.value) == ["HR-2002-2012-total-trade.xlsx"]


@pytest.mark.parametrize(
    ("sector", "says"), [("gas", "`nltrade fetch 7137shih --partner RU"), ("csr", "class of goods")]
)
def test_a_sector_to_begin_with_that_has_no_figures_says_what_brings_them(sector, says):
    panel = nl.explore(sector=sector)
    assert panel.view.picture is None
    assert says in panel.view.says[0]
    assert says in unescape(panel.seen.value)


def test_a_partner_without_any_row_of_the_sector_chosen_before_is_said_to_have_none(panel):
    choose(panel, sector="energy")
    choose(panel, partner="Kiribati")
    assert (panel.view.picture, panel.view.table) == (None, None)
    assert "No whole year of this sector is here for Kiribati" in unescape(panel.seen.value)
    assert panel.view.files() == {}
    choose(panel, partner="Russia")
    assert panel.view.picture.headline.startswith("Energy")


def test_an_odd_partner_gives_a_picture_or_a_sentence(panel):
    for partner in ("AQ", "SX", "HR", "RS"):
        choose(panel, partner=partner)
        assert panel.view.picture or panel.view.says or panel.wrong.children


def test_a_view_seen_before_is_not_drawn_again(panel, monkeypatch):
    choose(panel, partner="China")
    seen = panel.view
    choose(panel, flow="import")
    monkeypatch.setattr(Chart, "draw", lambda *_, **__: pytest.fail("drawn again"))
    choose(panel, flow="total trade")
    assert panel.view is seen


def test_a_page_without_widgets_has_the_picture_the_table_and_the_call(panel):
    bundle = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    page = bundle["text/html"]
    assert "<img " in page
    assert "<svg" not in page, "where a notebook is not trusted, a drawing would be taken out"
    assert 'alt="Line chart.' in page
    assert f"<h3>{panel.view.picture.headline}</h3>" in page
    assert "United States" in page
    assert "nl.show_ranking(trade" in page
    assert "http" not in page.replace("https://opendata", ""), "nothing is asked of another host"
    assert "United States" in bundle["text/plain"]


def test_without_ipywidgets_it_is_the_static_view(monkeypatch):
    monkeypatch.setattr(nltrade.explorer, "find_spec", lambda _: None)
    view = nl.explore(partner="CN", year=2019, lang="nl")
    assert isinstance(view, View)
    assert "<img " in view._repr_html_()
    assert "Verenigde Staten" in repr(view)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"partner": "Rusia"}, "Did you mean 'RU'"),
        ({"beside": "Rusia"}, "Did you mean 'RU'"),
        ({"partner": "EU"}, "no partner country"),
        ({"year": 1990}, "No year '1990' to look at.*2002"),
        ({"first": 2013, "year": 2012}, "No first year '2013' to look at.*2012"),
        ({"flow": "improt"}, "Did you mean 'import'"),
        ({"sector": "gass"}, "Did you mean 'gas'"),
        ({"lang": "de"}, "No language 'de'"),
    ],
)
def test_a_wrong_beginning_is_a_sentence(wrong, says):
    with pytest.raises(nl.UnknownName, match=says):
        nl.explore(**wrong)


def test_a_frame_and_sectors_of_your_own(shipped):
    frame = shipped[shipped["period"].isin(["2011", "2012", "2013"])]
    one = {"energy": nl.sectors()["energy"]}
    panel = nl.explore(frame, year=2013, sectors=one)
    assert list(panel.year.options) == ["2011", "2012", "2013"]
    assert [id for _, id in panel.sector.options] == ["", "energy"]
    choose(panel, sector="energy")
    assert "nl.load()" not in panel.call.value, "trade is the user's own"
    assert "nl.sectors()" not in panel.call.value, "and so are the sectors"
    assert "import nltrade as nl" in panel.call.value
