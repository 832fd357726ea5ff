import re
from html.parser import HTMLParser

import msgspec
import pytest

import nltrade as nl
from conftest import ROOT
from nltrade.cbs.snapshot import origins
from nltrade.documents import page
from nltrade.registry.entries import LANGS


class Page(HTMLParser):
    """What a page has: its texts, its images, the addresses it would load."""

    def __init__(self, html):
        super().__init__()
        self.words, self.images, self.loads, self.tags = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "img":
            self.images.append(given)
        if "src" in given or tag == "link":
            self.loads.append(given.get("src") or given.get("href"))

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("lang", LANGS)
def test_the_committed_briefing_is_the_one_the_code_writes(lang, tmp_path):
    path = nl.briefing(lang=lang, out=tmp_path)
    assert path.read_bytes() == (ROOT / "figures" / path.name).read_bytes(), "run `make briefing`"


@pytest.mark.parametrize("name", ["briefing.html", "briefing.nl.html"])
def test_the_briefing_opens_anywhere(name):
    html = (ROOT / "figures" / name).read_text(encoding="utf-8")
    found = Page(html)
    assert len(found.images) == 9
    assert all(image["alt"].strip() and image["src"].startswith("data:image/svg+xml;base64,") for image in found.images)
    assert all(address.startswith("data:") for address in found.loads)
    assert "script" not in found.tags


def test_the_briefing_has_the_verdicts_with_their_numbers_and_sources():
    words = " ".join(Page((ROOT / "figures" / "briefing.html").read_text(encoding="utf-8")).words)
    for said in ("€20,332m", "€7,068m", "91.9%", "+19.9%", "+10.4%", "€12,153m behind China"):
        assert said in words
    for table in ("83028NED", "85427NED", "80414ned"):
        (origin,) = origins([table])
        assert origin.sha256 in words
        assert origin.attribution.removesuffix(")") in words
        assert origin.via in words


@pytest.mark.parametrize(("partner", "year", "images"), [("Duitsland", 2019, 7), ("US", 2005, 7), ("AF", 2020, 6)])
def test_other_partners_have_a_briefing_without_verdicts(partner, year, images, tmp_path):
    found = Page(nl.briefing(partner=partner, year=year, out=tmp_path).read_text(encoding="utf-8"))
    assert len(found.images) == images
    assert "caption" not in found.tags


def test_a_partner_without_a_cell_for_the_year_is_said_not_to_be_published(tmp_path):
    words = " ".join(Page(nl.briefing(partner="HR", out=tmp_path).read_text(encoding="utf-8")).words)
    assert "CBS does not publish Croatia separately for 2012; that is not zero." in words
    assert "in 2012, and over the years" in words


def test_what_cannot_be_briefed_is_an_error_and_writes_nothing(shipped, tmp_path):
    with pytest.raises(nl.NoData, match=r"No rows with period 1990.*Here: 2002 to 2026"):
        nl.briefing(year=1990, out=tmp_path)
    with pytest.raises(nl.NoData, match=r"nothing on the trade in goods with Croatia \(HR\)"):
        nl.briefing(partner="HR", out=tmp_path, frame=shipped[shipped["period"] == "2012"])
    with pytest.raises(nl.UnknownName, match="Did you mean 'RU'"):
        nl.briefing(partner="Rusia", out=tmp_path)
    assert not list(tmp_path.iterdir())


def test_markup_in_a_claim_stays_text(shipped):
    claim = msgspec.structs.replace(nl.claims()["imports-2012"], wording="<script>alert(1)</script>", en="<b>x</b>")
    html = page(nl.check_claims(shipped, [claim]), [], partner="RU", year=2012, lang="en")
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html


def test_an_address_that_is_no_web_address_is_not_a_link(shipped):
    claim = nl.claims()["first-imports-2012"]
    evil = msgspec.structs.replace(claim, document=msgspec.structs.replace(claim.document, address="javascript:x"))
    html = page(nl.check_claims(shipped, [evil]), [], partner="RU", year=2012, lang="en")
    assert not re.search(r'href="javascript', html)
