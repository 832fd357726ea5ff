"""Whatever stands in a claims or sector file: an answer, or a sentence that says what to mend."""

import os
import random
import re
from pathlib import Path

import pytest

import nltrade as nl
from nltrade.claims.summary import summary
from nltrade.errors import RegistryError
from nltrade.registry.entries import LANGS
from test_registry import GOOD_CLAIM

CASES = sorted((Path(__file__).parent / "cases").glob("[!t]*.toml"))  # "text" is always refused
PIECES = [
    *('""', "''", '"\\u0007"', '"x" ', "[]", "[[]]", "{}", "{a = 1}", "true", "nan", "-inf", "0"),
    *("-1", "1e308", "-1e308", "1e-300", "9" * 30, "9" * 5000, "0x1F", "2012-01-01", "20120"),
    *('"is"', '"in the top"', '"rounds to"', '"just above"', '"at most"', '"less than"', "3.5"),
    *('"place"', '"share"', '"growth"', '"value"', '"balance"', '"total trade"', '"re-export"'),
    *('"all"', '"inside EU"', '"all partners"', '"export"', '"EU"', '"WORLD"', '"DE"', '"GB"'),
    *('"S"', '"3"', '"333"', '"SC"', '["US", "CN"]', '["RU"]', '"{value:meur}"', '"{0}"', "2013"),
]
FIELDS = [
    *("measure", "flow", "partner", "product", "year", "operator", "threshold", "upto"),
    *("precision", "of", "among", "behind", "note", "document", "also", "en", "nl", "wording"),
]
SECTOR = """
[groups.mission]
en = "themes"

[sectors.energy]
group = "mission"
en = "energy"
wording = "energie"
goods = ["3"]
goods_coverage = "direct"
services_coverage = "none"
about_en = "Fuels only."
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = " + "[" * 50_000, "brackets in brackets without end"),
        (GOOD_CLAIM.replace("20000", "9" * 5000), "cannot be read"),
        (GOOD_CLAIM.replace("20000", "1e308"), "threshold = 1e.308 is too large"),
        (GOOD_CLAIM.replace("20000", "20000000000"), "write at most 30,000,000 EUR million"),
        (GOOD_CLAIM.replace("2012", "20120"), "year = 20120: no goods table covers it"),
        (GOOD_CLAIM.replace('"2013"', "2013"), "date = 2013: write text in quotes"),
        (GOOD_CLAIM.replace('"2013"', "2013-11-01"), "date = .*: write text in quotes"),
        (GOOD_CLAIM.replace("[claims.mine]", "[[claims]]"), "'claims' is no section"),
        (GOOD_CLAIM.replace("ruim 20", "ruim \\u000b 20"), r"\[mine\]: wording has a control"),
        (GOOD_CLAIM.replace("A letter", "A \\u001b[31m"), r"\[letter\]: title has a control"),
        (GOOD_CLAIM.replace("claims.mine", 'claims."mi\\u0007ne"'), "its name has a control"),
        (GOOD_CLAIM + '"a\\u0007b" = 1\n', "has a control character"),
        (GOOD_CLAIM.replace('partner = "RU"', 'partner = "RU"\nbehind = ["US"]'), "belongs to"),
    ],
)
def test_a_hostile_claims_file_is_refused_in_a_sentence(tmp_path, text, says):
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RegistryError, match=says) as error:
        nl.claims(file)
    assert "mine.toml" in str(error.value)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 600


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sectors = 3", "'sectors' is no section"),
        ("[[sectors]]", "'sectors' is no section"),
        ("[sectors]\nenergy = 3", r"\[energy\]: expected a section with fields"),
        (SECTOR.replace('"energie"', '"\\u0000"'), "wording has a control character"),
        (SECTOR.replace('"energie"', '"\\u202e"'), "wording has a control character"),
        (SECTOR.replace('["3"]', '"3"'), "goods = '3': write a list"),
        (SECTOR.replace('about_en = "Fuels only."', ""), "write `about_en` or `about_nl`"),
    ],
)
def test_a_hostile_sector_file_is_refused_in_a_sentence(tmp_path, text, says):
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RegistryError, match=says):
        nl.sectors(file)


@pytest.mark.parametrize("read", [nl.claims, nl.sectors])
def test_what_is_no_file_is_refused_in_a_sentence(tmp_path, read, monkeypatch):
    monkeypatch.chdir(tmp_path)
    loop = tmp_path / "loop.toml"
    loop.symlink_to(loop)
    os.mkfifo(tmp_path / "pipe.toml")
    for wrong in ("", ".", tmp_path, loop, tmp_path / "pipe.toml", "a\0b", "x" * 5000, "none.toml"):
        with pytest.raises(RegistryError, match=r"no such file|is no file|cannot be read") as said:
            read(wrong)
        assert len(re.findall("no such file|is no file|cannot be read:", str(said.value))) < 3
        assert ".." not in str(said.value)


@pytest.mark.parametrize("lang", LANGS)
def test_one_language_is_enough_in_a_file_of_your_own(tmp_path, lang):
    other = {"en": "nl", "nl": "en"}[lang]
    kept = [line for line in GOOD_CLAIM.splitlines() if not line.startswith(f"{other} =")]
    (tmp_path / "mine.toml").write_text("\n".join(kept), encoding="utf-8")
    (claim,) = nl.claims(tmp_path / "mine.toml").values()
    assert claim.en == claim.nl != ""
    (tmp_path / "mine.toml").write_text(SECTOR, encoding="utf-8")
    (sector,) = nl.sectors(tmp_path / "mine.toml").values()
    assert (sector.nl, sector.group.nl, sector.about("nl")) == ("energy", "themes", "Fuels only.")


def test_a_claim_in_no_language_is_refused(tmp_path):
    kept = [line for line in GOOD_CLAIM.splitlines() if line[:4] not in ("en =", "nl =")]
    (tmp_path / "mine.toml").write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(RegistryError, match="write `en` or `nl`, or both"):
        nl.claims(tmp_path / "mine.toml")


def test_markup_in_a_file_stays_what_it_is(tmp_path):
    """Nothing of a user's text is filled in, escaped or taken for an order."""
    text = (Path(__file__).parent / "cases" / "text.toml").read_text(encoding="utf-8")
    fine = text.replace("\\u000b", "").replace("\\u0007", "").replace("\\u0001", "")
    (tmp_path / "mine.toml").write_text(fine, encoding="utf-8")
    claims = nl.claims(tmp_path / "mine.toml")
    assert claims["one"].wording.endswith("_2012 #1 *x* `y` <b>z</b> {value:meur}")
    table = nl.verdict_table(nl.check_claims(claims=claims))
    assert "{value:meur}" in table.iloc[0, 0]
    assert "third = $^{3}$ \\frac{1}{2}" in table.iloc[2].tolist()


def mutated(text, chance):
    """Change a few lines of a claims file: another value, a line gone or twice, signs swapped."""
    lines = text.splitlines()
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        name = lines[at].partition("=")[0].strip()
        match chance.randrange(6):
            case 0 | 1 | 2:
                name = name if "=" in lines[at] and chance.random() < 0.7 else chance.choice(FIELDS)
                lines[at] = f"{name} = {chance.choice(PIECES)}"
            case 3:
                lines.insert(at, f"{chance.choice(FIELDS)} = {chance.choice(PIECES)}")
            case 4:
                del lines[at : at + chance.randint(0, 1)]
                lines = lines or ["x = 1"]
            case 5:
                place = chance.randrange(len(lines[at]) + 1)
                sign = chance.choice(['"', "[", "]", "=", "\\", "\x00", "é", "\u202e", "#", "{"])
                lines[at] = lines[at][:place] + sign + lines[at][place:]
    return "\n".join(lines)


def tried(file, text, frame):
    """Read, check and tell a claims file; True where it was answered."""
    file.write_text(text, encoding="utf-8")
    try:
        claims = nl.claims(file)
    except nl.NltradeError as error:
        return not str(error)

    verdicts = nl.check_claims(frame, claims)
    for lang in LANGS:
        assert summary(verdicts, lang)
        for verdict in verdicts:
            assert verdict.says(lang)
            told = [verdict.margin(lang), *verdict.why(lang)]
            assert not any("nan" in text.lower().split() for text in told)
    return True


@pytest.fixture(scope="module")
def few(shipped):
    return shipped[shipped["period"].isin(["2011", "2012", "2013", "2020", "2022"])]


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_claims_file_gives_an_answer_or_a_sentence(tmp_path, few, seed):
    chance = random.Random(seed)
    texts = [case.read_text(encoding="utf-8") for case in CASES] + [GOOD_CLAIM]
    answers = [
        tried(tmp_path / "mine.toml", mutated(chance.choice(texts), chance), few) for _ in range(25)
    ]
    assert 0 < sum(answers) < len(answers)


@pytest.mark.slow
def test_ten_thousand_mutated_claims_files(tmp_path, few):
    chance = random.Random(2013)
    texts = [case.read_text(encoding="utf-8") for case in CASES] + [GOOD_CLAIM]
    answers = 0
    for _ in range(10_000):
        answers += tried(tmp_path / "mine.toml", mutated(chance.choice(texts), chance), few)
    assert answers > 500
