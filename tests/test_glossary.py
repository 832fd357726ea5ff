"""Texts for readers are held to the glossary, and to the marks of a sentence that is written."""

import ast
import json
import re
import tomllib
from functools import cache

import pytest
import typer

import nltrade as nl
from conftest import ROOT
from nltrade import registry
from nltrade.cli import app
from nltrade.registry import sectors as named

GLOSSARY = tomllib.loads((registry.FOLDER / "glossary.toml").read_text(encoding="utf-8"))
# Commands and options stand as they are typed.
TYPED = re.compile(r"\{[^}]*\}|`[^`]*`|--\w+|“[^”]*”")


def texts():
    """List the words of every text: where it stands, its language, the words without fields."""
    listed = {
        "texts": registry.texts(),
        "notes": registry.notes(),
        "claims": nl.claims(),
        "events": registry.events(),
        "sectors": nl.sectors(),
        "published": named.published(),
    }
    for file, entries in listed.items():
        for id, text in entries.items():
            for lang in ("en", "nl"):
                words = [text.text(lang), *more_of(text, lang)]
                yield f"{file}.{id}", lang, TYPED.sub("…", " | ".join(words))
    for name, command in typer.main.get_command(app).commands.items():
        told = [command.help or "", *(getattr(each, "help", "") or "" for each in command.params)]
        yield f"help.{name}", "en", TYPED.sub("…", " ".join(" | ".join(told).split()))


def more_of(text, lang):
    """List what else an entry says in a language: what classes leave out, what differs."""
    fields = [f"{name}_{lang}" for name in ("about", "hs", "remark")]
    return [getattr(text, field) for field in fields if getattr(text, field, None)]


@cache
def pages():
    """List what is written in English outside the registry: its file, and the words."""
    written = []
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        prose = re.sub(r"```(?!{).*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        written += [(path.name, part) for part in prose.split("\n\n")]

    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        written += [(path.name, text) for text in texts]

    for path in (ROOT / "nltrade" / "cli" / "templates").glob("*.toml.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        written += [(path.name, line) for line in lines if line.startswith("#")]

    for path in (ROOT / "nltrade").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        written += [(path.name, sentence) for sentence in sentences(tree)]
    return [(where, TYPED.sub("…", words)) for where, words in written]


def sentences(tree):
    """List the texts of four words or more in code, such as those of errors; not docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, documented)]
    skipped = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            parts = [getattr(part, "value", "") for part in node.values]
            text = "".join(part if isinstance(part, str) else "…" for part in parts)
        elif isinstance(node, ast.Constant) and id(node) not in skipped:
            text = str(node.value)
        else:
            continue
        if len(text.split()) >= 4:
            yield text


def test_every_term_has_both_languages_and_none_breaks_its_own_rule():
    assert len(GLOSSARY) >= 25
    for id, term in GLOSSARY.items():
        assert set(term) <= {"en", "nl", "never_en", "never_nl", "allowed"}, id
        for lang in ("en", "nl"):
            assert term[lang].strip()
            assert not any(re.search(each, term[lang]) for each in term.get(f"never_{lang}", []))
        assert term.get("never_en") or term.get("never_nl"), id


@pytest.mark.parametrize("id", GLOSSARY)
def test_texts_use_the_words_of_the_glossary(id):
    term = GLOSSARY[id]
    english = ((where, "en", words) for where, words in pages())
    found = {
        where: f"{where} ({lang}): {words}"
        for where, lang, words in [*texts(), *english]
        for pattern in term.get(f"never_{lang}", [])
        if re.search(pattern, words)
    }
    allowed = set(term.get("allowed", []))
    assert [words for where, words in found.items() if where not in allowed] == []
    assert allowed <= set(found), "a text that keeps to the word needs no leave"


def test_no_text_has_doubled_stops_words_or_spaces():
    faults = re.compile(r"\.\.(?!\.)|\s\s|[,;:.][,;:]|(?i:\b(\w{3,}) \1\b)|\s[,;.]")
    assert [where for where, _, words in texts() if faults.search(words)] == []


def test_no_text_has_two_colons_in_a_sentence():
    two = re.compile(r":\s[^.;|]*:\s")
    found = [f"{where}: {words}" for where, lang, words in texts() if two.search(words)]
    assert found == []


def test_pages_notebooks_and_errors_are_read():
    read = {where for where, _ in pages()}
    assert {"README.md", "why_figures_differ.md", "04_partners.ipynb", "trade.py"} <= read
    told = [words for where, words in pages() if where == "comtrade_feed.py"]
    assert any("that does not mean zero" in words for words in told)


def test_a_broken_rule_is_found():
    assert re.search(GLOSSARY["cbs"]["never_nl"][1], "Nu CBS publiceert")
    assert not re.search(GLOSSARY["cbs"]["never_nl"][1], "Het CBS publiceert")
    assert re.search(GLOSSARY["import"]["never_nl"][0], "de goederenimport uit")
