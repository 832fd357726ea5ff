"""The figures of a question in a folder: drawn into it, or compared with what lies there."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

import nltrade
from nltrade import manifest, registry
from nltrade.claims import check_claims
from nltrade.errors import ManifestError, NoData
from nltrade.files import as_csv, sha256, write
from nltrade.manifest import FIGURES, Absence, Made, Manifest, Reason, Record
from nltrade.registry import claims as reported
from nltrade.registry.entries import LANGS, Lang
from nltrade.sources.tidy import load

if TYPE_CHECKING:
    from nltrade.charts import Chart


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """
    Which figures, of what.

    Attributes
    ----------
    names : sequence of str
        Figures; all of `nltrade.charts.NAMES` where none is named.
    partner : str
        ISO code, slug or name of a country.
    year : int
        Year.
    langs, formats : sequence of str
        Languages and file formats.
    size : str
        As for `nltrade.charts.Chart.draw`.
    claims, style : pathlib.Path, optional
        A claims file and a matplotlib style file of your own.
    """

    names: Sequence[str] = ()
    partner: str = "RU"
    year: int = 2012
    langs: Sequence[Lang] = LANGS
    formats: Sequence[str] = ("png", "svg", "pdf", "csv")
    size: str = "page"
    claims: Path | None = None
    style: Path | None = None

    @property
    def each(self) -> list[tuple[str, Lang]]:
        """Name and language of each figure."""
        return [(name, lang) for name in self.names or FIGURES for lang in self.langs]

    def files(self, figure: str) -> list[str]:
        """Name the files of a figure, given as ``<name>.<lang>``."""
        return [f"{figure}.{format}" for format in self.formats]

    def made(self) -> Made:
        """Say what its figures would be made of, here and now."""
        partner = registry.country(self.partner).id
        return manifest.now(
            partner=partner, year=self.year, size=self.size, claims=self.claims, style=self.style
        )


class Drawn(NamedTuple):
    """Files written; figures without data, each with the reason; files that lie there and no figure makes now."""

    paths: list[Path]
    without: dict[str, str]
    left: list[Path]


class Change(NamedTuple):
    """A file that drawing would change, add, or leave as one that no figure makes; and why."""

    file: str
    reasons: list[Reason]


class Comparison(NamedTuple):
    """What drawing would change; and whether it would renew the manifest, even where every byte stays the same."""

    changes: list[Change]
    outdated: bool


def draw_figures(question: Question, folder: Path, *, workers: int = 1) -> Drawn:
    """
    Draw figures into a folder, and tell in its manifest what they were made of.

    All are drawn before the first is written; each file is written whole or not at all, and the manifest last. Where
    that is interrupted, `check_figures` finds the files that are not yet new.

    Parameters
    ----------
    question : Question
        Which figures, of what.
    folder : pathlib.Path
        Made if it does not exist. What its manifest says of other figures stays.
    workers : int
        How many processes may draw; see `nltrade.charts.processes.pictures`.

    Returns
    -------
    Drawn

    Raises
    ------
    UnknownName
        No such figure, partner, format or size, or the style file cannot be used.
    NoData
        There are no data for a figure that was named; where none was named, it is left out.
    ManifestError
        The manifest that lies there cannot be read.
    OSError
        The folder cannot be written.
    """
    before = manifest.read(folder) or Manifest()
    made = question.made()
    charts, without = _charts(question, question.each)
    folder.mkdir(parents=True, exist_ok=True)  # before the work of drawing
    drawn = _drawn(charts, question, made.key, workers)
    paths = [write(folder / file, content) for file, (content, _) in drawn.items()]
    files = {**before.files, **{file: record for file, (_, record) in drawn.items()}}
    unmade = _unmade(question, files, without)
    left = [folder / file for file in unmade if (folder / file).is_file()]
    figures = {f"{chart.name}.{chart.lang}" for chart in charts}
    after = Manifest(
        {
            file: record
            for file, record in files.items()
            if file not in unmade or folder / file in left
        },
        {
            **{
                figure: absence
                for figure, absence in before.without.items()
                if figure not in figures
            },
            **{figure: Absence(why, made.key) for figure, why in without.items()},
        },
        {**before.made, made.key: made},
    )
    return Drawn([*paths, manifest.save(folder, after)], without, left)


def check_figures(question: Question, folder: Path, *, workers: int = 1) -> Comparison:
    """
    Say which files of a folder `draw_figures` would change with the same question, and why; write nothing.

    Where the manifest says that question, data, code and libraries are the same, a figure is not drawn: its bytes are
    the ones of which the manifest has the hash. Other figures are drawn, in memory, and compared.

    Parameters
    ----------
    question, folder, workers
        As for `draw_figures`.

    Returns
    -------
    Comparison

    Raises
    ------
    ManifestError
        There is no manifest, or it cannot be read.
    UnknownName, NoData
        As for `draw_figures`.
    """
    known = manifest.read(folder)
    if known is None:
        raise ManifestError(
            f"{folder / manifest.NAME} is not there, so that nothing says what the files of {folder} were made of. "
            "Draw the figures first: the same command without --check."
        )
    made = question.made()
    key = made.key
    expected: dict[str, str | None] = {}
    without: list[str] = []
    unsure: list[tuple[str, Lang]] = []
    for name, lang in question.each:
        figure = f"{name}.{lang}"
        records = {file: known.files.get(file) for file in question.files(figure)}
        same = {
            file: record.sha256 for file, record in records.items() if record and record.made == key
        }
        if not question.names and figure in known.without and known.without[figure].made == key:
            without.append(figure)
        elif len(same) == len(records):
            expected |= same
        else:
            unsure.append((name, lang))
    tables: dict[str, list[str]] = {}
    if unsure:
        charts, absent = _charts(question, unsure)
        without += absent
        for file, (_, record) in _drawn(charts, question, key, workers).items():
            expected[file], tables[file] = record.sha256, record.tables
    expected |= dict.fromkeys(_unmade(question, known.files, without))
    changes = []
    for file, hash in expected.items():
        path = folder / file
        there = sha256(path) if path.is_file() else None
        if there != hash:
            changes.append(
                Change(file, _reasons(there, hash, known, file, made, tables.get(file, [])))
            )
    return Comparison(changes, bool(unsure))


def _reasons(
    there: str | None,
    expected: str | None,
    known: Manifest,
    file: str,
    made: Made,
    tables: list[str],
) -> list[Reason]:
    """Say why a file would change, from the hash of what is there and of what would be."""
    record = known.files.get(file)
    found = []
    if expected is None:
        found.append("change-unmade")
    elif there is None:
        found.append("change-missing" if record else "change-new")
    elif record is None:
        found.append("change-unlisted")
    if there and record and there != record.sha256:
        found.append("change-edited")
    differ = record and record.sha256 != expected
    why = (
        manifest.differences(known.made[record.made], made, {*record.tables, *tables})
        if record and differ
        else []
    )
    return [*(Reason(id, {}) for id in found), *why]


def _unmade(question: Question, recorded: Iterable[str], without: Iterable[str]) -> list[str]:
    """List the files that no figure makes: of figures without data, and of names that are no figure any more."""
    if question.names:
        return []
    asked = [file for figure in without for file in question.files(figure)]
    gone = [
        file
        for file in recorded
        if _figure(file) in without or _figure(file).partition(".")[0] not in FIGURES
    ]
    return sorted({*asked, *gone})


def _figure(file: str) -> str:
    return file.rpartition(".")[0]


def _charts(
    question: Question, wanted: Sequence[tuple[str, Lang]]
) -> tuple[list["Chart"], dict[str, str]]:
    """Make the charts, and say for which there are no data."""
    draw = nltrade.charts.draw  # says what to install where that is not
    frame, about = load(), registry.country(question.partner)
    own = reported.claims(question.claims) if question.claims else None
    claims = reported.claims(own, partner=about.id, year=question.year)
    verdicts = (
        check_claims(frame, claims) if "reported" in dict(wanted) else []
    )  # the only figure that draws them
    charts, without = [], {}
    for name, lang in wanted:
        try:
            charts.append(
                draw(name, frame, verdicts, partner=about.id, period=question.year, lang=lang)
            )
        except NoData as error:
            if question.names:
                raise
            without[f"{name}.{lang}"] = str(error)
    return charts, without


def _drawn(
    charts: Sequence["Chart"], question: Question, made: str, workers: int
) -> dict[str, tuple[bytes, Record]]:
    """Draw charts into the content of each file, with its record."""
    from nltrade.charts.processes import Picture, pictures

    wanted = [Picture(format, question.size) for format in question.formats]
    drawn = {}
    for chart, contents in zip(
        charts, pictures(charts, wanted, style=question.style, workers=workers), strict=True
    ):
        numbers = hashlib.sha256(as_csv(chart.data)).hexdigest()
        tables = sorted(
            {table for both in chart.data.get("table", []) for table in both.split(" + ")}
        )
        for file, picture in zip(question.files(f"{chart.name}.{chart.lang}"), wanted, strict=True):
            content = contents[picture]
            drawn[file] = (
                content,
                Record(hashlib.sha256(content).hexdigest(), numbers, tables, made),
            )
    return drawn
