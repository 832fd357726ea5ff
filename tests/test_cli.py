"""The command line: the answer first, the same everywhere, errors as sentences with a code."""

import json
import os
import re
import subprocess
import sys
import time
import tomllib

import nbformat
import pandas as pd
import pytest

import nltrade as nl
from conftest import Done, slow
from nltrade.cli import app, output
from test_registry import GOOD_CLAIM

PINNED = ("2023-01-04", "f4158376e8e45a1e5dbadadf31390b235341d65085a8fc90b25cbe26c5e4d555")
MISSION = "This is about Russia in 2012, the mission that comes with nltrade"


def in_a_shell(line, **more):
    """Run a line of a shell, in which nltrade is the command, as one process of its own."""
    command = f'nltrade() {{ "{sys.executable}" -m nltrade "$@"; }}; {line}'
    return subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        check=False,
        env=os.environ | more,
    )


# What a command says first


def test_nltrade_alone_greets_with_what_it_can_do(run):
    done = run(columns=80)
    assert done.code == 0
    assert "nltrade check" in done.out
    assert max(map(len, done.lines)) < 80
    assert run("--version").out == f"nltrade {nl.__version__}\n"


def test_check_says_first_how_many_hold_then_one_line_a_claim(run):
    done = run("check", columns=80)
    assert done.code == 1
    assert done.err == ""
    assert done.out.startswith("Seven of the eight published figures hold")
    lines = [line for line in done.lines if line.startswith(("supported", "contradicted"))]
    assert len(lines) == len(nl.claims())
    assert lines[0].split() == ["supported", "“ruim", "20", "miljard", "euro”", "€20,332m", "+1.7%"]
    assert lines[2].split("  ")[-1].strip() == "€12,153m behind China"
    assert lines[-1].split()[0] == "contradicted"
    assert "sha256 f4158376" in done.out


def test_reasons_and_readings_come_on_request(run):
    short = run("check").out
    assert "no other place is possible" not in short
    assert "First five" not in short
    why = " ".join(run("check", "--why").out.split())
    assert (
        "no other place is possible in total trade, imports and trade in goods and services." in why
    )
    assert "First five" not in why
    readings = " ".join(run("check", "--readings").out.split())
    assert "1. United States €46.7bn; 2. China €39.6bn" in readings
    assert "between 2nd and 4th" in readings


def test_what_newer_figures_changed_stands_under_the_verdicts(run, newer):
    assert newer.is_dir()
    done = run("check")
    assert "changed since the previous version" in done.out
    assert "before: €7,068m, supported" in done.out
    assert "before: 3rd (€12,153m behind China; €11,186m ahead of Norway)" in done.out


def test_check_speaks_dutch(run):
    done = run("check", "--lang", "nl", columns=80)
    assert done.out.startswith("Zeven van de acht")
    assert "klopt niet" in done.out
    assert "€\N{NO-BREAK SPACE}20.332\N{NO-BREAK SPACE}mln" in done.out


def test_what_is_meant_without_a_partner_is_said_in_the_first_line(run):
    for command in ("rank", "sectors"):
        assert run(command).out.startswith(MISSION)
        assert MISSION not in run(command, "--partner", "CN", "--year", "2019").out
        assert run(command, "--year", "2013").out.startswith("This is about Russia in 2013; choose")


def test_a_partner_without_a_year_is_shown_in_its_last_whole_year(run, shipped):
    goods = shipped[(shipped["kind"] == "goods") & (shipped["partner"] == "VN")]
    last = goods.loc[goods["complete"] & goods["value_meur"].notna(), "period"].max()
    assert f"outside the EU, {last}, " in run("rank", "--partner", "Vietnam").out


@pytest.mark.parametrize(
    ("flow", "asked"),
    [
        ("export", "exports"),
        ("export", "uitvoer"),
        ("import", "Invoer"),
        ("re-export", "re-exports"),
    ],
)
def test_flows_are_understood_as_people_write_them(run, flow, asked):
    done = run("rank", "--flow", asked, "--top", "3", "--json").json
    assert done["flow"] == flow
    assert done["rows"] == run("rank", "--flow", flow, "--top", "3", "--json").json["rows"]


def test_rank_is_the_ranking_that_python_shows(run, shipped):
    said = run("rank", "--partner", "VN", "--year", "2016", "--lang", "nl").out
    shown = nl.show_ranking(shipped, period=2016, partner="VN", lang="nl")
    assert said.strip() == repr(shown).strip()
    assert "Geteld volgens 85427NED, die Vietnam publiceert; over 2016 is er ook 83028NED." in said
    assert "Bron: CBS (StatLine 85427NED" in said


def test_a_member_of_the_eu_is_ranked_inside_it(run):
    assert "within the EU, 2019" in run("rank", "--partner", "DE", "--year", "2019").out
    assert "outside the EU, 2019" in run("rank", "--year", "2019").out


# The same answer for another program


def test_check_gives_json_with_cells_table_date_and_hash(run):
    done = run("check", "--json")
    found = {entry["claim"]["id"]: entry for entry in done.json}
    assert done.code == 1
    imports = found["imports-2012"]
    assert imports["verdict"] == "supported"
    assert imports["readings"][0]["cells"][0]["value_meur"] == 20332
    assert imports["sources"] == [{"table": "83028NED", "modified": PINNED[0], "sha256": PINNED[1]}]
    assert len(found["third-partner"]["readings"]) == 10


def test_rank_and_sectors_give_json_with_their_sources(run):
    ranked = run("rank", "--top", "3", "--flow", "export", "--json").json
    assert [row["partner"] for row in ranked["rows"]] == ["US", "CN", "RU"]
    assert ranked["sources"] == [{"table": "83028NED", "modified": PINNED[0], "sha256": PINNED[1]}]
    sectors = run("sectors", "--json").json
    energy = [row for row in sectors["sectors"] if row["sector"] == "energy"]
    assert energy[0]["value_meur"] == 18682


@pytest.mark.parametrize(
    ("command", "column", "value"),
    [
        (["check"], "Verdict", "supported"),
        (["rank", "--flow", "export"], "€ million", 7068),
        (["sectors"], "imports (€ million)", 18682),
        (["partners", "russia"], "code", "RU"),
        (["products", "mineral fuels"], "code", "3"),
    ],
)
def test_answers_go_into_csv_and_excel_alike(run, tmp_path, command, column, value):
    done = run(*command, "--csv", "answer.csv", "--xlsx", "answer.xlsx")
    assert done.out.split() == [str(tmp_path / "answer.csv"), str(tmp_path / "answer.xlsx")]
    assert value in pd.read_csv("answer.csv")[column].tolist()
    assert (tmp_path / "answer.xlsx").read_bytes()[:2] == b"PK"


def test_partners_and_products_are_found_by_a_part_of_their_name(run):
    assert "AE    United Arab Emirates" in run("partners", "EMIRATES").out
    assert [one["id"] for one in run("partners", "vietnam", "--json").json] == ["VN"]
    assert "mineral fuels" in run("products", "brandstof", "--lang", "en").out
    none = run("partners", "atlantis")
    assert (none.code, none.out) == (3, "")
    assert "`nltrade partners` lists all" in none.err


def test_tables_lists_what_is_at_hand(run):
    done = run("tables")
    for said in ("83028NED", "border crossing", "2002–2022", "version of 2026-09-10"):
        assert said in done.out
    listed = {entry["id"]: entry["snapshots"] for entry in run("tables", "--json").json}
    assert listed["7137shih"] == []
    assert listed["83028NED"][0]["modified"] == "2023-01-04"
    assert "`nltrade fetch 7137shih` brings it" in done.out
    assert "4 jaar geleden" in run("tables", "--lang", "nl").out


# What a number is from


def test_the_newest_snapshot_is_named_under_its_own_numbers_and_the_older_under_its(run, newer):
    modified, hash = "2023-06-06", json.loads((newer / "origin.json").read_text())["files"]
    new = {"modified": modified, "sha256": hash["TypedDataSet.csv"]["sha256"]}
    old = dict(zip(["modified", "sha256"], PINNED, strict=True))

    ranked = run("rank", "--flow", "export", "--json").json
    russia = next(row for row in ranked["rows"] if row["partner"] == "RU")
    assert russia["value_meur"] == 6666
    assert ranked["sources"] == [{"table": "83028NED"} | new]

    checked = {one["claim"]["id"]: one for one in run("check", "--json").json}["exports-2012"]
    assert (checked["cbs_says"], checked["before"]["cbs_says"]) == ("€6,666m", "€7,068m")
    assert checked["sources"] == [{"table": "83028NED"} | new]
    assert checked["before"]["sources"] == [{"table": "83028NED"} | old]

    compared = run("diff", "83028NED", "--json").json
    touched = {one["new"]["claim"]["id"]: one for one in compared["claims"]}["exports-2012"]
    assert touched["new"]["sources"] == [{"table": "83028NED"} | new]
    assert touched["old"]["sources"] == [{"table": "83028NED"} | old]

    said = run("diff", "83028NED", "--lang", "nl").out
    assert "gewijzigd 2023-01-04, sha256 f4158376" in said
    assert f"gewijzigd 2023-06-06, sha256 {new['sha256'][:8]}" in said


def test_a_briefing_on_a_pinned_frame_names_the_pinned_snapshot(newer, tmp_path):
    assert newer.is_dir()
    old = nl.load("83028NED", snapshot="2023-01-04")
    (path,) = nl.briefing(partner="RU", year=2012, frame=old, formats="txt", out=tmp_path)
    text = path.read_text(encoding="utf-8")
    assert "f4158376" in text
    assert "2023-06-06" not in text


# Files


def test_check_briefing_and_figures_take_a_claims_file(run, tmp_path):
    mine = GOOD_CLAIM.replace('"RU"', '"TR"').replace("2012", "2014")
    mine = mine.replace("20000", "5000").replace("21000", "6000").replace('"import"', '"export"')
    (tmp_path / "mine.toml").write_text(mine, encoding="utf-8")
    assert run("check", "--claims", "mine.toml").code == 0

    about = ["--claims", "mine.toml", "--partner", "TR", "--year", "2014", "--lang", "en"]
    done = run("briefing", "--format", "txt", *about, "--out", "here")
    assert done.lines[0] == "The published figure holds."
    assert done.lines[1:] == [str(tmp_path / "here" / "briefing-TR-2014.en.txt")]
    drawn = run("figures", "reported", *about, "--out", "here", "--format", "csv")
    assert str(tmp_path / "here" / "reported.en.csv") in drawn.lines
    assert "5067" in (tmp_path / "here" / "reported.en.csv").read_text()

    other = run("briefing", "--claims", "mine.toml")
    assert other.code == 3
    assert "None of these claims is about RU in 2012; they are about TR 2014." in other.err


def test_formats_are_given_with_commas_or_one_by_one(run, tmp_path):
    about = ["--partner", "KI", "--year", "2015", "--lang", "en", "--out", "here"]
    done = run("briefing", "--format", "txt", "--format", "xlsx, txt", *about)
    written = [tmp_path / "here" / f"briefing-KI-2015.en.{format}" for format in ("txt", "xlsx")]
    assert done.lines == list(map(str, written))
    drawn = run("figures", "over_time", "--format", "svg", "--format", "csv", *about)
    assert drawn.lines[:2] == [
        str(tmp_path / "here" / f"over_time.en.{format}") for format in ("svg", "csv")
    ]


def test_a_briefing_ends_with_the_verdict_and_where_it_lies(run, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    done = run("briefing", "--lang", "en", "--format", "txt", "--open")
    path = tmp_path / "briefing" / "briefing-RU-2012.en.txt"
    assert done.lines[-1] == str(path)
    assert "Seven of the eight published figures hold" in done.out
    assert opened == [path.as_uri()]


def test_many_figures_are_counted_and_not_listed(run, tmp_path):
    asked = ["--lang", "en", "--format", "csv", "--partner", "CN", "--year", "2019"]
    done = run("figures", *asked)
    count = len(list((tmp_path / "figures").iterdir()))
    assert done.lines == [f"{count} files, in:", str(tmp_path / "figures")]


def test_a_new_mission_runs_as_it_is(run, tmp_path, monkeypatch):
    assert run("new", "--partner", "Vietnam", "--year", "2019").code == 0
    folder = tmp_path / "mission-VN-2019"
    names = {path.name for path in folder.iterdir()}
    assert names == {"claims.toml", "sectors.toml", "mission.ipynb", "Makefile", "schema"}

    monkeypatch.chdir(folder)
    checked = run("check", "--claims", "claims.toml", "--json")
    assert {one["claim"]["partner"] for one in checked.json} == {"VN"}
    assert [one["verdict"] for one in checked.json][:2] == ["supported", "supported"]
    assert checked.code == 0
    about = ["--partner", "VN", "--year", "2019", "--sectors", "sectors.toml"]
    written = run("briefing", *about, "--claims", "claims.toml", "--format", "txt", "--lang", "nl")
    assert written.code == 0
    assert (folder / "briefing" / "briefing-VN-2019.nl.txt").is_file()

    again = run("new", "--partner", "VN", "--year", "2019", "--out", str(folder))
    assert again.code == 2
    assert "is not empty. Choose another folder with --out." in again.err


@pytest.mark.slow
def test_the_notebook_and_the_makefile_of_a_new_mission_run(run, tmp_path, monkeypatch):
    run("new", "--partner", "Vietnam", "--year", "2019")
    folder = tmp_path / "mission-VN-2019"
    monkeypatch.chdir(folder)
    notebook = nbformat.read(folder / "mission.ipynb", as_version=4)
    nbformat.validate(notebook)
    spoken = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, spoken)
    assert [one.claim.partner for one in spoken["verdicts"]] == ["VN"] * len(spoken["claims"])

    made = in_a_shell(f'cd "{folder}" && make -s sectors NLTRADE="{sys.executable} -m nltrade"')
    assert made.returncode == 0, made.stderr
    assert "information technology" in made.stdout.decode()


@pytest.mark.parametrize(("partner", "year"), [("RU", 2012), ("DE", 2005), ("KI", 2019)])
def test_the_examples_of_a_new_mission_are_explained_and_hold(run, tmp_path, partner, year):
    run("new", "--partner", partner, "--year", year, "--out", "mission")
    text = (tmp_path / "mission" / "claims.toml").read_text(encoding="utf-8")
    written = tomllib.loads(text)["claims"]
    first = text.splitlines()[0].removeprefix("#:schema ")
    schema = json.loads((tmp_path / "mission" / first).read_text(encoding="utf-8"))
    fields = schema["properties"]["claims"]["additionalProperties"]["properties"]
    assert {name for claim in written.values() for name in claim} <= set(fields)
    for field in fields:
        assert re.search(rf"^# (\w+, )?{field}\b", text, flags=re.MULTILINE), field
    verdicts = nl.check_claims(claims=nl.claims(tmp_path / "mission" / "claims.toml"))
    assert {one.verdict for one in verdicts} <= {"supported", "depends"}
    assert verdicts[0].verdict == "supported"


def test_a_year_without_figures_names_those_that_have_some(run, tmp_path):
    done = run("new", "--partner", "Kiribati", "--year", "2010")
    assert done.code == 3
    assert "Kiribati (KI) is not published separately in 83028NED; that does not mean" in done.err
    assert "It is in 85427NED, 2015 to 2026." in done.err
    assert not list(tmp_path.iterdir())


# Screens


SCREENS = {
    "greeting": [],
    "help": ["--help"],
    "check": ["check"],
    "check in Dutch": ["check", "--lang", "nl"],
    "why": ["check", "--why", "--readings"],
    "rank": ["rank", "--partner", "VN"],
    "sectors": ["sectors"],
    "all sectors": ["sectors", "--all"],
    "tables": ["tables"],
    "partners": ["partners"],
    "products": ["products"],
    "plan": ["fetch", "7137shih", "--plan"],
    "new": ["new", "--partner", "VN", "--year", "2019", "--out", "m"],
    "figures": ["figures", "ranking", "--format", "csv", "--lang", "en", "--out", "f"],
    "briefing": ["briefing", "--format", "txt", "--lang", "en", "--out", "b"],
}
COMMANDS = ["check", "rank", "sectors", "figures", "briefing", "new"]
COMMANDS += ["tables", "partners", "products", "fetch", "diff"]


@pytest.mark.parametrize("columns", [80, slow(120)])
@pytest.mark.parametrize(
    "name", [slow(name) if name in ("all sectors", "briefing") else name for name in SCREENS]
)
def test_a_screen_is_as_wide_as_the_terminal_and_has_nothing_to_its_right(run, name, columns):
    done = run(*SCREENS[name], columns=columns)
    texts = [line for line in done.lines if not line.startswith(("http", "/", "Next: cd /"))]
    assert texts
    assert max(map(len, texts)) <= columns
    assert [line for line in texts if line != line.rstrip()] == []


@pytest.mark.parametrize("columns", [80, 120])
def test_the_first_verdict_stands_at_the_top(run, columns):
    lines = run("check", columns=columns).lines
    first = next(place for place, line in enumerate(lines) if line.startswith("supported"))
    assert first <= 3
    assert len(lines) <= 18


def test_no_command_is_without_its_help():
    assert {one.callback.__name__ for one in app.registered_commands} == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_in_whole_lines(run, command):
    done = run(command, "--help", columns=80)
    assert done.code == 0
    assert f"Example: nltrade {command}" in done.out
    assert max(map(len, done.lines)) <= 80
    listed = run("--help", columns=80).out
    assert f"  {command} " in listed
    assert "..." not in listed.partition("Commands:")[2]


def test_a_terminal_gets_colour_and_a_pipe_does_not(run, monkeypatch):
    assert "\x1b[" not in run("check").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[31mcontradicted" in run("check").out


def test_a_terminal_gets_paths_to_click(run, monkeypatch, tmp_path):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    done = run("rank", "--csv", "places.csv")
    assert (tmp_path / "places.csv").as_uri() in done.out


def test_what_takes_long_says_so_where_somebody_looks_on(monkeypatch, capsys):
    monkeypatch.setattr(output, "PATIENCE", 0.01)
    with output.patience("Waiting"):
        time.sleep(0.1)
    assert capsys.readouterr().err == "", "nobody looks on a pipe"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with output.patience("Waiting"):
        time.sleep(0.1)
    told = capsys.readouterr().err
    assert told.startswith("\rWaiting… 0 s")
    assert told.endswith("\r\x1b[K"), "and is gone when it is done"


def test_a_shell_completes_partners_by_their_names():
    asked = {
        "_NLTRADE_COMPLETE": "complete_bash",
        "COMP_WORDS": "nltrade rank --partner Viet",
        "COMP_CWORD": "3",
    }
    assert in_a_shell("nltrade", **asked).stdout.split() == [b"Vietnam"]


def test_answers_load_neither_what_draws_nor_what_downloads():
    code = (
        "import sys; from nltrade.cli import app\n"
        "for words in (['check'], ['rank'], ['tables']):\n"
        "    app(words, standalone_mode=False)\n"
        "print({'matplotlib', 'requests', 'jinja2'} & set(sys.modules), file=sys.stderr)"
    )
    done = in_a_shell(f'"{sys.executable}" -c "{code}"')
    assert done.stderr.split() == [b"set()"]


# Errors


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["check", "--claims", "none.toml"], 2, "none.toml: no such file"),
        (["check", "--lang", "de"], 2, "for '--lang': 'de' is not one of 'en', 'nl'."),
        (["check", "--csv", "answer.txt"], 2, "answer.txt does not end in .csv"),
        (
            ["rank", "--year", "1990"],
            3,
            "no year 1990 in the tables of CBS. They have 1996 to 2026",
        ),
        (
            ["rank", "--year", "20122"],
            3,
            "no year 20122 in the tables of CBS. Did you mean '2022'?",
        ),
        (["rank", "--year", "20122"], 3, "They have 1996 to 2026; 2002 to 2026 are here."),
        (["sectors", "--year", "20122", "--fetch"], 3, "There is no year 20122"),
        (["sectors", "--year", "1998"], 3, "There are no figures of 1998. Here: 2002 to 2026."),
        (["rank", "--year", "1998"], 3, "`nltrade fetch 7137shih --product TOTAL --years 1998`"),
        (
            ["rank", "--table", "7137shih"],
            3,
            "Bring it with `nltrade fetch 7137shih --product TOTAL --years 2012`.",
        ),
        (["rank", "--flow", "improt"], 2, "Did you mean 'import'?"),
        (["rank", "--among", "outside"], 2, "Did you mean 'outside EU'?"),
        (["rank", "--top", "0"], 2, "Invalid value for '--top'"),
        (["rank", "--partner", "Rusia"], 2, "`nltrade partners` lists all"),
        (["figures", "rankin"], 2, "Did you mean 'ranking'?"),
        (["figures", "ranking", "--partner", "HR", "--year", "2012"], 3, "Croatia"),
        (["briefing", "--partner", "Rusia"], 2, "Did you mean 'RU' (Russia)?"),
        (["briefing", "--partner", "Croatia", "--year", "1990"], 3, "1990"),
        (["rank", "--table", "80414ned"], 2, "does not count goods"),
        (["rank", "--table", "83028ned"], 2, "No table '83028ned'. Did you mean '83028NED'?"),
        (["figures", "--partner", "WORLD"], 2, "no partner country"),
        (["briefing", "--partner", "NL"], 2, "no partner country"),
        (["chekc"], 2, "No such command 'chekc'"),
        (["partners", "rusia"], 3, "Did you mean 'Russia'? `nltrade partners` lists all"),
        (["fetch"], 2, "Name one table, or write --all"),
        (["fetch", "70017", "--raw", "--from", "a.csv"], 2, "--from and --raw exclude each other."),
        (
            ["fetch", "70017", "--raw", "--years", "2012"],
            2,
            "--raw and --years exclude each other.",
        ),
        (["fetch", "70017", "--raw", "--freq", "M"], 2, "--raw and --freq exclude each other."),
        (["fetch", "70017", "--raw", "--accept"], 2, "--raw and --accept exclude each other."),
        (["fetch", "70017", "--from", "a", "--by", "SITC"], 2, "--from and --by exclude"),
        (
            ["fetch", "7137shih", "--by", "SITC", "--plan"],
            2,
            "7137shih cannot be asked with --by SITC, which is for tables of UN Comtrade such as "
            "comtrade-partner. Leave that out.",
        ),
        (["fetch", "--all", "--by", "SITC"], 2, "cannot be asked with --by SITC"),
        (["fetch", "comtrade-nl", "--by", "sitc", "--plan"], 2, "Did you mean 'SITC'? Write HS"),
        (
            ["fetch", "70017", "--source", "v5", "--plan"],
            2,
            "No source 'v5'. Write auto, v3 or v4.",
        ),
        (
            ["fetch", "comtrade-partner", "--source", "v4", "--plan"],
            2,
            "comtrade-partner cannot be asked with --source v4, which is a way to CBS.",
        ),
        (
            ["fetch", "comtrade-nl", "--partner", "TR", "--years", "2012", "--freq", "M", "--plan"],
            3,
            "comtrade-nl has no months; it has years.",
        ),
        (["tables", "--search", "x", "--check"], 2, "--search and --check exclude each other."),
    ],
)
def test_wrong_input_is_a_sentence_and_an_exit_code(run, words, code, says, tmp_path):
    done = run(*words)
    assert done.code == code, done.err
    assert says in " ".join(done.err.split())
    assert "nltrade." not in done.err.replace("nltrade.toml", "")
    assert not list(tmp_path.iterdir())


def test_an_error_of_ours_is_told_apart_and_asks_for_a_report(run, monkeypatch):
    def broken(**_):
        raise KeyError("made for this test")

    monkeypatch.setattr(nl, "check_claims", broken)
    done = run("check")
    assert done.code == 4
    assert "this is an error of nltrade" in done.err
    assert "KeyError: 'made for this test'" in done.err
    assert "Please report it" in done.err
    assert "Traceback" not in done.err
    monkeypatch.setenv("NLTRADE_DEBUG", "1")
    assert "Traceback" in run("check").err


def test_a_folder_that_cannot_be_written_is_named(run, tmp_path):
    (tmp_path / "file").touch()
    done = run("figures", "composition", "--out", "file")
    assert done.code == 3
    assert "cannot write" in done.err
    assert "file" in done.err


def test_an_interrupt_while_working_ends_in_silence(run, monkeypatch):
    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(nl, "check_claims", interrupted)
    assert run("check") == Done(130, "", "")


@pytest.mark.parametrize(
    ("line", "code", "out", "err"),
    [
        ("nltrade check | head -1", 0, "Seven of the eight", ""),
        ("nltrade check >&-", 1, "", ""),
        ("nltrade check >/dev/full", 3, "", "No space left on device"),
        slow("nltrade rank --csv /dev/full/x.csv", 3, "", "/dev/full"),
    ],
)
def test_an_output_that_takes_no_more_is_no_traceback(line, code, out, err):
    done = in_a_shell(line)
    assert done.returncode == code
    assert out in done.stdout.decode()
    assert err in done.stderr.decode()
    assert done.stderr.count(b"\n") <= 1


def test_an_output_that_is_not_utf8_gets_what_it_can_show():
    done = in_a_shell("nltrade check", PYTHONIOENCODING="latin-1")
    assert done.returncode == 1
    assert "EUR 20,332m" in done.stdout.decode("latin-1")
    assert "-0.6 points" in done.stdout.decode("latin-1")


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("nltrade check", 1, "EUR 20,332m"),
        ("nltrade check --lang nl", 1, "EUR 20.332 mln"),
        slow("nltrade rank --top 1", 0, "EUR million"),
        ("nltrade rank --partner Türkxyz", 2, "No partner"),
        slow("nltrade sectors --help", 0, "Example: nltrade sectors"),
        slow("nltrade check --foo", 2, "No such option"),
        slow("nltrade partners Türkiye --lang nl", 0, "Turkije"),
    ],
)
def test_a_terminal_of_ascii_alone_gets_every_answer_and_error(line, code, says):
    done = in_a_shell(line, PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    assert done.returncode == code
    assert says in (done.stdout + done.stderr).decode("ascii")


@pytest.mark.parametrize("after", [0.2, 0.5])
def test_an_interrupt_in_the_first_moments_is_no_traceback(after):
    line = f'timeout --preserve-status -s INT {after} "{sys.executable}" -m nltrade check'
    done = in_a_shell(line)
    assert b"Traceback" not in done.stderr
    assert done.returncode in (130, 1)  # 1: this machine was faster, and one claim is contradicted


def test_a_folder_for_downloads_that_takes_no_file_is_an_error_and_no_waiting(run, monkeypatch):
    monkeypatch.setenv("NLTRADE_DATA", "/proc/self")
    done = run("fetch", "7137shih", "--partner", "RU", "--years", "2012")
    assert done.code == 3
    assert "/proc/self" in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["new", "--partner", "RU", "--year", 2000], "Bring it with `nltrade fetch 7137shih"),
        (["new", "--partner", "AN", "--year", 2012], "that does not mean zero."),
        (["sectors", "--partner", "GG"], "It is in 80414ned, 2003 to 2013."),
        (["rank", "--partner", "Guernsey"], "not published separately in 83028NED, 85427NED"),
    ],
)
def test_what_is_not_here_is_not_said_to_be_unpublished_by_cbs(run, words, says):
    done = run(*words)
    assert (done.code, done.out) == (3, "")
    assert says in done.err
    assert "CBS publishes no" not in done.err


def test_what_documents_called_a_base_is_told_of_the_partner_they_are_about(run):
    assert "base of the trade" in run("sectors", "--partner", "RU", "--year", 2012).out
    taiwan = run("sectors", "--partner", "TW", "--year", 2019)
    assert "energy" in taiwan.out
    assert "base of the trade" not in taiwan.out
