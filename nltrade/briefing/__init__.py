"""Documents to hand on: the briefing on one partner and year, in six formats."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile, is_zipfile

import pandas as pd

from nltrade import registry
from nltrade.claims import check_claims
from nltrade.errors import UnknownName, close_to, needs
from nltrade.files import write
from nltrade.questions import trade
from nltrade.registry import claims as reported
from nltrade.registry import sectors as named
from nltrade.registry.entries import Claim, Lang, Sector, known_lang
from nltrade.sources.comtrade import other_side
from nltrade.sources.tidy import load

if TYPE_CHECKING:
    from nltrade.briefing.blocks import Content
    from nltrade.charts import Chart
    from nltrade.charts.processes import Picture

# The module that writes each format, and the pictures of a figure that it takes: format and size.
FORMATS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "html": ("html", [("svg", "column"), ("svg", "phone")]),
    "docx": ("word", [("png", "column")]),
    "pptx": ("slides", [("png", "slide")]),
    "pdf": ("typeset", [("svg", "column")]),
    "xlsx": ("sheet", []),
    "txt": ("plain", []),
}
# What a template can be, and the part that a file of that kind has inside.
TEMPLATES = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml"}


def briefing(
    *,
    partner: str = "RU",
    year: int = 2012,
    lang: Lang | Iterable[Lang] = "en",
    formats: str | Iterable[str] = "html",
    out: Path | str = "briefing",
    frame: pd.DataFrame | None = None,
    claims: Mapping[str, Claim] | None = None,
    sectors: Mapping[str, Sector] | None = None,
    style: Path | str | None = None,
    template: Path | str | Iterable[Path | str] = (),
    workers: int = 1,
) -> list[Path]:
    """
    Write a briefing on the trade with a partner: page one, the pages behind it, an annex.

    Parameters
    ----------
    partner : str
        ISO code or name of a country.
    year : int
        Year that findings, claims, ranking and composition are about.
    lang : {"en", "nl"} or several
        Language.
    formats : {"html", "docx", "pptx", "pdf", "xlsx", "txt"} or several
        A page, a Word file, slides, a PDF file, a workbook, plain text.
    out : path
        Folder for the files; made if it does not exist.
    frame : pandas.DataFrame, optional
        Tidy frame; the figures that are here by default.
    claims : mapping of str to Claim, optional
        Reported figures, such as ``nltrade.claims("mine.toml")``; the mission's by default.
        Those about the partner and the year are checked.
    sectors : mapping of str to Sector, optional
        The sectors that a mission named, such as ``nltrade.sectors("mine.toml")``. By default
        those of the mission of 2013 where its claims are checked, else none.
    style : path, optional
        A matplotlib style file to draw the figures in.
    template : path or several, optional
        A Word or PowerPoint file (``.docx``, ``.pptx``) whose styles, masters and placeholders
        are used.
    workers : int
        Processes to draw with. More than one needs a script that guards its main part, as
        `multiprocessing` does.

    Returns
    -------
    list of pathlib.Path
        ``briefing-RU-2012.en.html`` and so on. Images are inside; none needs a network.

    Raises
    ------
    UnknownName
        No such partner, language or format, or a template of another kind.
    NoData
        No table covers the year, CBS publishes nothing on the trade with the partner, or none of
        your claims is about it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in briefing(partner="Norway", year=2012, formats="txt", out=folder)]
    ['briefing-NO-2012.en.txt']
    """
    about, year = registry.country(partner), int(year)
    langs = [known_lang(one) for one in ([lang] if isinstance(lang, str) else lang)]
    wanted = [_known(one) for one in ([formats] if isinstance(formats, str) else formats)]
    with needs("briefing", "A briefing"):
        from nltrade.briefing.content import make_content
    render = _renderers(wanted, _templates(template))

    cells = load() if frame is None else frame
    # a year that no table covers is an error, not an empty page
    trade.select(cells, kind="goods", period=year)
    verdicts = check_claims(cells, reported.claims(claims, partner=about.id, year=year))
    if sectors is None:
        sectors = sectors_of_mission(about.id, year, claims)
    asked: dict[str, Any] = {"partner": about.id, "year": year, "sectors": sectors}
    asked["other_side"] = other_side(about.id)
    contents = [make_content(cells, verdicts, lang=one, **asked) for one in langs]

    files = [(each, one, _taken_by(one, each)) for each in contents for one in wanted]
    drawn = _drawn(files, style=style, workers=workers)
    paths = []
    for content, one, charts in files:
        kinds = _pictures_in(one)
        images = {chart.name: [drawn[chart][kind] for kind in kinds] for chart in charts}
        path = Path(out) / f"{content.name}.{content.lang}.{one}"
        paths.append(write(path, render[one](content, images)))
    return paths


def sectors_of_mission(
    partner: str, year: int, claims: Mapping[str, Claim] | None = None
) -> Mapping[str, Sector]:
    """
    Give the sectors of the mission of 2013 where its own claims are told; else there are none.

    Parameters
    ----------
    partner : str
        ISO code of a country.
    year : int
        Year.
    claims : mapping of str to Claim, optional
        Claims of another mission, which named other sectors.

    Returns
    -------
    mapping of str to Sector
    """
    is_of_mission = claims is None and reported.claims(partner=partner, year=year)
    return named.sectors() if is_of_mission else {}


def _pictures_in(format: str) -> list["Picture"]:
    """Name the pictures of a figure that a format takes; the words of its frame stand beside it."""
    from nltrade.charts.processes import Picture

    return [Picture(*kind, framed=False) for kind in FORMATS[format][1]]


def _taken_by(format: str, content: "Content") -> list["Chart"]:
    """List the figures that a format takes as pictures: on slides most are charts of their own."""
    if format == "pptx":
        from nltrade.briefing.slides import pictured

        return pictured(content)
    return content.charts if FORMATS[format][1] else []


def _renderers(wanted: Sequence[str], templates: Mapping[str, Path]) -> dict[str, Any]:
    """Load what writes each format, with the template that is for it."""
    found = {}
    for one in wanted:
        with needs("briefing", one):
            found[one] = import_module(f"nltrade.briefing.{FORMATS[one][0]}").render
        if one in templates:
            found[one] = partial(found[one], template=templates[one])
    return found


def _drawn(
    files: Sequence[tuple["Content", str, Sequence["Chart"]]],
    *,
    style: Path | str | None,
    workers: int,
) -> dict["Chart", dict["Picture", bytes]]:
    """Draw each figure once for all formats that take it."""
    from nltrade.charts.processes import pictures

    asked: dict[Chart, list[Picture]] = {}
    for _, format, charts in files:
        for chart in charts:
            asked.setdefault(chart, []).extend(_pictures_in(format))

    images = pictures(list(asked), list(asked.values()), style=style, workers=workers)
    return dict(zip(asked, images, strict=True))


def _templates(given: Path | str | Iterable[Path | str]) -> dict[str, Path]:
    """Tell templates apart by what their names end in."""
    listed = [given] if isinstance(given, str | Path) else list(given)
    found = {}
    for file in map(Path, listed):
        format = file.suffix.lower().removeprefix(".")
        if format not in TEMPLATES or not file.is_file():
            raise UnknownName(
                f"No template {str(file)!r}: name a Word or PowerPoint file that is there "
                "(.docx, .pptx)."
            )
        if not is_zipfile(file) or TEMPLATES[format] not in ZipFile(file).namelist():
            raise UnknownName(
                f"Template {str(file)!r} is called .{format} and is no such file. Save it from "
                "Word or PowerPoint in that form."
            )
        found[format] = file
    return found


def _known(format: str) -> str:
    if format not in FORMATS:
        raise UnknownName(
            f"No format {format!r}.{close_to(format, FORMATS)} Formats are {', '.join(FORMATS)}."
        )
    return format
