"""Documents to hand on: the briefing on one partner and year, as a page, Word file, slides, PDF or text."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path

import pandas as pd

from nltrade import registry, trade
from nltrade.cbs.tidy import load
from nltrade.charts.drawing import Picture, pictures
from nltrade.documents.blocks import Content
from nltrade.documents.content import make_content
from nltrade.errors import NltradeError, UnknownName, close_to
from nltrade.files import write
from nltrade.registry import reported
from nltrade.registry import sectors as named
from nltrade.registry.entries import Claim, Lang, Sector, known_lang
from nltrade.verdicts import check_claims

Renderer = Callable[[Content, Mapping[str, bytes]], bytes]
# The module that writes each format, and the pictures that go into it.
FORMATS: dict[str, tuple[str, Picture | None]] = {
    "html": ("html", Picture("svg", "column", framed=False)),
    "docx": ("word", Picture("png", "column", framed=False)),
    "pptx": ("slides", Picture("png", "slide", framed=False)),
    "pdf": ("typeset", Picture("svg", "column", framed=False)),
    "txt": ("plain", None),
}


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
    workers: int = 1,
) -> list[Path]:
    """
    Write a briefing on the trade with a partner: findings, verdicts, figures, notes, sources.

    Parameters
    ----------
    partner : str
        ISO code or name of a country.
    year : int
        Year that findings, claims, ranking and composition are about.
    lang : {"en", "nl"} or several
        Language.
    formats : {"html", "docx", "pptx", "pdf", "txt"} or several
        A page, a Word file, slides, a PDF file, plain text.
    out : path
        Folder for the files; made if it does not exist.
    frame : pandas.DataFrame, optional
        Tidy frame; the figures at hand by default.
    claims : mapping of str to Claim, optional
        Reported figures, such as ``nltrade.claims("mine.toml")``; the shipped ones by default. Those about the partner
        and the year are checked.
    sectors : mapping of str to Sector, optional
        The sectors that a mission named, such as ``nltrade.sectors("mine.toml")``. By default those of the mission of
        2013 where its claims are checked, else none.
    style : path, optional
        A matplotlib style file to draw the figures in.
    workers : int
        Processes to draw with. More than one needs a script that guards its main part, as `multiprocessing` does.

    Returns
    -------
    list of pathlib.Path
        ``briefing-RU-2012.en.html`` and so on. Images are inside; none needs a network.

    Raises
    ------
    UnknownName
        No such partner, language or format.
    NoData
        No table covers the year, CBS publishes nothing on the trade with the partner, or none of your claims is
        about it.

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
    render = {one: _renderer(one) for one in wanted}
    cells = load() if frame is None else frame
    trade.select(cells, kind="goods", period=year)  # a year that no table covers is an error, not an empty page
    verdicts = check_claims(cells, reported.claims_about(about.id, year, claims))
    if sectors is None and claims is None and verdicts:
        sectors = named.sectors()
    contents = [make_content(cells, verdicts, partner=about.id, year=year, lang=one, sectors=sectors) for one in langs]
    kinds = list(dict.fromkeys(kind for one in wanted if (kind := FORMATS[one][1])))
    drawn = iter(pictures([chart for each in contents for chart in each.charts], kinds, style=style, workers=workers))
    paths = []
    for content in contents:
        of_chart = {chart.name: next(drawn) for chart in content.charts}
        for one in wanted:
            kind = FORMATS[one][1]
            images = {name: found[kind] for name, found in of_chart.items()} if kind else {}
            paths.append(write(Path(out) / f"{content.name}.{content.lang}.{one}", render[one](content, images)))
    return paths


def _known(format: str) -> str:
    if format not in FORMATS:
        raise UnknownName(f"No format {format!r}.{close_to(format, FORMATS)} Formats are {', '.join(FORMATS)}.")
    return format


def _renderer(format: str) -> Renderer:
    """Load what writes a format; a library that is not there is a sentence that says what to install."""
    try:
        render: Renderer = import_module(f"nltrade.documents.{FORMATS[format][0]}").render
        return render
    except ModuleNotFoundError as error:
        raise NltradeError(f"{format} needs {error.name}. Install it with: pip install 'nltrade[briefing]'") from None
