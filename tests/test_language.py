"""Every text a reader sees comes from the catalogue, in both languages, each with its own words."""

import ast
import re
import tomllib
from string import Formatter

import msgspec
import pytest
from babel.dates import get_month_names

import nltrade as nl
from conftest import ROOT
from gallery import gallery
from legible import drawn_texts
from nltrade import registry
from nltrade.charts import NAMES
from nltrade.registry import entries
from nltrade.registry import sectors as named
from nltrade.registry.entries import LANGS

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


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("partner", "year"), [("RU", 2012), ("US", 2026)])
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


@pytest.mark.parametrize("id", CATALOGUE)
def test_a_text_stands_in_both_languages_with_the_same_fields(id):
    english, dutch = CATALOGUE[id]
    assert english.strip()
    assert dutch.strip()
    fields = [
        sorted((name, spec) for _, name, spec, _ in Formatter().parse(t) if name)
        for t in (english, dutch)
    ]
    assert fields[0] == fields[1]
    words = [re.sub(r"\{[^}]*\}|[\W\d]", "", text) for text in (english, dutch)]
    if english == dutch and any(words):
        assert id in SAME["same"], (
            "not translated; a text that is the same in both languages stands in same_in_both.toml"
        )


@pytest.mark.parametrize("id", SAME["same"])
def test_what_is_the_same_in_both_languages_is_so(id):
    english, dutch = CATALOGUE[id]
    assert english == dutch


def strings():
    """Find what can name a text: every string in code, templates and facts, and what is put together of several."""
    literal, composed = set(), set()
    for path in (ROOT / "nltrade").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literal.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                composed.add("".join(map(pattern, node.values)))
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "'-'.join":
                first = [
                    each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)
                ]
                composed |= {f"{re.escape(str(word))}((?:-[^-]+)*)" for word in first}
    for path in (ROOT / "nltrade").rglob("*.j2"):
        literal |= set(re.findall(r"[\"']([^\"']+)[\"']", path.read_text(encoding="utf-8")))
    for path in (ROOT / "nltrade" / "registry").glob("*.toml"):
        if path.name not in ("texts.toml", "notes.toml"):
            literal |= set(re.findall(r'"([^"]+)"', path.read_text(encoding="utf-8")))
    return literal, composed


def pattern(part):
    """Turn a piece of an f-string into a pattern: what is filled in is a group."""
    if isinstance(part, ast.Constant):
        return re.escape(part.value)
    if isinstance(part.value, ast.IfExp) and all(
        isinstance(e, ast.Constant) for e in (part.value.body, part.value.orelse)
    ):
        return f"({'|'.join(sorted((part.value.body.value, part.value.orelse.value), key=len, reverse=True))})"
    return "(.+)"


def used(id, literal, composed):
    """Tell whether an id stands in code as it is, or is put together there of pieces that do."""

    def known(piece):
        return (
            piece in literal
            or piece.isdigit()
            or all(word in literal for word in piece.strip("-").split("-"))
        )

    matches = [re.fullmatch(each, id) for each in composed if re.search("[a-z]{3}", each)]
    return id in literal or any(
        all(known(group) for group in match.groups() if group) for match in matches if match
    )


@pytest.mark.parametrize("catalogue", ["texts", "notes"])
def test_every_text_is_used(catalogue):
    literal, composed = strings()
    assert [id for id in getattr(registry, catalogue)() if not used(id, literal, composed)] == []


@pytest.mark.parametrize(
    "id", ["why-bananas", "reported-bananas", "bananas-with", "over-time-import-bananas", "bananas"]
)
def test_a_text_that_nothing_uses_is_found(id):
    assert not used(id, *strings())
