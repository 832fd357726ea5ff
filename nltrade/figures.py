"""
The figures of a question in a folder: drawn into it, or compared with what lies there.

The folder's ``manifest.json`` says of each file what it was made of: its own hash and that of its
numbers, the tables with their dates and hashes, the question, the code and the libraries. Where a
file would change, those say why. ``sources.bib`` cites the tables.
"""

import ast
import hashlib
import tempfile
import tomllib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pandas as pd
from filelock import FileLock

from nltrade import registry
from nltrade.claims import Verdict, check_claims
from nltrade.errors import ManifestError, NoData, needs
from nltrade.files import as_csv, sha256, write
from nltrade.registry import claims as reported
from nltrade.registry.entries import LANGS, Lang
from nltrade.sources import provenance
from nltrade.sources.comtrade import OtherSide, other_side
from nltrade.sources.tidy import load
from nltrade.version import __version__

if TYPE_CHECKING:
    from nltrade.charts import Chart

MANIFEST = "manifest.json"
CITED = "sources.bib"
PACKAGE = Path(__file__).parent
LIBRARIES = ("babel", "fonttools", "matplotlib", "msgspec", "narwhals", "numpy", "pandas", "pillow")


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
    formats: Sequence[str] = ("png", "svg", "csv")
    size: str = "page"
    claims: Path | None = None
    style: Path | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What the manifest says of a file.

    Attributes
    ----------
    sha256, numbers : str
        Hash of the file, and of the CSV of what it draws.
    tables : dict of str to str
        Each table that it draws, with the date of its snapshot and the hash of its cells.
    partner, year, size : str, int, str
        The question, and how wide the figure is.
    claims, style : str
        Hash of a claims file and of a style file of the user's own, else empty.
    code : str
        Hash of the package, without comments and docstrings.
    versions : dict of str to str
        Version of the package and of each library that decides bytes.
    """

    sha256: str
    numbers: str
    tables: dict[str, str]
    partner: str
    year: int
    size: str
    claims: str
    style: str
    code: str
    versions: dict[str, str]


class Drawn(NamedTuple):
    """Files written; figures without data, each with the reason; files that no figure makes now."""

    paths: list[Path]
    without: dict[str, str]
    left: list[Path]


class Reason(NamedTuple):
    """Why a file would change: a text that begins with ``change-``, and its fields."""

    id: str
    values: Mapping[str, str | int]


class Change(NamedTuple):
    """A file that drawing would change, add, or leave as one that no figure makes; and why."""

    file: str
    reasons: list[Reason]


class Comparison(NamedTuple):
    """What drawing would change; and whether the manifest would change where no file does."""

    changes: list[Change]
    outdated: bool


class _File(NamedTuple):
    content: bytes
    record: Record


def draw_figures(question: Question, folder: Path, *, workers: int = 1) -> Drawn:
    """
    Draw figures into a folder, and tell in its manifest what they were made of.

    All are drawn before the first is written; each file is written whole or not at all, and the
    manifest last. Two that draw into one folder at the same time write one after the other.

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
    read_manifest(folder)  # one that cannot be read is told before the work of drawing
    there = folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)  # so is one that cannot be written
    try:
        files, without = _draw(question, workers)
    except BaseException:
        if not there:  # nothing was drawn, so nothing is left behind
            folder.rmdir()
        raise

    with _lock(folder):
        known = read_manifest(folder) or {}
        unmade = _unmade(question, known, without)
        left = [folder / file for file in unmade if (folder / file).is_file()]
        gone = {file for file in unmade if folder / file not in left}
        records = {file: record for file, record in known.items() if file not in gone}
        records |= {file: drawn.record for file, drawn in files.items()}
        manifest = msgspec.json.format(msgspec.json.encode(records, order="sorted")) + b"\n"
        paths = [write(folder / file, drawn.content) for file, drawn in files.items()]
        paths.append(write(folder / MANIFEST, manifest))
        paths.append(write(folder / CITED, _cited(records)))

    return Drawn(paths, without, left)


def check_figures(question: Question, folder: Path, *, workers: int = 1) -> Comparison:
    """
    Say which files of a folder `draw_figures` would change with the same question, and why.

    Everything is drawn, in memory, and compared; nothing is written.

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
    known = read_manifest(folder)
    if known is None:
        raise ManifestError(
            f"{folder / MANIFEST} is not there, so that nothing says what the files of {folder} "
            "were made of. Draw the figures first: the same command without --check."
        )
    files, without = _draw(question, workers)

    changes = []
    for file, (_, record) in files.items():
        path = folder / file
        there = sha256(path) if path.is_file() else None
        if there != record.sha256:
            changes.append(Change(file, _reasons(there, known.get(file), record)))
    for file in _unmade(question, known, without):
        if (folder / file).is_file():
            changes.append(Change(file, [Reason("change-unmade", {})]))

    outdated = any(known.get(file) != record for file, (_, record) in files.items())
    return Comparison(changes, outdated)


def read_manifest(folder: Path) -> dict[str, Record] | None:
    """
    Read what the manifest of a folder says of its files.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of figures.

    Returns
    -------
    dict of str to Record, or None
        By the name of the file; None where there is no manifest.

    Raises
    ------
    ManifestError
        It is no JSON, or of another shape.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Record])
    except msgspec.DecodeError as error:
        raise ManifestError(
            f"{path} cannot be read: {error}. Bring it back (with git, say), or remove it and draw "
            "the figures again."
        ) from None


def code_hash(folder: Path = PACKAGE) -> str:
    """
    Hash what the package does: its code without comments and docstrings, its facts, its fonts.

    Parameters
    ----------
    folder : pathlib.Path
        The package.

    Returns
    -------
    str
    """
    of_all = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        match path.suffix:
            case ".py":
                content = _without_docstrings(path.read_text(encoding="utf-8"))
            case ".toml":
                content = repr(tomllib.loads(path.read_text(encoding="utf-8")))
            case ".mplstyle":
                lines = path.read_text(encoding="utf-8").splitlines()
                content = "\n".join(line for line in lines if not line.startswith("#"))
            case ".ttf":
                content = sha256(path)
            case _:
                continue
        of_all.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return of_all.hexdigest()[:16]


def _without_docstrings(source: str) -> str:
    """Write code as its syntax tree: the same whatever its comments, docstrings and line breaks."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        holds = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if holds and ast.get_docstring(node, clean=False) is not None:  # type: ignore[arg-type]
            node.body = node.body[1:]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _lock(folder: Path) -> FileLock:
    """Let one process at a time write a folder; the lock lies apart from its files."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return FileLock(Path(tempfile.gettempdir()) / f"nltrade-figures-{name}.lock")


def _draw(question: Question, workers: int) -> tuple[dict[str, _File], dict[str, str]]:
    """Draw every figure of a question: its files by name, and why there are none of some."""
    from nltrade.charts.processes import Picture, pictures

    frame = load()
    other = other_side(question.partner)
    all_rows = pd.concat([frame, other.trade]) if len(other.trade) else frame
    charts, without = _charts(question, frame, other)
    wanted = [Picture(format, question.size) for format in question.formats]
    drawn = pictures(charts, [wanted] * len(charts), style=question.style, workers=workers)

    of_libraries = {name: version(name) for name in LIBRARIES}
    common: dict[str, Any] = {
        "partner": registry.country(question.partner).id,
        "year": question.year,
        "size": question.size,
        "claims": _hash(question.claims),
        "style": _hash(question.style),
        "code": code_hash(),
        "versions": {"nltrade": __version__, "zlib": zlib.ZLIB_RUNTIME_VERSION, **of_libraries},
    }
    files: dict[str, _File] = {}
    for chart, of_chart in zip(charts, drawn, strict=True):
        numbers = hashlib.sha256(as_csv(chart.data)).hexdigest()
        tables = _tables(chart, all_rows)
        for picture, content in of_chart.items():
            own = hashlib.sha256(content).hexdigest()
            record = Record(sha256=own, numbers=numbers, tables=tables, **common)
            files[f"{chart.name}.{chart.lang}.{picture.format}"] = _File(content, record)
    return files, without


def _charts(
    question: Question, frame: pd.DataFrame, other: OtherSide
) -> tuple[list["Chart"], dict[str, str]]:
    """Make the charts, and say for which there are no data."""
    with needs("briefing", "A figure"):
        from nltrade.charts import NAMES, draw  # loads matplotlib: only what draws may

    about = registry.country(question.partner)
    names = question.names or NAMES
    verdicts: list[Verdict] = []
    if "reported" in names:  # the only figure that draws verdicts
        own = reported.claims(question.claims) if question.claims else None
        verdicts = check_claims(frame, reported.claims(own, partner=about.id, year=question.year))

    charts, without = [], {}
    for name in names:
        for lang in question.langs:
            of_what: dict[str, Any] = {"partner": about.id, "period": question.year, "lang": lang}
            try:
                charts.append(draw(name, frame, verdicts, other_side=other, **of_what))
            except NoData as error:
                if question.names:
                    raise
                without[f"{name}.{lang}"] = str(error)
    return charts, without


def _tables(chart: "Chart", frame: pd.DataFrame) -> dict[str, str]:
    """Say which tables a figure draws, each with its snapshot's date and the hash of its cells."""
    origins = provenance.origins(frame[frame["table"].isin(chart.tables)])
    found: dict[str, list[str]] = {}
    for origin in origins:
        found.setdefault(origin.table, [origin.modified]).append(origin.sha256[:16])
    return {table: " ".join(words) for table, words in found.items()}


def _cited(records: Mapping[str, Record]) -> bytes:
    """Cite for BibTeX, with their links, the tables that the files of a folder draw."""
    drawn = [pair for each in records.values() for pair in each.tables.items()]
    used = {(table, words.split()[0]) for table, words in drawn}
    entries = [
        part.origin.cite("bibtex") for pair in sorted(used) for part in provenance.parts(*pair)
    ]
    return "\n\n".join([*dict.fromkeys(entries), ""]).encode()


def _hash(own: Path | None) -> str:
    """Hash a file of the user's own; where it is not there, what reads it says so."""
    return sha256(own) if own is not None and own.is_file() else ""


def _unmade(question: Question, known: Iterable[str], without: Iterable[str]) -> list[str]:
    """List the files that no figure makes: of figures without data, and of names that are none."""
    if question.names:
        return []
    from nltrade.charts.names import NAMES

    asked = {f"{figure}.{format}" for figure in without for format in question.formats}
    strange = {file for file in known if file.partition(".")[0] not in NAMES}
    return sorted(asked.intersection(known) | strange)


def _reasons(there: str | None, known: Record | None, new: Record) -> list[Reason]:
    """Say why a file would change, from the hash of what is there and of what would be."""
    if known is None:
        return [Reason("change-new" if there is None else "change-unlisted", {})]
    if there is None:
        return [Reason("change-missing", {})]
    found = [Reason("change-edited", {})] if there != known.sha256 else []
    return found + (_differences(known, new) if known.sha256 != new.sha256 else [])


def _differences(old: Record, new: Record) -> list[Reason]:
    """Say what differs between what a file was made of and would be made of."""
    found = []
    for name in ("partner", "year", "size"):
        was, is_ = getattr(old, name), getattr(new, name)
        if was != is_:
            found.append(Reason(f"change-{name}", {"old": was, "new": is_}))
    for name in ("claims", "style"):
        if getattr(old, name) != getattr(new, name):
            found.append(Reason(f"change-{name}", {}))
    for table, was, is_ in _changed(old.tables, new.tables):
        dates = {"old": was.partition(" ")[0], "new": is_.partition(" ")[0]}
        id = "change-bytes" if dates["old"] == dates["new"] else "change-data"
        found.append(Reason(id, {"table": table, **dates}))
    if old.code != new.code:
        versions = {"old": old.versions.get("nltrade", "–"), "new": __version__}
        found.append(Reason("change-code", versions))
    for name, was, is_ in _changed(old.versions, new.versions):
        if name != "nltrade":
            found.append(Reason("change-library", {"name": name, "old": was, "new": is_}))
    return found


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Go over the names of which two records say something else, with what each says."""
    for name in sorted({*old, *new}):
        was, is_ = old.get(name, "–"), new.get(name, "–")
        if was != is_:
            yield name, was, is_
