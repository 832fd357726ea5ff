import json
import re
import tomllib
from datetime import date, datetime
from string import Formatter

import pandas as pd
import pytest

import nltrade as nl
from conftest import ROOT
from nltrade import registry
from nltrade.registry.entries import LANGS
from nltrade.words import Words
from oracle import read

DIMENSIONS = {
    "83028NED": "LandenGroepen",
    "85427NED": "Landen",
    "80414ned": "Landen",
    "82616NED": "Landen",
    "84765NED": "Landen",
}


@pytest.mark.parametrize(("table", "dimension"), DIMENSIONS.items())
def test_every_partner_of_a_table_is_registered_once_and_no_other(table, dimension):
    registered = [p.keys[table] for p in registry.partners().values() if table in p.keys]
    assert sorted(registered) == sorted(row[0] for row in read(table, dimension))


@pytest.mark.parametrize(
    ("table", "dimension", "kind"),
    [
        ("83028NED", "SITC", "goods"),
        ("85427NED", "SITC", "goods"),
        ("82616NED", "Diensten", "services"),
        ("84765NED", "Diensten", "services"),
    ],
)
def test_every_product_of_a_table_is_registered_under_its_own_code(table, dimension, kind):
    codes = {key: p.id for p in registry.products().values() if p.kind == kind for key in p.keys}
    for key, title in read(table, dimension):
        code = title.split()[0]
        assert codes[key] == code or code in ("Totaal", "Niet")


def test_countries_that_are_gone_have_the_number_that_comtrade_had_for_them():
    known = registry.partner_keys("comtrade-partner")
    assert {number: known[number].id for number in ("530", "643", "842")} == {
        "530": "AN",
        "643": "RU",
        "842": "US",
    }
    assert not {"XC", "XK", "XL"} & {each.id for each in known.values()}, "these have no number"


def test_a_key_of_a_table_is_that_of_one_partner():
    keys = [key for p in registry.partners().values() for key in p.keys.items()]
    assert len(keys) > 500
    assert [key for key in set(keys) if keys.count(key) > 1] == []
    assert {table for table, _ in keys} <= set(registry.tables())


def test_a_residual_says_what_it_holds():
    residuals = [p for p in registry.partners().values() if p.kind == "residual"]
    assert len(residuals) > 5
    assert [p.id for p in residuals if p.holds is None] == []


def test_the_same_key_can_mean_another_group():
    by_key = {(t, key): p.id for p in registry.partners().values() for t, key in p.keys.items()}
    assert by_key["83028NED", "L009508"] == "OTHER-ASIA"
    assert by_key["82616NED", "L009508"] == "ASIA-EXCL-NEAR-MIDDLE-EAST"
    assert registry.partners()["OTHER-ASIA"].kind == "residual"
    assert registry.partners()["ASIA-EXCL-NEAR-MIDDLE-EAST"].kind == "group"


def test_every_partner_has_a_name_in_both_languages():
    partners = registry.partners().values()
    assert len(partners) > 250
    assert [p.id for p in partners for lang in LANGS if not p.name(lang).strip()] == []


def test_a_name_of_a_partner_can_stand_in_a_notebook_as_it_is():
    """The notebook of a new mission is JSON with the name filled in."""
    names = [p.name(lang) for p in registry.partners().values() for lang in LANGS]
    assert [name for name in names if json.dumps(name, ensure_ascii=False) != f'"{name}"'] == []


@pytest.mark.parametrize(
    ("id", "en", "nl"),
    [
        ("PN", "the Pitcairn Islands", "de Pitcairneilanden"),
        ("BQ", "the Caribbean Netherlands", "Caribisch Nederland"),
        ("GM", "the Gambia", "Gambia"),
        ("CD", "the Democratic Republic of the Congo", "de Democratische Republiek Congo"),
        ("CG", "Congo", "Congo"),
        ("GB", "the United Kingdom", "het Verenigd Koninkrijk"),
        ("RU", "Russia", "Rusland"),
    ],
)
def test_a_name_in_a_sentence_has_the_article_of_its_language(id, en, nl):
    assert registry.partners()[id].named("en") == en
    assert registry.partners()[id].named("nl") == nl


@pytest.mark.parametrize(
    ("named", "id"), [("Congo-Kinshasa", "CD"), ("Congo - Brazzaville", "CG"), ("Congo", "CG")]
)
def test_both_congos_are_found_by_the_names_of_their_capitals(named, id):
    assert registry.partner(named).id == id


def test_dutch_titles_of_cbs_and_iso_codes_go_together():
    # 80414ned pairs titles with ISO codes; the other tables have titles only.
    iso = {title: key for key, title in read("80414ned", "Landen")}
    by_key = {
        p.keys["83028NED"]: p.id for p in registry.partners().values() if "83028NED" in p.keys
    }
    paired = [
        (by_key[key], iso[title])
        for key, title in read("83028NED", "LandenGroepen")
        if title in iso
    ]
    countries = [
        (ours, theirs) for ours, theirs in paired if registry.partners()[ours].kind == "country"
    ]
    assert len(countries) > 45
    assert all(ours == theirs for ours, theirs in countries)


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2003, 12, 31), 15),
        (date(2004, 4, 30), 15),
        (date(2004, 5, 1), 25),
        (date(2007, 1, 1), 27),
        (date(2012, 12, 31), 27),
        (date(2013, 7, 1), 28),
        (date(2020, 1, 31), 28),
        (date(2020, 2, 1), 27),
        (date(1957, 12, 31), 0),
    ],
)
def test_membership_of_the_eu_follows_its_dates(day, count):
    assert len(nl.eu_members(day)) == count


def test_every_text_can_be_filled_in_only_with_known_formats():
    for text in registry.texts().values():
        for _, name, spec, _ in Formatter().parse(text.en):
            assert not name or not spec or hasattr(Words, spec), text.id


@pytest.mark.parametrize("table", registry.tables())
def test_breaks_lie_inside_the_span_of_their_table_one_year_apart(table):
    found = registry.tables()[table]
    for gap in found.breaks:
        assert int(gap.after) - int(gap.before) == 1
        assert found.first <= gap.before < gap.after <= found.last


def test_environment_yml_gives_what_pyproject_asks():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = {*project["dependencies"], *extras["briefing"], *extras["fetch"], *extras["lab"]}
    asked -= {"nltrade[briefing,fetch]"}
    asked = {
        a.replace("matplotlib>", "matplotlib-base>").replace("[dataframe]", "") for a in asked
    } | {f"python{project['requires-python']}"}
    lines = (ROOT / "environment.yml").read_text().splitlines()
    given = {line.strip().removeprefix("- ").replace(" ", "") for line in lines if ">=" in line}
    assert given == asked
    by_pip = [line.strip().removeprefix("- ") for line in lines[lines.index("  - pip:") + 1 :]]
    assert by_pip == [
        "typst >=0.15",
        "--editable .",
    ]  # pip takes no other options in such a list


def test_constraints_pin_every_dependency_and_name_no_address():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = {line.split("==")[0].lower().replace("_", "-") for line in lines if "==" in line}
    extras = [
        a
        for extra in project["optional-dependencies"].values()
        for a in extra
        if not a.startswith("nltrade")
    ]
    for asked in [*project["dependencies"], *extras]:
        assert re.split(r"[>\[]", asked)[0].lower() in pins
    assert not any("://" in line or "@" in line for line in lines)


GOOD_CLAIM = """
[documents.letter]
title = "A letter"
publisher = "Someone"
date = "2013"

[claims.mine]
wording = "ruim 20 miljard euro"
document = "letter"
en = "Imports are above 20 bn"
nl = "De invoer is hoger dan 20 mld"
measure = "value"
flow = "import"
partner = "RU"
year = 2012
operator = "just above"
threshold = 20000
upto = 21000
"""
PLACE = (
    GOOD_CLAIM[GOOD_CLAIM.index("measure") :],
    'measure = "place"\nflow = "import"\npartner = "RU"\nyear = 2012\noperator = "is"\n'
    "threshold = 3\nbehind = ",
)
BAD_CLAIMS = [
    (
        'flow = "import"',
        'flow = "improt"',
        r"flow = 'improt' is not known. Did you mean 'import'\?",
    ),
    (
        'operator = "just above"',
        'operator = "abov"',
        r"operator = 'abov' is not known.*just above, rounds to",
    ),
    (
        "threshold = 20000",
        'threshold = "20 bn"',
        r"threshold = '20 bn': write a number",
    ),
    ("year = 2012", 'year = "2012-13"', r"year = '2012-13': write a whole number"),
    ("year = 2012", "year = 1995", r"year = 1995: no goods table covers it \(83028NED 2002-2022"),
    ('partner = "RU"', 'partner = "Rusia"', r"No partner 'Rusia'. Did you mean 'RU' \(Russia\)\?"),
    ('flow = "import"', 'flw = "import"', r"no field 'flw' here. Did you mean 'flow'\?"),
    ("upto = 21000", "", r'"just above" needs `upto`'),
    ('measure = "value"', "", r"the field 'measure' is missing"),
    (
        'operator = "just above"',
        'operator = "is"',
        r'a place takes the operator "is" or "in the top"',
    ),
    ('operator = "just above"', 'operator = "rounds to"', r'"rounds to" needs `precision`'),
    (
        'document = "letter"',
        'document = "lettre"',
        r"no document 'lettre'. Did you mean 'letter'\?",
    ),
    ('partner = "RU"', 'partner = "RU"\nproduct = "399"', r"No product '399'.*group \(333\)"),
    ('partner = "RU"', 'partner = "RU"\nnote = "x"', r"no note 'x'"),
    ("threshold = 20000", "threshold = nan", r"threshold = nan: write a number"),
    ("upto = 21000", "upto = inf", r"upto = inf: write a number"),
    ("threshold = 20000", "threshold = -5", r"threshold = -5: a value is above zero"),
    (
        'document = "letter"',
        'document = "letter"\nalso = "letter"',
        r"also = 'letter': write a list",
    ),
    ('document = "letter"', 'document = ["letter"]', r"no document"),
    ('document = "letter"', "", r"the field 'document' is missing; add it"),
    (
        GOOD_CLAIM[: GOOD_CLAIM.index("[claims")],
        "",
        r"entry \[mine\]: no document 'letter'. There are none here; add it\.$",
    ),
    (
        'operator = "just above"',
        'operator = "rounds to"\nprecision = 3000',
        r"threshold = 20000 is no multiple of 3000",
    ),
    ('measure = "value"', 'measure = "share"', r'product = "TOTAL" is the whole'),
    ('partner = "RU"', 'partner = "NL"', r"is the reporter"),
    ("[documents.letter]", "documents = 5\n[other]", r"'documents' is no section"),
    ("[claims.mine]", "[claims.mine", r"not valid TOML"),
    (
        "[claims.mine]",
        "[claim.mine]",
        r"no section 'claim' here. Did you mean 'claims'\? Sections are documents and claims\.",
    ),
    (
        "[documents.letter]",
        "title = 'My claims'\n[documents.letter]",
        r"no section 'title' here. Sections are documents and claims\.",
    ),
    (
        'date = "2013"',
        'date = "2013"\naddress = "javascript:x"',
        r"address = 'javascript:x': write an address that begins with https",
    ),
    (
        'date = "2013"',
        'date = "2013"\nlang = "dutch"',
        r"lang = 'dutch': write the code of a language",
    ),
    ("year = 2012", "year = 2012-01-01", r"year = 2012-01-01: write a whole number\.$"),
    ('partner = "RU"', 'partner = "Rusia"', r"'RU' \(Russia\)\? .* lists all \d+\.$"),
    ('partner = "RU"', 'partner = "RU"\nproduct = "HS27"', r'"HS27" is in no table of CBS'),
    ('partner = "RU"', 'partner = "RU"\nproduct = "99"', r"or a class such as SI\.$"),
    ('operator = "just above"', 'operator = "at least"', r'`upto` belongs to .* "just above"'),
    ("upto = 21000", "upto = 21000\nprecision = 5", r'`precision` belongs to .* "rounds to"'),
    ('wording = "ruim 20 miljard euro"', 'wording = " "', r"wording is empty; write it"),
    (PLACE[0], PLACE[1] + '["US", "US"]', r"name each country in front once"),
    (PLACE[0], PLACE[1] + '["US", "RU"]', r"in front once, and RU not"),
    (PLACE[0], PLACE[1] + '["US", "EU"]', r'"EU" is a group; only countries are in front'),
]


@pytest.mark.parametrize(("old", "new", "says"), BAD_CLAIMS)
def test_a_wrong_claims_file_names_the_entry_and_the_remedy(tmp_path, old, new, says):
    file = tmp_path / "mine.toml"
    assert old in GOOD_CLAIM
    file.write_text(GOOD_CLAIM.replace(old, new), encoding="utf-8")
    with pytest.raises(nl.errors.RegistryError, match=says) as error:
        nl.claims(file)
    assert "mine.toml" in str(error.value)


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (nl.claims, f"{GOOD_CLAIM}[clams.other]\n", "'clams' here. Did you mean 'claims'"),
        (nl.sectors, "[sector.oil]\n", "'sector' here. Did you mean 'sectors'"),
        (nl.sectors, "[group.base]\n[sectors.oil]\n", "'group' here. Did you mean 'groups'"),
        (nl.published, "[publish.x]\n", "'publish' here. Did you mean 'published'"),
        (registry.use_tables, "[table.83028NED]\n", "'table' here. Did you mean 'tables'"),
    ],
)
def test_a_section_that_nothing_reads_is_refused_with_the_one_that_is_close(
    tmp_path, read, text, says
):
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(nl.errors.RegistryError, match=f"mine.toml: no section {says}"):
        read(tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("partner", "says"),
    [("Germany", "Germany was in the EU at the end of 2012"), ("WORLD", "a group has no place")],
)
def test_a_place_is_one_of_a_country_outside_the_eu(tmp_path, partner, says):
    place = (
        GOOD_CLAIM.replace('"value"', '"place"')
        .replace('"just above"', '"is"')
        .replace("20000", "1")
    )
    (tmp_path / "mine.toml").write_text(place.replace('"RU"', f'"{partner}"'), encoding="utf-8")
    with pytest.raises(nl.errors.RegistryError, match=says):
        nl.claims(tmp_path / "mine.toml")


def test_a_claims_file_written_on_windows_is_read(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD_CLAIM.replace("\n", "\r\n"), encoding="utf-8-sig")
    assert list(nl.claims(tmp_path / "mine.toml")) == ["mine"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *[("UK", "GB"), ("VS", "US"), ("Holland", "NL"), ("türkiye", "TR"), ("U.S.", "US")],
        *[("Palestine", "PS"), ("Ivory Coast", "CI"), ("Republic of Korea", "KR")],
        *[("Trinidad and Tobago", "TT"), ("Saint Kitts & Nevis", "KN"), ("St Lucia", "LC")],
        *[("European Union", "EU"), ("buiten de EU", "NON-EU"), ("euro area", "EUROZONE")],
    ],
)
def test_partners_are_found_by_the_names_people_write(name, code):
    assert registry.partner(name).id == code


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Saudi", "Did you mean 'SA' (Saudi Arabia)?"),
        ("Republic of Poland", "Did you mean 'PL' (Poland)?"),
        ("Surinam", "Did you mean 'SR' (Suriname)?"),
        ("Scotland", "No partner 'Scotland'. nltrade.partners()"),  # once, that was Estland
        ("Republic of", "No partner 'Republic of'. nltrade.partners()"),
    ],
)
def test_a_name_that_is_not_known_brings_the_one_that_is_meant_or_none(name, hint):
    with pytest.raises(nl.UnknownName) as error:
        registry.partner(name)
    assert hint in str(error.value)


def test_a_day_of_the_eu_is_a_date_a_moment_of_it_or_its_text():
    members = nl.eu_members(date(2012, 12, 31))
    for day in ("2012-12-31", datetime(2012, 12, 31, 23), pd.Timestamp("2012-12-31")):
        assert nl.eu_members(day) == members
    with pytest.raises(nl.UnknownName, match=r"No day '2012'\. Write one such as"):
        nl.eu_members(2012)


def test_claims_are_chosen_by_a_year_as_number_or_text():
    assert len(nl.claims(year="2012")) == len(nl.claims(year=2012)) == 8


def test_a_good_claims_file_is_read(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(GOOD_CLAIM, encoding="utf-8")
    (claim,) = nl.claims(file).values()
    assert (claim.id, claim.threshold, claim.document.title) == ("mine", 20000, "A letter")


def test_a_claims_file_that_is_absent_or_empty_is_an_error(tmp_path):
    with pytest.raises(nl.errors.RegistryError, match="no such file"):
        nl.claims(tmp_path / "none.toml")
    (tmp_path / "empty.toml").touch()
    with pytest.raises(nl.errors.RegistryError, match=r"no claim found.*\[claims\.<id>\]"):
        nl.claims(tmp_path / "empty.toml")
