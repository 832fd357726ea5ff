"""A figure: what it says, what it draws, and how it becomes a picture or a file."""

import io
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from nltrade import registry
from nltrade.charts.canvas import Canvas
from nltrade.charts.hover import with_values
from nltrade.charts.series import Series
from nltrade.charts.style import SIZES, styled
from nltrade.errors import UnknownName, close_to
from nltrade.files import as_csv, write
from nltrade.registry.entries import Lang
from nltrade.words import Words

FORMATS = ("png", "svg", "pdf", "csv")
HEADLINE = 12  # words
ALT = 250  # characters
# No date and no program name: the same figure is the same bytes.
NONE = {"CreationDate": None, "Producer": None, "Creator": None}
METADATA = {
    "png": lambda title, alt: {"Title": title, "Description": alt, "Software": None},
    "svg": lambda title, alt: {"Title": title, "Description": alt, "Date": None},
    "pdf": lambda title, alt: {"Title": title, "Subject": alt, **NONE},
}


def headline_of(say: Words, *ids: str, **values: Any) -> str:
    """
    Say the first of some texts that is short enough for a headline, else the shortest.

    Parameters
    ----------
    say : Words
        Language.
    *ids : str
        The same said in ever fewer words; after each comes its short form, where there is one.
    **values
        What fills them in; an amount is one word, as its spaces do not break.

    Returns
    -------
    str
    """
    known = [each for id in ids for each in (id, f"{id}-short") if each in registry.texts()]
    told = [say.text(id, **values) for id in known]
    lengths = [len(re.split("[ \n]+", sentence.strip())) for sentence in told]
    most = max(HEADLINE, min(lengths))
    chosen = next(each for each, words in zip(told, lengths, strict=True) if words <= most)
    return start(chosen)


def start(words: str) -> str:
    """Begin a sentence with some words: the Dutch "een" has no accent on its capital."""
    return words[:1].upper().replace("É", "E") + words[1:]


@dataclass(frozen=True, eq=False)
class Chart:
    """
    A figure with what it says and what it draws.

    Attributes
    ----------
    name : str
        Name of the figure, such as ``"reported"``.
    lang : {"en", "nl"}
        Language of its texts.
    kind : str
        Id of the text that says what kind of figure it is, such as ``"lines"``.
    headline : str
        The finding, in at most twelve words.
    subtitle : str
        What is measured, of whom, in which period and unit.
    source : str
        Where the numbers are from.
    series : sequence of Series
        The values that are drawn.
    data : pandas.DataFrame
        What is drawn, for a program; amounts in million euro.
    paint : callable
        Draws it on a `Canvas`.
    remark : str
        A note under the figure, if it needs one.
    marks : str
        What marks are that only the drawing has; before the note.
    notes : sequence of str
        What else there is to know: breaks, gaps, how sure it is. For an annex.
    """

    name: str
    lang: Lang
    kind: str
    headline: str
    subtitle: str
    source: str
    series: Sequence[Series]
    data: pd.DataFrame
    paint: Callable[[Canvas], object]
    remark: str = ""
    marks: str = ""
    notes: Sequence[str] = ()

    def __getstate__(self) -> dict[str, Any]:
        # another process draws its own figure
        return {name: value for name, value in vars(self).items() if name != "figure"}

    def __repr__(self) -> str:
        return f"<Chart {self.name}: {self.headline}>"

    @property
    def alt(self) -> str:
        """
        Text alternative: what kind of figure, and what it draws; headline and caption say more.
        """
        say = Words(self.lang)
        told = f"{say.label(self.kind)}."
        for series in self.series:
            longer = f"{told} {series.tell(self.lang)}"
            if series.in_alt_text and len(longer) <= ALT:
                told = longer
        return told

    @property
    def footer(self) -> list[str]:
        """At most two lines: what its marks are and a note, if it needs them, and the source."""
        note = f"{self.marks} {self.remark}".strip()
        return [note, self.source] if note else [self.source]

    @property
    def caption(self) -> str:
        """What is measured, with note and source: for under a picture without words around it."""
        return " ".join([self.subtitle, *self.footer])

    @cached_property
    def figure(self) -> Figure:
        """The drawing with its frame, as wide as a page."""
        return self.draw()

    @property
    def tables(self) -> list[str]:
        """The tables that are drawn."""
        return list(dict.fromkeys(map(str, self.data.get("table", []))))

    def table(self, *, main: bool = False) -> pd.DataFrame:
        """
        Put the values that are drawn in a table for readers.

        Parameters
        ----------
        main : bool
            Only the series that the text alternative tells.

        Returns
        -------
        pandas.DataFrame
            A row for each point, a column for each series, as text.
        """
        series = [each for each in self.series if each.in_alt_text or not main]
        points = list(dict.fromkeys(point for each in series for point in each.values))
        if points and all(point[:4].isdigit() for point in points):
            points.sort()
        columns = {each.name: [each.write(point, self.lang) for point in points] for each in series}
        return pd.DataFrame(columns, index=points)

    def draw(
        self, size: str = "page", *, framed: bool = True, style: Path | str | None = None
    ) -> Figure:
        """
        Draw the figure.

        Parameters
        ----------
        size : {"page", "column", "slide", "phone"}
            How wide: a page, the column of a document, a slide, or a phone.
        framed : bool
            Draw headline, subtitle and footer too; a document writes them around the picture.
        style : path, optional
            A matplotlib style file to use in the place of ours.

        Returns
        -------
        matplotlib.figure.Figure
            Its lines take their colours from the style that is in use when it is saved: `image` and
            `save` see to that.

        Raises
        ------
        UnknownName
            No such size, or the style file cannot be used.
        """
        if size not in SIZES:
            raise UnknownName(
                f"No size {size!r}.{close_to(size, SIZES)} Sizes are {', '.join(SIZES)}."
            )
        with styled(style):
            canvas = Canvas(SIZES[size], self.headline, self.subtitle, self.footer, framed=framed)
            self.paint(canvas)
        return canvas.figure

    def image(
        self,
        format: str,
        size: str = "page",
        *,
        framed: bool = True,
        style: Path | str | None = None,
    ) -> bytes:
        """
        Give the figure as a picture, the same bytes every time.

        Parameters
        ----------
        format : {"png", "svg", "pdf", "csv"}
            File format; CSV is what is drawn, in numbers.
        size, framed, style
            As for `draw`.

        Returns
        -------
        bytes

        Raises
        ------
        UnknownName
            No such format or size, or the style file cannot be used.
        """
        (content,) = self.images([format], size, framed=framed, style=style)
        return content

    def images(
        self,
        formats: Iterable[str],
        size: str = "page",
        *,
        framed: bool = True,
        style: Path | str | None = None,
    ) -> list[bytes]:
        """Give the figure in several formats, drawn once; all else is as for `image`."""
        formats = list(formats)
        for format in formats:
            if format not in FORMATS:
                raise UnknownName(
                    f"No format {format!r}.{close_to(format, FORMATS)} "
                    f"Formats are {', '.join(FORMATS)}."
                )
        plain = size == "page" and framed and style is None
        drawn = self.figure if plain else self.draw(size, framed=framed, style=style)
        with styled(style):
            return [
                as_csv(self.data) if format == "csv" else self._picture(drawn, format, framed)
                for format in formats
            ]

    def _picture(self, drawn: Figure, format: str, framed: bool) -> bytes:
        # for a page, which has the typeface, and where a reader can point at a mark
        for_page = format == "svg" and not framed
        options: dict[str, Any] = {"metadata": METADATA[format](self.headline, self.alt)}
        if format == "png":
            # compressing harder makes these pictures larger, and takes longer
            options["pil_kwargs"] = {"compress_level": 3}

        target = io.BytesIO()
        with rc_context({"svg.fonttype": "none"} if for_page else {}):
            drawn.savefig(target, format=format, **options)
        content = target.getvalue()
        return with_values(content, drawn, self.series, self.lang) if for_page else content

    def save(
        self,
        folder: Path | str,
        formats: Iterable[str] = FORMATS,
        size: str = "page",
        *,
        style: Path | str | None = None,
    ) -> list[Path]:
        """
        Write the figure as PNG, SVG and PDF, and what it draws as CSV.

        Parameters
        ----------
        folder : path
            Where the files go; made if it does not exist.
        formats : iterable of str
            Which of the four.
        size, style
            As for `draw`.

        Returns
        -------
        list of pathlib.Path
            ``<name>.<lang>.png`` and so on.
        """
        formats = list(formats)
        contents = self.images(formats, size, style=style)
        paths = [Path(folder) / f"{self.name}.{self.lang}.{format}" for format in formats]
        return [write(path, content) for path, content in zip(paths, contents, strict=True)]

    def _repr_html_(self) -> str:
        png = b64encode(self.image("png")).decode("ascii")
        width, alt = int(SIZES["page"] * 100), escape(self.alt)
        return f'<img width="{width}" alt="{alt}" src="data:image/png;base64,{png}">'
