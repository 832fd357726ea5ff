"""A briefing on every partner and year: each is written, and says what the frame holds."""

import re
from functools import cache
from html.parser import HTMLParser

import pandas as pd
import pytest

import nltrade as nl
from conftest import slow
from nltrade import registry
from nltrade.briefing import facts, html, plain
from nltrade.briefing.blocks import Table, grid
from nltrade.briefing.content import make_content
from nltrade.charts import ranking
from nltrade.registry.entries import LANGS
from nltrade.words import Words

YEARS = [slow(2015)]
YEARS += [
    pytest.param(year, marks=pytest.mark.sweep)
    for year in (2002, 2005, 2010, 2012, 2013, 2020, 2024, 2025, 2026)
]
TOLD = {
    "import": ("imports of goods from", "goedereninvoer uit"),
    "export": ("exports of goods to", "goederenuitvoer naar"),
}
# Kinds of fault that briefings have had, as they would stand in the text.
FAULTS = {
    "a number that is none": r"\bnan\b|\bNone\b|\binf\b|[{}<>]",
    "two stops, or two colons": r"\.\.(?!\.)|::|[.;:],|: [^.;(]{0,60}: [^.;(]{0,60}: ",
    "doubled words": r"(?i)\b(\w{2,}) \1\b(?! \d)",
    "an amount that is not published": r"(€0m|€ 0 mln): (not published|niet gepubliceerd)",
    "that points at the gap": r"\b(That|Dat) is \d",
    "a change from a part": r"compared with the whole of \d+ .* rose",
    "no article": r"\b(uit|naar|met|from|to|with) (Verenigde|United|Bahama|Philippines|Filipijnen)",
    "places as the English have them": r"tussen \d+e en \d+e",
    "CBS without its article": r"(?<![\w(/-])(?<![Hh]et )CBS (publiceert|zegt|heeft|geeft)",
    "one of these": r"\b1 (sectors|countries|pages|landen|sectoren)\b",
}
# An amount that rounds to nothing: the findings say of it that it is less than half a million.
NOTHING = ("€0.5m", "€\N{NO-BREAK SPACE}0,5\N{NO-BREAK SPACE}mln")
ENGLISH = re.compile(r"\b(the|of|and|with|imports|exports)\b")
DUTCH = re.compile(r"\b(het|van|met|invoer|uitvoer|naar)\b")


@pytest.fixture(autouse=True)
def ranked_once(monkeypatch):
    """Rank the partners of a year once, not for each of two hundred briefings."""
    rank, known = ranking.rank_partners, {}

    def remember(frame, **asked):
        key = str(sorted(asked.items(), key=str)) + str(len(frame))
        if key not in known:
            known[key] = rank(frame, **asked)
        return known[key].copy()

    monkeypatch.setattr(ranking, "rank_partners", remember)
    monkeypatch.setattr(facts, "rank_partners", remember)


@pytest.mark.parametrize("year", YEARS)
def test_the_briefing_on_every_partner_of_a_year_is_written(shipped, year):
    goods = shipped[
        (shipped["kind"] == "goods") & (shipped["period"] == str(year)) & (shipped["level"] == 0)
    ]
    partners = goods.loc[goods["partner_kind"] == "country", "partner"].unique()
    assert len(partners) >= 50
    for partner in partners:
        assert_written(shipped, partner, year)


@pytest.mark.parametrize(
    ("partner", "year"),
    [
        ("RU", 2012),
        ("GB", 2012),
        ("AQ", 2018),
        ("CN", 2026),
        slow("HR", 2013),
        slow("KI", 2019),
        slow("VA", 2019),
        slow("US", 2022),
    ],
)
def test_a_briefing_says_what_the_frame_holds(shipped, partner, year):
    assert_written(shipped, partner, year)


def assert_written(shipped, partner, year):
    """Write a briefing in both languages, and look for what is wrong in it."""
    said = {}
    for lang in LANGS:
        try:
            content = make_content(shipped, [], partner=partner, year=year, lang=lang)
        except nl.NoData as error:
            own = shipped[(shipped["partner"] == partner) & (shipped["freq"] == "A")]
            assert own["value_meur"].isna().all()
            assert f"({partner})" in str(error)  # noqa: PT017
            return
        drawings = {chart.name: (b"<svg/>", b"<svg/>") for chart in content.charts}
        text = plain.render(content, {}).decode()
        assert_whole(html.render(content, drawings).decode(), 2 * len(content.charts))
        sentences = content.sections[0].blocks[0].items
        assert 1 <= len(sentences) <= 5
        for sentence in sentences:
            assert sentence[0].isupper()
            assert sentence.endswith(".")
            assert " ".join(sentence.split()) in " ".join(text.split())
        assert_no_fault(content)
        assert_levels(shipped, partner, str(year), lang, sentences)
        assert_headlines(content, " ".join(sentences))
        said[lang] = sentences
    assert_same_digits(*(said[lang] for lang in LANGS))


def assert_no_fault(content):
    """Look for the known kinds of fault in what stands before the annex."""
    for section in content.sections:
        if section.part == "annex":
            continue
        listed = [b for b in section.blocks if isinstance(b, str)]
        listed += [str(item) for b in section.blocks for item in getattr(b, "items", ())]
        listed += [
            cell
            for b in section.blocks
            if isinstance(b, Table)
            for row in grid(b)[1]
            for cell in row
        ]
        figures = [b for b in section.blocks if b in content.figures]
        listed += [words for f in figures for words in (f.chart.headline, f.caption)]
        for words in listed:
            for fault, pattern in FAULTS.items():
                assert not re.search(pattern, words), f"{fault}: {words}"
            foreign = DUTCH if content.lang == "en" else ENGLISH
            assert not foreign.search(words), words
            for share in re.findall(r"(\d+(?:[.,]\d)?)%", words):
                if "+" not in words and "rose" not in words and "steeg" not in words:
                    assert float(share.replace(",", ".")) <= 100, words


def assert_headlines(content, findings):
    """A headline of the briefing's year gives a flow's amount as the findings do."""
    year = content.name.rpartition("-")[2]
    amount = r"(?:€\S+?(?:bn|m)|€\s[\d.,]+\smld|€\s[\d.,]+\smln)(?!\w)"
    for chart in content.charts:
        if year not in chart.headline:
            continue
        if chart.name in ("over_time", "services"):
            told = set(re.findall(amount, findings))
            said = {each for each in re.findall(amount, chart.headline) if each not in NOTHING}
            assert said <= told, (chart.headline, findings)
        if chart.name == "composition":
            shares = re.findall(r"\d+(?:[.,]\d)?%", chart.headline)
            assert shares[-1] in findings or "export" not in set(chart.data["flow"])
            assert shares[0] in findings or not re.search("fuels|brandstof", findings)


def assert_same_digits(english, dutch):
    """What is told in one language is told in the other, with the same digits."""
    assert len(english) == len(dutch)
    assert not set(english) & set(dutch)
    for one, other in zip(english, dutch, strict=True):
        numbers = [
            sorted(re.findall(r"\d+", re.sub(r"(?<=\d)[.,](?=\d)", "", each)))
            for each in (one, other)
        ]
        assert numbers[0] == numbers[1], (one, other)


def assert_levels(shipped, partner, year, lang, sentences):
    """Compare what is told of goods with the cells, found without the package's own questions."""
    say = Words(lang)
    cells = shipped[(shipped["partner"] == partner) & (shipped["period"] == year)]
    cells = cells[
        (cells["kind"] == "goods") & (cells["product"] == "TOTAL") & cells["value_meur"].notna()
    ]
    cells = cells[cells["flow"].isin(["import", "export"])]
    if cells.empty:
        assert say.text("year-not-published", partner=partner, year=year) in sentences[0]
        return
    whole = cells[cells["complete"]]
    table = (whole if len(whole) else cells)["table"].iloc[0]
    value = cells[cells["table"] == table].set_index("flow")["value_meur"]
    for flow, names in TOLD.items():
        before, found, after = sentences[0].lower().partition(names[LANGS.index(lang)])
        assert found
        if flow not in value:
            assert re.search("publishes no figure for $|over de $", before)
            assert re.search("does not mean zero|iets anders dan nul", after)
        elif value[flow] == 0:
            assert re.search("half a million|half miljoen", after)
        else:
            assert say.bn(value[flow]).lower() in after


class Page(HTMLParser):
    """The tags of a page, each closed as it was opened."""

    def __init__(self):
        super().__init__()
        self.open, self.images, self.ids, self.links = [], [], [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.images += [values["aria-label"]] if values.get("class") in ("wide", "narrow") else []
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        assert tag != "script" or values == {"type": "application/ld+json"}
        assert not any(name.startswith("on") for name in values)
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag) if tag not in {"meta", "br"} else None

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def assert_whole(page, images):
    reader = Page()
    reader.feed(page)
    assert not reader.open
    assert len(reader.images) == images
    assert all(len(alt) > 40 for alt in reader.images)
    assert len(set(reader.ids)) == len(reader.ids)
    assert {link.removeprefix("#") for link in reader.links if link.startswith("#")} <= set(
        reader.ids
    )


@cache
def frame_of(*values):
    """Make a synthetic trade with a partner: imports, then exports, of 2011 and 2012."""
    shipped = nl.load("83028NED", period=[2011, 2012])
    rows = shipped.copy()
    for (flow, period), value in zip(
        [(f, p) for f in ("import", "export") for p in ("2011", "2012")], values, strict=True
    ):
        cell = (
            (rows["partner"] == "NO")
            & (rows["flow"] == flow)
            & (rows["period"] == period)
            & (rows["level"] == 0)
        )
        rows.loc[cell, "value_meur"] = float("nan") if value is None else value
    return rows


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            (1000, 1200, 500, 400),
            ["rose by 20% to €1.2bn", "fell by 20% to €400m", "imported €800m more from Norway"],
        ),
        (
            (1000, 1005, 500, 500),
            [
                "were almost unchanged in 2012 at €1.0bn (+0.5%)",
                "were almost unchanged at €500m (0%)",
            ],
        ),
        (
            (1000, None, 500, 400),
            ["CBS publishes no figure for imports of goods from Norway in 2012; that does not"],
        ),
        (
            (1000, 0, 500, 700),
            ["came to less than half a million euro in 2012", "exported €700m more to Norway"],
        ),
        ((None, 1200, 500, 400), ["Imports of goods from Norway came to €1.2bn in 2012."]),
        ((3, 9, 500, 400), ["Imports of goods from Norway came to €9m in 2012."]),
        ((1000, 700, 500, 700), ["Imports and exports were about equal."]),
        ((0, 0, 0, 0), ["less than half a million euro in 2012"]),
        (
            (None, None, None, None),
            ["CBS does not publish the goods trade with Norway separately for 2012; that does not"],
        ),
    ],
    ids=str,
)
def test_sentences_bend_to_the_numbers(values, said):
    content = make_content(frame_of(*values), [], partner="NO", year=2012, lang="en")
    told = " ".join(content.sections[0].blocks[0].items)
    for words in said:
        assert words in told
    if values[:2] == (0, 0):
        assert "equal" not in told
        assert "of all Dutch" not in told


def key_figures_of(frame, partner, year, lang="en"):
    content = make_content(frame, [], partner=partner, year=year, lang=lang)
    tables = [block for block in content.sections[0].blocks if isinstance(block, Table)]
    return tables[0]


def test_key_figures_say_what_rounding_and_a_part_of_a_year_do(shipped):
    (britain,) = key_figures_of(shipped, "GB", 2012).remarks
    assert "Amounts are rounded: a balance can differ in the last digit." in britain
    assert "–" not in britain, "no dash is explained where there is none"
    (swiss,) = key_figures_of(shipped, "CH", 2015).remarks
    told = "The method changed between 2012 and 2013 and between 2014 and 2015."
    assert told in swiss
    (america,) = key_figures_of(shipped, "US", 2026, "nl").remarks
    assert "2026 (januari–juli) is een deel van het jaar." in america
    assert "afgerond" not in america


def test_a_place_with_a_star_is_in_the_annex(shipped):
    content = make_content(shipped, [], partner="KP", year=2019, lang="en")
    assert (
        "*\N{NO-BREAK SPACE}Uncertain: see the annex."
        in key_figures_of(shipped, "KP", 2019).remarks[0]
    )
    (annex,) = (section for section in content.sections if section.id == "certainty")
    places = annex.blocks[0].frame
    assert places.iloc[:, 0].tolist() == ["total trade", "imports", "exports"]
    assert places.iloc[1].tolist()[2:] == ["123rd", "8th", "136th"]


def test_places_that_are_all_certain_have_no_table_of_their_range(shipped):
    told = {}
    for partner in ("DE", "RU"):
        content = make_content(shipped, [], partner=partner, year=2012, lang="en")
        places = grid(key_figures_of(shipped, partner, 2012))[1][:2]
        assert all(row[-1] for row in places)
        told[partner] = "certainty" in [section.id for section in content.sections]
        assert any(row[-1].endswith("*") for row in places) == told[partner]
    assert told == {"DE": False, "RU": True}


def test_a_share_too_small_for_a_decimal_is_said_to_be_so(shipped):
    shares = key_figures_of(shipped, "HR", 2013).frame.set_index("Trade")["Share"]
    assert shares["Goods, imports"] == "under 0.1%"
    assert shares["Goods, exports"] == "0.1%"
    assert shares["Goods, balance"] == ""
    heads = key_figures_of(shipped, "TV", 2022).frame.columns.tolist()
    assert heads == ["Trade", "2022", "2021", "2017"], "no part of what is published as zero"


@pytest.mark.parametrize(
    ("partner", "year", "rows"),
    [
        ("SY", 2014, None),
        ("KI", 2015, ["Goods, imports", "Goods, exports"]),
        ("VN", 2014, ["Services, imports", "Services, exports"]),
    ],
)
def test_key_figures_have_no_rows_and_page_one_no_table_of_dashes(shipped, partner, year, rows):
    content = make_content(shipped, [], partner=partner, year=year, lang="en")
    tables = [block for block in content.sections[0].blocks if isinstance(block, Table)]
    assert [grid(each)[1][0][0] for each in tables] == (rows or [])[:1]
    for table in tables:
        assert [row[0] for row in grid(table)[1]] == rows
        goods = rows[0].startswith("Goods")
        assert ("Goods are counted" in table.remarks[0]) == goods
        assert ("Shares are" in table.remarks[0]) == ("Share" in grid(table)[0])


@pytest.mark.parametrize(
    ("lang", "there"),
    [
        ("en", "There are figures on goods for 2015–2025 and on services for 2006–2013."),
        (
            "nl",
            "Wel zijn er cijfers over de goederen in 2015–2025 en over de diensten in 2006–2013.",
        ),
    ],
)
def test_of_a_year_without_figures_it_is_said_which_years_have_them(shipped, lang, there):
    content = make_content(shipped, [], partner="SY", year=2014, lang=lang)
    *missing, last = content.sections[0].blocks[0].items
    assert last == there
    assert len(missing) == 2
    assert all("2014" in sentence for sentence in missing)
    content = make_content(shipped, [], partner="VN", year=2014, lang=lang)
    assert len(content.sections[0].blocks[0].items) == 2, "its services have figures"


@pytest.mark.parametrize(
    ("partner", "year", "lang", "headline"),
    [
        ("SD", 2010, "en", "Goods trade with Sudan in 2010 is not published"),
        ("SD", 2010, "nl", "De goederenhandel met Soedan in 2010 is niet gepubliceerd"),
        ("TV", 2022, "en", "Trade with Tuvalu in 2022: imports and exports each less than €0.5m"),
        ("KP", 2019, "nl", "Handel met Noord-Korea in 2019: in- en uitvoer elk € 6 mln"),
    ],
)
def test_headlines_of_what_is_not_published_or_is_the_same(shipped, partner, year, lang, headline):
    chart = nl.charts.draw_over_time(shipped, partner=partner, period=year, lang=lang)
    assert chart.headline.replace("\N{NO-BREAK SPACE}", " ") == headline


def test_a_line_that_is_always_next_to_nothing_has_no_highest_and_lowest(shipped):
    told = nl.charts.draw_over_time(shipped, partner="TV", period=2022).alt
    assert "Imports, 2015–2026: less than €0.5m throughout." in told


def test_no_growth_is_told_across_a_break_or_of_a_part_year(shipped):
    told = make_content(shipped, [], partner="RU", year=2013, lang="en").sections[0].blocks[0].items
    assert "The change from 2012 is left out: from 2013 ship's stores" in told[0]
    assert not any("rose" in sentence or "fell" in sentence for sentence in told)
    told = make_content(shipped, [], partner="RU", year=2026, lang="nl").sections[0].blocks[0].items
    assert "Dit is een deel van het jaar, dus niet te vergelijken met heel 2025." in told[0]
    assert "in 2026 (januari–juli)" in told[0]


def test_no_change_is_told_from_a_year_that_there_is_no_figure_of(shipped):
    """Croatia has no figure of its own for 2012."""
    told = make_content(shipped, [], partner="HR", year=2013, lang="en").sections[0].blocks[0].items
    assert "2012" not in told[0]


def test_small_amounts_have_no_shares(shipped):
    """The parts of the five million exported to Vatican City add up to 120 percent."""
    for partner, year in [("VA", 2019), ("SS", 2019), ("TL", 2020)]:
        content = make_content(shipped, [], partner=partner, year=year, lang="en")
        assert "%" not in " ".join(content.sections[0].blocks[0].items)
        assert "composition" not in {chart.name for chart in content.charts}


def test_half_a_sentence_never_says_zero_where_the_other_says_missing(shipped):
    content = make_content(shipped, [], partner="KI", year=2019, lang="en")
    told = content.sections[0].blocks[0].items[0]
    assert told == (
        "CBS publishes no figure for imports of goods from Kiribati in 2019; that does not mean "
        "zero. "
        "Exports of goods to Kiribati came to less than half a million euro."
    )
    assert not any("No trade" in chart.headline for chart in content.charts)


def test_the_share_is_of_the_partner_not_of_the_gap(shipped):
    told = make_content(shipped, [], partner="RU", year=2012, lang="en").sections[0].blocks[0].items
    assert told[1].startswith(
        "Russia supplied 5.2% of all Dutch goods imports and took 1.6% of all goods exports."
    )


def test_a_place_names_its_period_and_a_wide_range_stands_in_the_annex(shipped):
    content = make_content(shipped, [], partner="VN", year=2015, lang="nl")
    (place,) = [s for s in content.sections[0].blocks[0].items if "handelspartner" in s]
    assert "in 2015 de 19e handelspartner" in place
    assert place.endswith("Deze plaatsen zijn niet zeker: de bijlage geeft van elk de marge.")
    (annex,) = [section for section in content.sections if section.id == "certainty"]
    assert grid(annex.blocks[0])[1][0][2] == "19e"


def test_with_claims_the_verdict_leads_and_without_the_findings(shipped):
    first = make_content(shipped, nl.check_claims(), partner="RU", year=2012, lang="en").sections[0]
    assert first.blocks[0].startswith("Seven of the eight published figures hold")
    first = make_content(shipped, [], partner="RU", year=2012, lang="en").sections[0]
    assert not isinstance(first.blocks[0], str)


def test_the_document_is_not_changed_by_reading_it(shipped):
    before = shipped.copy()
    make_content(
        shipped, nl.check_claims(shipped), partner="RU", year=2012, lang="nl", sectors=nl.sectors()
    )
    pd.testing.assert_frame_equal(shipped, before)
    assert registry.partner("RU").id == "RU"


@pytest.mark.parametrize(
    ("partner", "year", "tables"),
    [
        ("GG", 2012, {"80414ned"}),  # services of a few million, and no goods
        ("AN", 2016, {"83028NED", "82616NED"}),  # in neither
        ("VA", 2016, {"85427NED"}),
    ],
)
@pytest.mark.parametrize("lang", LANGS)
def test_what_is_told_without_a_figure_names_its_table_all_the_same(
    shipped, partner, year, tables, lang
):
    content = make_content(shipped, [], partner=partner, year=year, lang=lang)
    text = " ".join(plain.render(content, {}).decode().split())
    listed = {id for id in registry.tables() if re.search(rf"\b(Table|Tabel): {id}\b", text)}
    assert listed >= tables
    assert not re.search(r"(up to|tot en met) \.|[Yy]our own table|[Ee]igen tabel", text)
    assert [section.id for section in content.sections if not section.blocks] == []
    about = [
        each
        for section in content.sections
        if section.id == "about-figures"
        for each in section.blocks
    ]
    assert len(about) == bool(content.charts)


def test_a_briefing_on_a_frame_of_your_own_does_not_say_it_is_of_cbs(shipped):
    own = shipped[shipped["partner"].isin(["RU", "WORLD"])].drop(columns="modified")
    content = make_content(own, [], partner="RU", year=2012, lang="nl")
    assert content.subtitle == "Bron: eigen tabel."
