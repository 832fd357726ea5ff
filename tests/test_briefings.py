"""A briefing on every partner and year of the snapshot: each is written, and says what the frame holds."""

import re
from functools import cache
from html.parser import HTMLParser

import pandas as pd
import pytest

import nltrade as nl
from nltrade import registry
from nltrade.briefing import html, plain
from nltrade.briefing.content import make_content
from nltrade.charts import ranking
from nltrade.registry.entries import LANGS
from nltrade.words import Words

YEARS = [str(year) for year in range(2002, 2027)]
TOLD = {
    "import": ("imports of goods from", "goedereninvoer uit"),
    "export": ("exports of goods to", "goederenuitvoer naar"),
}


@pytest.fixture(autouse=True)
def ranked_once(monkeypatch):
    """Rank the partners of a year once, not for each of two hundred briefings: the ranking is of all of them."""
    rank, known = ranking.rank_partners, {}

    def remember(frame, **asked):
        key = str(sorted(asked.items(), key=str))
        if key not in known:
            known[key] = rank(frame, **asked)
        return known[key].copy()

    monkeypatch.setattr(ranking, "rank_partners", remember)


@pytest.mark.slow
@pytest.mark.parametrize("year", YEARS)
def test_the_briefing_on_every_partner_of_a_year_is_written(shipped, year):
    goods = shipped[
        (shipped["kind"] == "goods") & (shipped["period"] == year) & (shipped["level"] == 0)
    ]
    partners = goods.loc[goods["partner_kind"] == "country", "partner"].unique()
    assert len(partners) >= 50
    for partner in partners:
        assert_written(shipped, partner, year)


@pytest.mark.parametrize(
    ("partner", "year"),
    [
        ("RU", "2012"),
        ("GB", "2012"),
        ("HR", "2013"),
        ("AQ", "2018"),
        ("CN", "2026"),
        ("US", "2022"),
    ],
)
def test_a_briefing_says_what_the_frame_holds(shipped, partner, year):
    assert_written(shipped, partner, year)


def assert_written(shipped, partner, year):
    said = {}
    for lang in LANGS:
        try:
            content = make_content(shipped, [], partner=partner, year=int(year), lang=lang)
        except nl.NoData as error:
            own = shipped[(shipped["partner"] == partner) & (shipped["freq"] == "A")]
            assert own["value_meur"].isna().all()
            assert f"({partner})" in str(error)  # noqa: PT017
            return
        text = plain.render(content, {}).decode()
        page = html.render(content, {chart.name: b"<svg/>" for chart in content.charts}).decode()
        assert_whole(page, len(content.charts))
        (found,) = [section for section in content.sections if section.id == "findings"]
        sentences = found.blocks[0].items
        for sentence in sentences:
            assert re.search(r"(\bnan\b|None|[{}<>]|\s\s)", sentence) is None, sentence
            assert sentence[0].isupper() or sentence[0].isdigit()
            assert sentence.endswith(".")
            assert " ".join(sentence.split()) in " ".join(text.split())
        assert_levels(shipped, partner, year, lang, sentences)
        said[lang] = sentences
    assert len(said["en"]) == len(said["nl"])
    assert not set(said["en"]) & set(said["nl"])


def assert_levels(shipped, partner, year, lang, sentences):
    """Compare what is told of goods with the cells, found without the package's own questions."""
    say = Words(lang)
    cells = shipped[(shipped["partner"] == partner) & (shipped["period"] == year)]
    cells = cells[
        (cells["kind"] == "goods") & (cells["product"] == "TOTAL") & cells["value_meur"].notna()
    ]
    cells = cells[cells["flow"].isin(["import", "export"])]
    if cells.empty:
        assert say.text("year-not-published", partner=partner, year=year) == sentences[0]
        return
    whole = cells[cells["complete"]]
    table = (whole if len(whole) else cells)["table"].iloc[0]
    value = cells[cells["table"] == table].set_index("flow")["value_meur"]
    for at, (flow, names) in enumerate(TOLD.items()):
        assert names[LANGS.index(lang)] in sentences[at].lower()
        if flow not in value:
            assert re.search("are not published|is voor .* niet gepubliceerd", sentences[at])
        elif value[flow] == 0:
            assert re.search(r"\bnil\b|\bnihil\b", sentences[at])
        else:
            assert say.bn(value[flow]) in sentences[at]


class Page(HTMLParser):
    """The tags of a page, each closed as it was opened."""

    def __init__(self):
        super().__init__()
        self.open, self.images, self.ids, self.links = [], [], [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.images += [values["alt"]] if tag == "img" else []
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        assert tag != "script"
        assert not any(name.startswith("on") for name in values)
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def assert_whole(page, images):
    reader = Page()
    reader.feed(page)
    assert not reader.open
    assert len(reader.images) == images
    assert all(len(alt) > 80 for alt in reader.images)
    assert len(set(reader.ids)) == len(reader.ids)
    assert {link.removeprefix("#") for link in reader.links if link.startswith("#")} <= set(
        reader.ids
    )


@cache
def frame_of(*values):
    """Make a synthetic trade with a partner: imports of 2011 and 2012, exports of 2011 and 2012, million euro."""
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
            ["hardly changed in 2012 (+0.5%): €1.0bn", "hardly changed in 2012 (0%)"],
        ),
        (
            (1000, None, 500, 400),
            ["Imports of goods from Norway are not published for 2012; that is not zero."],
        ),
        (
            (1000, 0, 500, 700),
            ["were nil in 2012, or less than half a million euro", "exported €700m more to Norway"],
        ),
        ((None, 1200, 500, 400), ["Imports of goods from Norway were €1.2bn in 2012."]),
        ((3, 9, 500, 400), ["Imports of goods from Norway were €9m in 2012."]),
        ((1000, 700, 500, 700), ["Imports and exports were equal."]),
        ((0, 0, 0, 0), ["were nil in 2012"]),
        (
            (None, None, None, None),
            ["CBS does not publish Norway separately for 2012; that is not zero."],
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


def test_no_growth_is_told_across_a_break_or_of_a_part_year(shipped):
    told = make_content(shipped, [], partner="RU", year=2013, lang="en").sections[0].blocks[0].items
    assert any(
        sentence.startswith("No change from 2012 is given: ship's stores") for sentence in told
    )
    assert not any("rose" in sentence or "fell" in sentence for sentence in told)
    told = make_content(shipped, [], partner="RU", year=2026, lang="nl").sections[0].blocks[0].items
    assert "Een deel van een jaar wordt niet met 2025 vergeleken." in told
    assert "in 2026 (januari–juli)" in told[0]


def test_the_document_is_not_changed_by_reading_it(shipped):
    before = shipped.copy()
    make_content(
        shipped, nl.check_claims(shipped), partner="RU", year=2012, lang="nl", sectors=nl.sectors()
    )
    pd.testing.assert_frame_equal(shipped, before)
    assert registry.partner("RU").id == "RU"
