import json
import re
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import msgspec
import pandas as pd
import polars as pl
import pytest

import nltrade as nl
from nltrade.claims.base_of_trade import base_of_trade
from nltrade.claims.elsewhere import check_published
from nltrade.questions.moves import compare_places, trace_place
from nltrade.report import Prints, Report, Table, presents
from nltrade.sources import provenance, store

RESULTS = {
    "verdicts": nl.check_claims,
    "verdict of a value": lambda frame: nl.check_claims(frame)[0],
    "verdict of a place": lambda frame: nl.check_claims(frame)[2],
    "claims": lambda _: nl.claims(),
    "sectors": lambda _: nl.sectors(),
    "partners": lambda _: nl.partners(),
    "products": lambda _: nl.products().head(80),
    "tables": lambda _: nl.tables(),
    "snapshots": lambda _: store.find("83028NED"),
    "origins": provenance.origins,
    "tidy": lambda frame: frame,
    "growth": lambda frame: nl.growth(
        nl.select(frame, partner="RU", flow="import", product="TOTAL")
    ),
    "share": lambda frame: nl.share(nl.select(frame, partner="RU", kind="goods"), of="export"),
    "sector trade": lambda frame: nl.sector_trade(frame, "RU", 2019),
    "base": base_of_trade,
    "published": lambda frame: check_published(frame)[:12],
    "moves": lambda frame: compare_places(frame, 2002, 2012),
    "places": lambda frame: trace_place(frame[frame["period"] > "2019"], "GB"),
}


@pytest.fixture(scope="module")
def results(shipped):
    return {name: make(shipped) for name, make in RESULTS.items()}


class Reader(HTMLParser):
    """Collects the tags, and checks that each is closed in its order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.text = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_text_no_wider_than_the_terminal_and_html_that_says_the_same(
    name, lang, results, monkeypatch
):
    shown = nl.show(results[name], lang)
    for width in (40, 100, 250):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = repr(shown).splitlines()
        assert max(map(len, lines)) <= width
        assert not [line for line in lines if line != line.rstrip()]
    page = Reader(shown._repr_html_())
    words = " ".join(page.text)
    assert page.seen[0] == ("div", {"class": "nltrade", "lang": lang})
    for block in shown.tables:
        for cell in [] if block.frame is None else block.frame.to_numpy().ravel():
            assert " ".join(cell.split()) in " ".join(words.split())
    tables = [attrs for tag, attrs in page.seen if tag == "table"]
    regions = [attrs for _, attrs in page.seen if attrs.get("role") == "group"]
    assert len(tables) == len(regions), (
        "a wide table scrolls in a place of its own, reached with the keyboard"
    )
    assert all(attrs["tabindex"] == "0" for attrs in regions)


@pytest.mark.parametrize(
    "name", ["verdicts", "tidy", "growth", "share", "sector trade", "moves", "places"]
)
def test_figures_stand_with_unit_and_source(name, results):
    shown = nl.show(results[name])
    text = " ".join(repr(shown).split())  # however wide the terminal
    assert re.search(
        r"Source: CBS \(StatLine \w+, modified \d{4}-\d\d-\d\d, sha256 [0-9a-f]{8}[;)]",
        text,
    )
    assert "€" in text
    assert "Bron: CBS (StatLine" in repr(nl.show(results[name], "nl"))
    assert "Source: CBS" in shown._repr_html_()


def test_verdicts_claims_sectors_and_snapshots_print_by_themselves(results):
    for name in (
        "verdicts",
        "verdict of a place",
        "claims",
        "sectors",
        "snapshots",
        "origins",
        "base",
    ):
        assert repr(results[name]) == repr(nl.show(results[name]))
        assert results[name]._repr_html_() == nl.show(results[name])._repr_html_()
    assert repr(results["verdicts"][:0]) == "[]"
    assert repr(nl.show([])) == "Nothing to show."


def test_text_of_others_is_escaped(shipped):
    evil = '<script>alert(1)</script> & "quoted" [bold]rich[/bold] :smile:'
    claim = msgspec.structs.replace(nl.claims()["imports-2012"], wording=evil, en=evil)
    for shown in (
        nl.show(nl.check_claims(shipped, [claim])),
        nl.show(nl.check_claims(shipped, [claim])[0]),
    ):
        page = shown._repr_html_()
        assert "<script" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;" in page
        assert "[bold]rich[/bold] :smile:" in " ".join(repr(shown).split()), (
            "no markup of the terminal either"
        )
    frame = shipped.head(3).assign(partner=evil, table="<b>mine</b>")
    assert "<b>" not in nl.show(frame)._repr_html_()
    assert "<script" not in nl.show(frame)._repr_html_()


def test_what_is_withheld_of_next_to_nothing_is_no_zero_and_no_range_of_zeros(shipped):
    """Exports to Kiribati are published as zero, so what they are made of is less than a million."""
    goods = nl.show(nl.sector_trade(shipped, "KI", 2019)).tables[0]
    energy = goods.frame.set_index("sector").loc["energy", "exports"]
    assert energy == "less than €0.5m"
    told = " ".join(goods.remarks)
    assert "withheld by CBS, but less than €0.5m" in told
    assert "€0m" not in told


def test_what_is_withheld_of_both_flows_is_told_of_each_and_commands_are_set_as_code(shipped):
    shown = nl.show(nl.sector_trade(shipped, "TR", 2014))
    told = (
        "Information technology: withheld by CBS, but between €0m and €770m (imports); "
        "withheld by CBS, but between €0m and €568m (exports)."
    )
    assert told in shown.tables[1].remarks
    assert "<code>nltrade fetch 7137shih</code> brings it" in shown._repr_html_()


def test_sectors_say_of_which_kind_there_is_no_figure(shipped):
    titles = [table.title for table in nl.show(nl.sector_trade(shipped, "KI", 2012)).tables]
    assert "Goods: no figures on Kiribati for 2012; that does not mean zero" in titles
    both = [table.title for table in nl.show(nl.sector_trade(shipped, "RU", 2012)).tables]
    assert not any("no figures on" in title for title in both)


def test_what_is_not_published_is_named_and_no_zero(shipped):
    withheld = shipped[shipped["value_meur"].isna()].head(3)
    for lang, said in (("en", "not published"), ("nl", "niet gepubliceerd")):
        assert nl.show(withheld, lang).tables[0].frame.iloc[:, -1].tolist() == [said] * 3
    unsaid = nl.show(withheld.assign(missing=["", None, "not published"]))
    assert unsaid.tables[0].frame.iloc[:, -1].tolist() == ["not published"] * 3, (
        "whatever the reason, no blank"
    )
    untyped = withheld.assign(missing=["unknown or secret", "impossible", "not published"])
    assert nl.show(untyped, "nl").tables[0].frame.iloc[:2, -1].tolist() == [
        "onbekend of geheim",
        "kan niet voorkomen",
    ]


def test_marks_of_status_are_explained(shipped):
    rows = nl.select(shipped, partner="RU", flow="import", product="TOTAL", table="83028NED")
    rows = rows.assign(status=["provisional"] * 10 + ["revised provisional"] * 9 + ["unknown"] * 2)
    text = repr(nl.show(rows))
    assert re.search(r"^2002\* +3,784", text, flags=re.MULTILINE)
    assert re.search(r"^2012\*\* +20,332", text, flags=re.MULTILINE)
    assert "2022 (part-year)" in text
    assert "* provisional" in text
    assert "** revised provisional" in text
    assert "Status not given: 83028NED 2021–2022." in text
    assert "*" not in repr(nl.show(rows.tail(2)))


def test_small_amounts_do_not_read_as_zero(shipped):
    rows = shipped.head(3).assign(value_meur=[0.042, 7.5, 0.0])
    cells = nl.show(rows).tables[0].frame.iloc[:, -1].tolist()
    assert cells == ["0.042", "7.5", "0"]


def test_a_frame_of_your_own_is_not_called_a_snapshot_of_cbs(shipped):
    own = shipped.head(3).assign(table="mine", partner="MOON")
    text = repr(nl.show(own))
    assert "Source: your own table (mine)." in text
    assert "MOON" in text


def test_a_long_frame_is_cut_and_says_so_in_any_engine(shipped):
    for frame in (shipped, pl.from_pandas(shipped), pl.from_pandas(shipped).lazy()):
        (block,) = nl.show(frame).tables
        assert len(block.frame) == 60
        assert "The first 60 rows; there are more." in block.remarks
    assert not [
        remark for remark in nl.show(shipped.head(60)).tables[0].remarks if "more" in remark
    ]


def test_a_frame_without_rows_has_its_heads(shipped):
    (block,) = nl.show(shipped.head(0)).tables
    assert len(block.frame) == 0
    assert block.remarks[0].startswith("Nothing to show: there are no figures on this computer")
    assert "€ million" in repr(nl.show(shipped.head(0)))


def test_sectors_of_your_own_are_shown_with_their_names(shipped):
    mine = {
        "mine": msgspec.structs.replace(
            nl.sectors()["energy"], id="mine", en="my sector", nl="mijn sector"
        )
    }
    found = nl.sector_trade(shipped, "RU", 2012, sectors=mine)
    assert "my sector" in repr(nl.show(found, sectors=mine))
    with pytest.raises(nl.UnknownName, match=r"not among those given: mine\. .*sectors="):
        nl.show(found)


def test_some_of_the_sectors_are_shown_without_naming_them(shipped):
    found = nl.sector_trade(shipped, "RU", 2012, sectors={"energy": nl.sectors()["energy"]})
    (goods,) = nl.show(found).tables
    assert goods.frame["sector"].tolist() == ["energy", "the rest"]
    assert goods.frame["imports"].tolist() == ["18,682", "1,650"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda frame: nl.rank_partners(frame, period=2012).drop(columns="table"),
            r"nltrade\.show_ranking\(frame, period=2012\)",
        ),
        (lambda frame: nl.sector_trade(frame, "RU"), "Sectors are shown for one period at a time"),
        (
            lambda frame: frame[["partner", "period"]],
            "columns partner, period is none of this package",
        ),
        (lambda _: 42, r"no table for int\. help\(nltrade\.show\)"),
        (lambda frame: [frame], "no table for list"),
    ],
)
def test_what_cannot_be_shown_is_a_sentence(make, says, shipped):
    with pytest.raises(nl.UnknownName, match=says):
        nl.show(make(shipped))
    with pytest.raises(nl.UnknownName, match="No language 'de'"):
        nl.show(nl.check_claims(shipped), "de")


def test_a_ranking_is_shown_with_places_certainty_status_and_source(shipped):
    answer, block = nl.show_ranking(shipped, period=2012, flow="export", top=4, partner="ID").tables
    assert answer.title.startswith("Indonesia: ")
    ranked = nl.rank_partners(shipped, period=2012, flow="export").head(4)
    assert block.frame.iloc[:4, 0].tolist() == ranked["place"].astype(str).tolist()
    assert block.frame.iloc[2].tolist() == ["3", "Russia", "7,068", "between 2nd and 4th"]
    assert block.frame.iloc[4, 1] == "Indonesia", "the partner asked for stands there too"
    part = nl.show_ranking(shipped, period=2026, lang="nl")
    assert "2026 (deel van een jaar)" in repr(part)
    assert "Status niet vermeld: 85427NED 2026." in repr(part)
    assert "Bron: CBS (StatLine 85427NED" in repr(part)


def test_a_ranking_of_any_engine_and_product(shipped):
    frame = pl.from_pandas(shipped).lazy()
    shown = nl.show_ranking(frame, period=2012, flow="import", product="3")
    assert "mineral fuels" in shown.tables[0].title
    assert shown.tables[0].frame.iloc[0, 1] == "Russia"
    services = nl.show_ranking(frame, period=2012, product="S", table="80414ned")
    assert "all services" in services.tables[0].title


def test_a_partner_without_a_place_is_named(shipped):
    first = nl.show_ranking(shipped, period=2012, partner="HR").tables[0]
    assert first.title == "Croatia: no place"
    told = ["83028NED does not give this figure for Croatia; that does not mean zero."]
    assert list(first.remarks) == told

    other_side = nl.show_ranking(shipped, period=2012, partner="DE", lang="nl").tables[0]
    assert list(other_side.remarks) == [
        "Deze ranglijst is van landen buiten de EU, zonder Duitsland."
    ]
    with pytest.raises(nl.NoData, match=r"There are no figures of all goods in 1990"):
        nl.show_ranking(shipped, period=1990)


def test_showing_changes_nothing(shipped):
    before = shipped.copy()
    repr(nl.show(shipped))
    nl.show_ranking(shipped, period=2012)
    pd.testing.assert_frame_equal(shipped, before)


# What a number is from


PINNED = "modified 2023-01-04, sha256 f4158376"
SHOWN = {
    "show": lambda frame: nl.show(
        nl.select(frame, partner="RU", flow="export", product="TOTAL", period=2012)
    ),
    "show_ranking": lambda frame: nl.show_ranking(frame, period=2012, flow="export"),
    "verdicts": lambda frame: nl.show(nl.check_claims(frame)),
    "one verdict": lambda frame: nl.show(nl.check_claims(frame)[1]),
    "sectors": lambda frame: nl.show(nl.sector_trade(frame, "RU", 2012)),
    "moves": lambda frame: nl.show(compare_places(frame, 2002, 2012, flow="export")),
    "traced": lambda frame: nl.show(trace_place(frame, "RU", flow="export")),
    "total": lambda frame: nl.show(nl.total(nl.select(frame, partner="RU", product="TOTAL"))),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_pinned_frame_names_its_own_snapshot_with_a_newer_one_beside_it(name, newer):
    told = json.loads((newer / "origin.json").read_text())["files"]["TypedDataSet.csv"]["sha256"]
    new = f"modified 2023-06-06, sha256 {told[:8]}"
    pinned = " ".join(SHOWN[name](nl.load("83028NED", snapshot="2023-01-04")).sources)
    newest = " ".join(SHOWN[name](nl.load("83028NED")).sources)
    assert (PINNED in pinned, new in pinned) == (True, False)
    assert (PINNED in newest, new in newest) == (False, True)


def test_numbers_and_sources_of_a_pinned_frame_belong_together(newer):
    assert newer.is_dir()
    pinned = SHOWN["show"](nl.load("83028NED", snapshot="2023-01-04"))
    newest = SHOWN["show"](nl.load("83028NED"))
    assert pinned.frame["€ million"].tolist() == [7068.0]
    assert newest.frame["€ million"].tolist() == [6666.0]


def test_a_frame_without_the_date_of_its_snapshot_is_the_users_own(shipped):
    own = shipped.drop(columns="modified")
    assert nl.show(own.head(3)).sources == ["Source: your own table (83028NED)."]
    assert nl.show_ranking(own, period=2012).sources == ["Source: your own table (83028NED)."]
    assert nl.show(nl.sector_trade(own, "RU", 2019), "nl").sources == [
        "Bron: eigen tabel (83028NED, 82616NED)."
    ]


# Numbers to compute with, and files to hand on


def test_a_report_gives_its_numbers_with_units_in_the_heads(shipped):
    frame = nl.show(nl.sector_trade(shipped, "RU", 2012)).frame
    energy = frame[frame["sector"] == "energy"].iloc[0]
    assert energy["imports (€ million)"] == 18682
    assert energy["imports, share (%)"] == pytest.approx(91.8847, abs=1e-4)
    assert frame["title"].str.contains("Russia, 2012").all()
    assert nl.show([]).frame.empty


def test_a_missing_number_is_no_zero_in_any_form(shipped, tmp_path):
    withheld = shipped[shipped["value_meur"].isna() & (shipped["missing"] != "")].head(2)
    report = nl.show(withheld)
    assert report.frame["€ million"].isna().all()
    written = pd.read_csv(report.to_csv(tmp_path / "withheld.csv"))
    assert written["€ million"].tolist() == ["not published"] * 2


def test_a_report_of_several_tables_has_one_frame_whatever_their_columns(shipped, tmp_path):
    """Cells of two tables of CBS stand in a column of their own, `table`, beside the titles."""
    value = msgspec.structs.replace(nl.claims()["imports-2012"], year=2016)
    report = nl.show(nl.check_claims(shipped, [value])[0])
    assert report.frame["€ million"].tolist()[1:] == [13688.0, 11338.0]
    assert "table" in pd.read_csv(report.to_csv(tmp_path / "verdict.csv"))


def test_csv_has_title_and_source_in_each_row(shipped, tmp_path):
    report = nl.show_ranking(shipped, period=2012, flow="export", top=3)
    rows = pd.read_csv(report.to_csv(tmp_path / "exports.csv"))
    assert rows["€ million"].tolist() == [20259, 7647, 7068]
    assert set(rows["title"]) == {
        "exports, all goods, outside the EU, 2012, 83028NED (border crossing)"
    }
    assert rows["source"].str.contains("sha256 f4158376").all()


def test_excel_has_a_sheet_for_each_table_with_numbers_and_one_for_the_sources(shipped, tmp_path):
    report = nl.show(nl.sector_trade(shipped, "RU", 2012), "nl")
    sheets = workbook(report.to_excel(tmp_path / "sectors.xlsx"))
    assert list(sheets) == ["tabel 1", "tabel 2", "bronnen"]
    goods = sheets["tabel 1"]
    assert "Invoer (mln euro)" in goods
    assert 18682.0 in goods
    assert "f4158376" in sheets["bronnen"][0]


def workbook(path):
    """Read the cells of each sheet of an Excel file: texts as texts, numbers as numbers."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(one.itertext()) for one in shared.iter(f"{main}si")]
        listed = ElementTree.fromstring(book.read("xl/workbook.xml"))
        names = [one.get("name") for one in listed.iter(f"{main}sheet")]
        sheets = {}
        for place, name in enumerate(names, start=1):
            root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{place}.xml"))
            sheets[name] = [
                texts[int(cell.findtext(f"{main}v"))]
                if cell.get("t") == "s"
                else float(cell.findtext(f"{main}v"))
                for cell in root.iter(f"{main}c")
                if cell.findtext(f"{main}v") is not None
            ]
    return sheets


def test_a_formula_in_the_words_of_others_does_not_run(shipped, tmp_path):
    evil = '=HYPERLINK("http://127.0.0.1","click")'
    claim = msgspec.structs.replace(nl.claims()["imports-2012"], en=evil)
    report = nl.show(nl.check_claims(shipped, [claim]))
    assert f"'{evil}" in pd.read_csv(report.to_csv(tmp_path / "claims.csv")).iloc[0].tolist()
    assert evil in workbook(report.to_excel(tmp_path / "claims.xlsx"))["table"]
    with zipfile.ZipFile(tmp_path / "claims.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_a_kind_of_result_registers_its_own_way_to_be_presented():
    class Marble(Prints):
        """A thing that no table knows."""

    with pytest.raises(nl.UnknownName, match="no table for Marble"):
        nl.show(Marble())

    @presents(Marble)
    def marbles(listed, lang):
        return Report([Table(f"{len(listed)} marbles ({lang})")], [], lang)

    assert repr(Marble()) == "1 marbles (en)"
    assert repr(nl.show([Marble(), Marble()], "nl")) == "2 marbles (nl)"


@pytest.mark.parametrize(
    ("partner", "period", "is_told"),
    [
        ("EU", "2020", True),
        ("EU", "2020-Q1", True),
        ("NON-EU", "2013-07", True),
        ("UNSPECIFIED-EU", "2020", True),
        ("OTHER-EUROPE", "2020", False),
        ("GB", "2020", False),
        ("EU", "2019", False),
    ],
)
def test_a_year_of_two_memberships_is_explained_where_its_eu_is_shown(
    shipped, partner, period, is_told
):
    exports = nl.select(shipped, partner="EU", period=2020, flow="export", kind="goods")
    told = str(nl.show(exports.assign(partner=partner, period=period)))
    assert ("that of 2020 the United Kingdom's January" in told.replace("\n  ", " ")) == is_told


def test_the_rest_of_the_sectors_says_what_can_be_in_it(shipped):
    whole = nl.sector_trade(shipped, "RU", 2012)
    energy = {"energy": nl.sectors()["energy"]}
    only = nl.sector_trade(shipped, "RU", 2012, sectors=energy)
    withheld = shipped.assign(value_meur=shipped["value_meur"].mask(shipped["product"] == "3"))
    hidden = nl.sector_trade(withheld, "RU", 2012, sectors=energy)

    def told(rows, **given):
        return " ".join(str(nl.show(rows, "en", **given)).split())

    without = "or to classes without a figure "
    assert f"{without}(not on this computer)." in told(whole)
    assert "The rest belongs to no sector. " in told(only, sectors=energy)
    assert f"{without}(not published)." in told(hidden, sectors=energy)


def test_moves_of_nobody_are_said_to_be_none(shipped):
    moves = nl.compare_places(shipped, 2011, 2012).head(0)
    assert repr(nl.show(moves)).startswith("Nothing to show: there are no figures")


def test_a_ranking_is_not_shown_without_those_it_is_among(shipped):
    with pytest.raises(nl.UnknownName, match="among whom it is: show it with"):
        nl.show(nl.rank_partners(shipped, period=2012))
    assert "outside the EU" in repr(nl.show(nl.trace_place(shipped, "RU")))


def test_figures_of_others_print_as_a_table_with_where_they_stand():
    shown = nl.show(nl.published(), "nl")
    row = shown.frame.iloc[0]
    assert (row["partner"], row["periode"]) == ("Rusland", "2004")
    assert row[["gepubliceerd door", "product"]].tolist() == ["CBS (EMEA)", "goederen"]
    assert any(source.startswith("CBS: https://www.emea.nl/") for source in shown.sources)
    assert "crude oil" in repr(nl.published())
