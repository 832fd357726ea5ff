import dataclasses
import hashlib
import json
import os
import subprocess
import sys

import matplotlib
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nltrade as nl
from conftest import ROOT
from nltrade import figures, manifest
from nltrade.charts import processes as drawing
from nltrade.charts.processes import Picture, pictures
from nltrade.figures import Question, check_figures, draw_figures
from test_cli import run

ONE = Question(names=["composition"], langs=["nl"], formats=["svg", "csv"])
FILES = ["composition.nl.svg", "composition.nl.csv"]


@pytest.fixture(autouse=True)
def read_once(request, monkeypatch, shipped):
    if "newer" not in request.fixturenames:
        monkeypatch.setattr(figures, "load", lambda: shipped)


@pytest.fixture
def folder(tmp_path):
    draw_figures(ONE, tmp_path / "figures")
    return tmp_path / "figures"


def lighten(monkeypatch):
    """Let the code draw otherwise: texts in another grey, and sources with another hash."""
    monkeypatch.setattr("nltrade.charts.canvas.SOFT", "#777777")
    monkeypatch.setattr(manifest, "code_hash", lambda: "made-up hash of other code")


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def ids(folder, question=ONE):
    before = content(folder)
    changes, outdated = check_figures(question, folder)
    assert content(folder) == before, "a check writes nothing"
    of_files = {"change-edited", "change-missing", "change-unmade"}
    assert outdated or all(change.reasons[0].id in of_files for change in changes)
    return {change.file: [reason.id for reason in change.reasons] for change in changes}


def test_the_manifest_ties_each_file_to_data_code_libraries_and_question(folder):
    found = manifest.read(folder)
    assert sorted(found.files) == sorted(FILES)
    for name, record in found.files.items():
        assert record.sha256 == hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert record.drawn == found.files["composition.nl.csv"].sha256
        assert record.tables == ["83028NED"]
    (made,) = found.made.values()
    assert (made.partner, made.year, made.size, made.claims, made.style) == (
        "RU",
        2012,
        "page",
        None,
        None,
    )
    (part,) = made.tables["83028NED"]
    assert part.modified == "2023-01-04"
    assert part.files["TypedDataSet.csv"].startswith("f4158376")
    assert list(made.tables) == sorted(made.tables) == sorted(nl.cbs.snapshot.here())
    assert made.version == nl.__version__
    assert made.libraries["matplotlib"] == matplotlib.__version__


def test_drawing_again_writes_the_same_manifest_and_a_spelling_of_the_partner_is_no_other_question(
    folder,
):
    before = content(folder)
    draw_figures(msgspec.structs.replace(ONE, partner="Russia"), folder)
    assert content(folder) == before
    assert before["manifest.json"].endswith(b"}\n")
    assert list(json.loads(before["manifest.json"])) == ["files", "made", "without"]


def test_what_is_the_same_is_not_drawn_nor_loaded(folder):
    code = (
        "import sys; from nltrade.cli import app; "
        f"app(['figures', 'composition', '--lang', 'nl', '--format', 'svg,csv', '--out', {str(folder)!r}, '--check'], "
        "standalone_mode=False); print([m for m in sys.modules if m in ('matplotlib', 'nltrade.charts')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["Geen figuur zou veranderen.", "[]"]


def test_a_check_without_changes_does_not_read_the_tables_twice(folder, monkeypatch):
    monkeypatch.setattr(figures, "load", lambda: pytest.fail("loaded"))
    assert check_figures(ONE, folder) == ([], False)


@pytest.mark.usefixtures("newer")
def test_other_data_are_named_with_their_dates(folder, monkeypatch, tmp_path):
    draw_figures(ONE, folder)
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / "none"))
    assert ids(folder) == {file: ["change-data"] for file in FILES}
    ((_, values),) = check_figures(ONE, folder).changes[0].reasons
    assert values == {"table": "83028NED", "old": "2023-06-06", "new": "2023-01-04"}


def test_another_content_of_the_same_date_is_named(newer, folder):
    cells = (newer / "TypedDataSet.csv").read_bytes().replace(b"20332,6666", b"20332,6667")
    origin = json.loads((newer / "origin.json").read_text())
    draw_figures(ONE, folder)
    (newer / "TypedDataSet.csv").write_bytes(cells)
    origin["files"]["TypedDataSet.csv"]["sha256"] = hashlib.sha256(cells).hexdigest()
    (newer / "origin.json").write_text(json.dumps(origin))
    assert ids(folder) == {file: ["change-bytes"] for file in FILES}


def test_a_damaged_table_is_an_error_and_not_a_change(newer, folder):
    draw_figures(ONE, folder)
    with (newer / "Perioden.csv").open("ab") as periods:
        periods.write(b"\n")
    with pytest.raises(nl.errors.SnapshotError, match="its hash changed"):
        check_figures(ONE, folder)


def test_other_code_changes_the_picture_and_not_the_numbers(folder, monkeypatch):
    lighten(monkeypatch)
    assert ids(folder) == {"composition.nl.svg": ["change-code"]}


def test_another_library_is_named_with_its_versions(folder, monkeypatch):
    monkeypatch.setattr("nltrade.charts.canvas.SOFT", "#777777")
    monkeypatch.setattr(manifest, "library_versions", lambda: {"matplotlib": "0.1"})
    (change,) = check_figures(ONE, folder).changes
    said = {values["name"]: (values["old"], values["new"]) for _, values in change.reasons}
    assert said["matplotlib"] == (matplotlib.__version__, "0.1")
    assert said["zlib"][1] == "–"


def test_code_that_draws_the_same_bytes_only_dates_the_manifest(folder, monkeypatch):
    monkeypatch.setattr(manifest, "code_hash", lambda: "made-up hash of other code")
    assert check_figures(ONE, folder) == ([], True)
    draw_figures(ONE, folder)
    assert check_figures(ONE, folder) == ([], False)


def test_a_file_edited_missing_new_or_unlisted_is_named(folder):
    (folder / FILES[0]).write_bytes(b"<svg/>")
    (folder / FILES[1]).unlink()
    assert ids(folder) == {FILES[0]: ["change-edited"], FILES[1]: ["change-missing"]}
    (folder / "composition.nl.pdf").write_bytes(b"%PDF")
    more = msgspec.structs.replace(ONE, formats=["pdf"], langs=["nl", "en"])
    assert ids(folder, more) == {
        "composition.nl.pdf": ["change-unlisted"],
        "composition.en.pdf": ["change-new"],
    }


def test_an_edited_file_of_other_code_has_both_reasons(folder, monkeypatch):
    lighten(monkeypatch)
    (folder / FILES[0]).write_bytes(b"<svg/>")
    assert ids(folder) == {FILES[0]: ["change-edited", "change-code"]}


@pytest.mark.parametrize(
    ("asked", "reasons"),
    [
        ({"partner": "CN"}, ["change-partner"]),
        ({"year": 2014, "partner": "DE"}, ["change-partner", "change-year"]),
        ({"size": "slide"}, ["change-size"]),
        ({"style": "own.mplstyle"}, ["change-style"]),
    ],
)
def test_another_question_is_named(folder, tmp_path, asked, reasons):
    if "style" in asked:
        (tmp_path / "own.mplstyle").write_text(
            "font.size: 8\ntext.color: ff0000\n", encoding="utf-8"
        )
        asked["style"] = tmp_path / "own.mplstyle"
    assert ids(folder, msgspec.structs.replace(ONE, **asked))[FILES[0]] == reasons


def test_a_part_of_the_figures_leaves_what_is_known_of_the_others(folder):
    before = manifest.read(folder)
    other = msgspec.structs.replace(ONE, names=["coverage"], langs=["en"], formats=["csv"])
    draw_figures(other, folder)
    after = manifest.read(folder)
    assert after.files == before.files | {"coverage.en.csv": after.files["coverage.en.csv"]}
    draw_figures(msgspec.structs.replace(ONE, formats=["csv"], partner="CN"), folder)
    assert len(manifest.read(folder).made) == 2
    assert ids(folder) == {"composition.nl.csv": ["change-partner"]}
    draw_figures(ONE, folder)
    assert manifest.read(folder).made == before.made


def test_a_figure_without_data_is_remembered_and_its_old_file_is_told(folder, monkeypatch):
    monkeypatch.setattr(figures, "FIGURES", ("composition", "services"))
    every, away = (
        Question(langs=["nl"], formats=["csv"]),
        Question(langs=["nl"], formats=["csv"], partner="IR"),
    )
    draw_figures(every, folder)
    drawn = draw_figures(away, folder)
    assert list(drawn.without) == ["services.nl"]
    assert drawn.left == [folder / "services.nl.csv"]
    assert ids(folder, away) == {"services.nl.csv": ["change-unmade", "change-partner"]}
    drawn.left[0].unlink()
    monkeypatch.setattr(figures, "load", lambda: pytest.fail("loaded"))
    assert check_figures(away, folder) == ([], False)


def test_a_file_of_a_figure_that_is_no_more_is_told_until_it_is_gone(folder, monkeypatch):
    monkeypatch.setattr(figures, "FIGURES", ("coverage",))
    every = Question(langs=["nl"], formats=["csv"])
    draw_figures(every, folder)
    assert ids(folder, every) == {file: ["change-unmade"] for file in FILES}
    for file in FILES:
        (folder / file).unlink()
    assert check_figures(every, folder) == ([], False)
    draw_figures(every, folder)
    assert list(manifest.read(folder).files) == ["coverage.nl.csv"]


@pytest.mark.parametrize("writes", range(len(FILES) + 1))
def test_after_an_interruption_every_file_is_whole_and_the_old_ones_are_told(
    folder, monkeypatch, writes
):
    old, count = content(folder), iter(range(99))

    def full(path, data):
        if next(count) == writes:
            raise OSError(28, "No space left on device")
        return nl.files.write(path, data)

    lighten(monkeypatch)
    monkeypatch.setattr(figures, "write", full)
    monkeypatch.setattr(manifest, "write", full)
    with pytest.raises(OSError, match="No space left"):
        draw_figures(ONE, folder)
    assert content(folder)["manifest.json"] == old["manifest.json"]
    assert ids(folder) == ({"composition.nl.svg": ["change-code"]} if writes == 0 else {})
    assert check_figures(ONE, folder).outdated
    writes = 99
    draw_figures(ONE, folder)
    assert check_figures(ONE, folder) == ([], False)


THREE = msgspec.structs.replace(ONE, formats=["svg", "csv", "png"])


@pytest.fixture(scope="module")
def codes(tmp_path_factory):
    """What the code of before and the code of now draw, each with its manifest; and all that a check asks for."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for grey, code in (
            ("#777777", "made-up hash of other code"),
            ("#555555", "made-up hash of this code"),
        ):
            patch.setattr("nltrade.charts.canvas.SOFT", grey)
            patch.setattr(manifest, "code_hash", lambda code=code: code)
            draw_figures(THREE, tmp_path_factory.getbasetemp() / code)
            found.append(content(tmp_path_factory.getbasetemp() / code))
        made, (charts, without) = THREE.made(), figures._charts(THREE, THREE.each)
        drawn = figures._drawn(charts, THREE, made.key, 1)
    return [*found, {"now": made, "_charts": (charts, without), "_drawn": drawn}]


@settings(max_examples=60, deadline=None)
@given(
    states=st.lists(st.sampled_from(["new", "old", "edited", "missing"]), min_size=3, max_size=3),
    known=st.booleans(),
)
def test_a_check_tells_exactly_the_files_that_are_not_what_the_code_draws(
    codes, tmp_path_factory, states, known
):
    old, new, answers = codes
    folder = tmp_path_factory.mktemp("mixed")
    files = sorted(set(new) - {"manifest.json"})
    for name, state in zip(files, states, strict=True):
        if state != "missing":
            (folder / name).write_bytes(
                {"new": new[name], "old": old[name], "edited": b"by hand"}[state]
            )
    (folder / "manifest.json").write_bytes((new if known else old)["manifest.json"])
    with pytest.MonkeyPatch.context() as patch:  # what is the same each time is made once
        patch.setattr(manifest, "now", lambda **_: answers["now"])
        patch.setattr(figures, "_charts", lambda *_: answers["_charts"])
        patch.setattr(figures, "_drawn", lambda *_: answers["_drawn"])
        changes, outdated = check_figures(THREE, folder)
    there = content(folder)
    assert {change.file for change in changes} == {
        name for name in files if there.get(name) != new[name]
    }
    assert all(change.reasons for change in changes)
    assert outdated != known


def test_the_command_says_what_would_change_and_the_exit_code_says_if_any(folder):
    words = [
        "figures",
        "composition",
        "--format",
        "svg, csv",
        "--lang",
        "nl",
        "--out",
        str(folder),
        "--check",
    ]
    done = run(*words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Geen figuur zou veranderen.\n", "")
    (folder / FILES[0]).write_bytes(b"<svg/>")
    done = run(*words)
    assert done.returncode == 1
    assert "composition.nl (svg): het bestand is gewijzigd nadat het getekend was" in done.stdout
    done = run(*words, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "changes": {FILES[0]: [{"id": "change-edited"}]},
        "outdated": False,
    }


def test_the_command_draws_the_formats_sizes_and_style_that_it_is_asked(tmp_path):
    (tmp_path / "own.mplstyle").write_text("text.color: ff0000\n", encoding="utf-8")
    words = [
        "figures",
        "coverage",
        "--lang",
        "en",
        "--format",
        "svg",
        "--size",
        "column",
        "--style",
        "own.mplstyle",
    ]
    done = run(*words, "--json", "--out", "here", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "files": [os.path.join("here", name) for name in ("coverage.en.svg", "manifest.json")],
        "without": {},
    }
    chart = nl.charts.draw_coverage()
    drawn = (tmp_path / "here" / "coverage.en.svg").read_bytes()
    assert drawn == chart.image("svg", "column", style=tmp_path / "own.mplstyle")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["rankin"], 2, "Did you mean 'ranking'?"),
        (
            ["coverage", "--format", "png,gif"],
            2,
            "No format 'gif'. Formats are png, svg, pdf, csv.",
        ),
        (["coverage", "--size", "pages"], 2, "No size 'pages'. Did you mean 'page'?"),
        (["coverage", "--style", "none.mplstyle"], 2, "Style file none.mplstyle cannot be read"),
        (["coverage", "--claims", "none.toml"], 2, "none.toml: no such file"),
        (["coverage", "--check", "--out", "nowhere"], 3, "nowhere/manifest.json is not there"),
        (
            ["coverage", "--out", "broken"],
            3,
            "broken/manifest.json cannot be read: Input data was truncated",
        ),
        (["coverage", "--check", "--out", "broken"], 3, "or remove it and draw the figures again"),
        (["coverage", "--check", "--out", "strange"], 3, "unknown field `figures`"),
        (["coverage", "--check", "--out", "lost"], 3, "made '0123' is not there"),
        (["coverage", "--out", "file"], 3, "cannot write or read file"),
    ],
)
def test_wrong_input_is_a_sentence_and_draws_nothing(words, code, says, tmp_path):
    lost = {"files": {"a.en.csv": {"sha256": "", "drawn": "", "tables": [], "made": "0123"}}}
    for name, text in {
        "broken": "{",
        "strange": '{"figures": {}}',
        "lost": json.dumps(lost),
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(text)
    (tmp_path / "file").touch()
    done = run("figures", *words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.png")) + list(tmp_path.rglob("*.svg"))


def test_a_hand_in_what_a_file_was_made_of_is_seen(folder):
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"partner": "RU"', '"partner": "CN"'))
    with pytest.raises(nl.errors.ManifestError, match=r"made '\w{12}' was changed by hand"):
        check_figures(ONE, folder)


def test_the_hash_of_the_code_is_of_what_draws_whatever_the_line_endings(tmp_path):
    (tmp_path / "cbs").mkdir()
    (tmp_path / "a.py").write_bytes(b"one\ntwo\n")
    first = manifest.code_hash(tmp_path)
    (tmp_path / "a.py").write_bytes(b"one\r\ntwo\r\n")
    (tmp_path / "cli.py").touch()
    (tmp_path / "cbs" / "download.py").touch()
    (tmp_path / "notes.md").touch()
    assert manifest.code_hash(tmp_path) == first
    (tmp_path / "cbs" / "facts.toml").touch()
    assert manifest.code_hash(tmp_path) != first


def test_no_figure_is_made_with_what_the_hash_leaves_out():
    code = (
        "import sys, nltrade as nl; from nltrade.figures import Question, _charts, _drawn\n"
        "question = Question(langs=['en'], formats=['csv'])\n"
        "_drawn(_charts(question, question.each)[0], question, '', 1)\n"
        "print(*[m.__file__ for n, m in sys.modules.items() if n.startswith('nltrade')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    package = ROOT / "nltrade"
    loaded = {os.path.relpath(file, package).replace(os.sep, "/") for file in done.stdout.split()}
    assert "charts/ranking.py" in loaded
    assert not [name for name in loaded if name.startswith(manifest.BESIDE)]
    assert all((package / name).exists() for name in manifest.BESIDE)


@pytest.fixture(scope="module")
def charts(shipped):
    return [nl.charts.draw_composition(shipped, lang=lang) for lang in ("en", "nl")]


def test_pictures_are_the_same_bytes_in_one_process_and_in_two(charts, monkeypatch):
    wanted = [Picture("csv"), Picture("svg", "column", framed=False), Picture("png")]
    here = pictures(charts, wanted)
    monkeypatch.setattr(drawing, "SHARE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(drawing.Chart, "images", lambda *_, **__: pytest.fail("drawn here"))
        assert pictures(charts, wanted, workers=2) == here
    for chart, drawn in zip(charts, here, strict=True):
        assert set(drawn) == set(wanted)
        assert drawn[wanted[1]] == chart.image("svg", "column", framed=False)


def test_few_pictures_are_drawn_here(charts, monkeypatch):
    monkeypatch.setattr(
        drawing, "ProcessPoolExecutor", lambda *_, **__: pytest.fail("started a process")
    )
    assert len(pictures(charts, [Picture("svg")], workers=8)) == 2
    assert pictures([], [Picture("svg")], workers=8) == []


def test_an_error_in_another_process_is_the_error_here(charts, monkeypatch):
    monkeypatch.setattr(drawing, "SHARE", 1)
    with pytest.raises(nl.UnknownName, match="Style file none cannot be read"):
        pictures(charts, [Picture("svg")], style="none", workers=2)


def end(_canvas):
    os._exit(1)


def test_a_process_that_ends_early_is_a_sentence(charts, monkeypatch):
    monkeypatch.setattr(drawing, "SHARE", 1)
    with pytest.raises(nl.NltradeError, match="ended before it was done"):
        pictures(
            [dataclasses.replace(chart, paint=end) for chart in charts], [Picture("svg")], workers=2
        )


def test_a_chart_goes_to_another_process_without_its_drawing(charts):
    assert charts[0].figure
    assert "figure" not in charts[0].__getstate__()
    assert charts[0].figure is charts[0].figure


def test_settings_of_the_user_do_not_change_a_figure(shipped):
    plain = nl.charts.draw_composition(shipped).image("svg")
    with matplotlib.rc_context(
        {"axes.titlesize": 30, "xtick.labelsize": 20, "figure.dpi": 30, "axes.linewidth": 5}
    ):
        assert nl.charts.draw_composition(shipped).image("svg") == plain
