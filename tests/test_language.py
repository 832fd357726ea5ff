"""Every text a reader sees comes from the catalogue, in both languages, each with its own words."""

import re
import tomllib
from string import Formatter

import msgspec
import pytest
from babel.dates import get_month_names

import nltrade as nl
from conftest import ROOT, slow
from gallery import gallery
from legible import drawn_texts
from nltrade import registry
from nltrade.charts import NAMES
from nltrade.registry import entries
from nltrade.registry import sectors as named
from nltrade.words import Words

OPEN, CLOSE = "⟦", "⟧"
SAME = tomllib.loads((ROOT / "tests" / "same_in_both.toml").read_text(encoding="utf-8"))


@pytest.fixture
def marked(monkeypatch):
    """Put marks around every text of the catalogue."""
    text, name = entries.Text.text, entries.Partner.name
    monkeypatch.setattr(entries.Text, "text", lambda self, lang: f"{OPEN}{text(self, lang)}{CLOSE}")
    monkeypatch.setattr(
        entries.Partner, "name", lambda self, lang="en": f"{OPEN}{name(self, lang)}{CLOSE}"
    )


def unmarked(text, lang):
    """Leave what is not between marks, nor a table, a class of products or a month."""
    while True:
        inner = re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "", text)
        if inner == text:
            break
        text = inner
    known = [
        *registry.tables(),
        *(id for id, product in registry.products().items() if product.kind == "services"),
    ]
    known += get_month_names("wide", "stand-alone", locale=lang).values()
    for word in sorted(known, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(word)}\b", "", text)
    return "".join(re.findall("[^\\W\\d_]+", text))


@pytest.mark.parametrize(
    ("partner", "year", "lang"),
    [
        ("RU", 2012, "en"),
        ("RU", 2012, "nl"),
        ("US", 2026, "en"),
        slow("US", 2026, "nl"),
    ],
)
@pytest.mark.usefixtures("marked")
def test_no_text_stands_in_the_code_of_a_figure(shipped, partner, year, lang):
    drawn = gallery(shipped, partner, year, lang)
    assert len(drawn) >= len(NAMES) - 1 - 2 * (partner != "RU")  # whose own report is not here
    for chart in drawn:
        told = [
            chart.alt,
            chart.caption,
            chart.headline,
            *chart.footer,
            *chart.table().columns,
            *chart.table().index,
        ]
        for text in [*(text.get_text() for text in drawn_texts(chart.figure)), *told]:
            assert unmarked(text, lang) == "", f"{chart.name}: {text!r} is not of the catalogue"


@pytest.mark.parametrize("text", ["imports", "2012 invoer", "⟦billion⟧ euro", "⟦a ⟦b⟧ c⟧ d"])
def test_a_text_without_a_mark_is_found(text):
    assert unmarked(text, "en")


def catalogues():
    """List every text of the registry: where it stands, its words in English and in Dutch."""
    texts = {"texts": registry.texts(), "notes": registry.notes(), "events": registry.events()}
    texts |= {
        "tables": registry.tables(),
        "products": registry.products(),
        "published": named.published(),
    }
    sectors = named.sectors()
    texts |= {
        "sectors": sectors,
        "groups": {s.group.id: s.group for s in sectors.values()},
        "claims": nl.claims(),
    }
    found = {
        f"{file}.{id}": (text.en, text.nl)
        for file, entry in texts.items()
        for id, text in entry.items()
    }
    found |= {f"sectors.{s.id}.about": (s.about_en, s.about_nl) for s in sectors.values()}
    found |= {f"sectors.{s.id}.hs": (s.hs_en, s.hs_nl) for s in sectors.values()}
    remarks = {
        p.id: (p.remark_en, p.remark_nl)
        for p in named.published().values()
        if p.remark_en or p.remark_nl
    }
    return found | {f"published.{id}.remark": both for id, both in remarks.items()}


CATALOGUE = catalogues()


def test_every_catalogue_with_both_languages_is_checked():
    """A new kind of entry with words in two languages is to be added to `catalogues`."""
    two = {
        cls.__name__
        for cls in vars(entries).values()
        if isinstance(cls, type) and issubclass(cls, entries.Text)
    }
    assert two == {"Text", "Event", "Product", "Sector", "Published", "Table", "Claim"}
    own = set(msgspec.structs.asdict(next(iter(named.sectors().values())))) | {
        "remark_en",
        "remark_nl",
    }
    assert {name for name in own if name.endswith(("_en", "_nl"))} == {
        "about_en",
        "about_nl",
        "hs_en",
        "hs_nl",
        "remark_en",
        "remark_nl",
    }


def fields(text):
    return sorted((name, spec) for _, name, spec, _ in Formatter().parse(text) if name)


def has_words(text):
    return re.search(r"[^\W\d]", re.sub(r"\{[^}]*\}", "", text)) is not None


def test_every_text_stands_in_both_languages_with_the_same_fields():
    assert [id for id, both in CATALOGUE.items() if not all(text.strip() for text in both)] == []
    assert [id for id, (en, nl) in CATALOGUE.items() if fields(en) != fields(nl)] == []


def test_what_is_the_same_in_both_languages_is_listed_and_nothing_else():
    same = {id for id, (en, nl) in CATALOGUE.items() if en == nl}
    listed = set(SAME["same"])
    assert {id for id in same if has_words(CATALOGUE[id][0])} - listed == set(), "not translated"
    assert listed - same == set()


SOURCES = {
    path: path.read_text(encoding="utf-8")
    for ending in ("py", "j2", "toml")
    for path in (ROOT / "nltrade").rglob(f"*.{ending}")
    if path.name not in ("texts.toml", "notes.toml")
}
# How ids are put together in code: f"why-{measure}" begins, f"{flow}-of-year" ends so.
BEGINNINGS = {each for text in SOURCES.values() for each in re.findall(r'f"([a-z-]{3,}-)\{', text)}
ENDINGS = {each for text in SOURCES.values() for each in re.findall(r'\}(-[a-z-]{3,})"', text)}
# A note in a frame is a text with spaces for hyphens.
QUOTED = {
    each for text in SOURCES.values() for each in re.findall(r"[\"']([\w *()–-]+)[\"']", text)
}
# A concept is told without its edition.
QUOTED |= {each.concept.partition(" (")[0] for each in registry.all_tables().values()}


def used(id):
    """Tell whether code or facts name a text, or begin or end its name."""
    return id in QUOTED or id.startswith(tuple(BEGINNINGS)) or id.endswith(tuple(ENDINGS))


@pytest.mark.parametrize("catalogue", ["texts", "notes"])
def test_every_text_is_used(catalogue):
    assert [id for id in getattr(registry, catalogue)() if not used(id)] == []


def test_a_text_that_nothing_uses_is_found():
    assert not used("bananas-and-pears")


def test_a_date_in_words_of_its_own_stays_as_it_is():
    told = ["Troonrede 2012", "the Tuesday after", "May 2020", "2013"]
    assert [Words("nl").when(words) for words in told] == told
    assert Words("en").when("2026-10-02T23:59:59+00:00") == "2 October 2026"
