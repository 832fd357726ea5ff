"""A figure: what it says, what it draws, and how it becomes a picture or a file."""

import io
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from matplotlib.figure import Figure

from nltrade.charts.canvas import Canvas
from nltrade.charts.hover import with_values
from nltrade.charts.style import SIZES, styled
from nltrade.errors import UnknownName, close_to
from nltrade.files import as_csv, write
from nltrade.registry.entries import Lang
from nltrade.words import Words

FORMATS = ("png", "svg", "pdf", "csv")
FEW = 3  # values that are told one by one; of more, the extremes
# No date and no program name: the same figure is the same bytes.
METADATA = {
    "png": lambda title, alt: {"Title": title, "Description": alt, "Software": None},
    "svg": lambda title, alt: {"Title": title, "Description": alt, "Date": None},
    "pdf": lambda title, alt: {
        "Title": title,
        "Subject": alt,
        "CreationDate": None,
        "Producer": None,
        "Creator": None,
    },
}


@dataclass(frozen=True)
class Series:
    """
    The values of one line, or of bars that belong together, as they are told and tabled.

    Attributes
    ----------
    name : str
        What they are of.
    values : mapping of str to float, str or None
        Value of each year, partner or part; a number in million euro or percent, None where CBS publishes none.
    how : {"bn", "meur", "pct"}
        How `nltrade.words` writes them.
    main : bool
        Whether the text alternative tells it; the table in a document has all of them.
    told : str
        What the text alternative says of it instead of its values.
    aside : frozenset of str
        Points that are no part of the extremes, such as a part-year.
    """

    name: str
    values: Mapping[str, float | str | None]
    how: Literal["bn", "meur", "pct"] = "bn"
    main: bool = True
    told: str = ""
    aside: frozenset[str] = frozenset()

    def write(self, point: str, lang: Lang) -> str:
        """Write the value of a point; a point that this series does not have is empty."""
        say = Words(lang)
        value = self.values.get(point, "")
        if isinstance(value, str):
            return value
        if value is None or pd.isna(value):
            return say.label("not published")
        return say.amount((self.how, value))

    def tell(self, lang: Lang) -> str:
        """Say the values if they are few, else the highest and the lowest."""
        say = Words(lang)
        if self.told:
            return self.told
        of_all = {
            point: value
            for point, value in self.values.items()
            if isinstance(value, float) and pd.notna(value)
        }
        known = {
            point: value for point, value in of_all.items() if point not in self.aside
        } or of_all
        name = self.name[:1].upper() + self.name[1:]
        if not known:
            return say.text("tell-none", name=name)
        if len(known) <= FEW:
            listed = say.several([f"{point} {self.write(point, lang)}" for point in known])
            return say.text("tell-few", name=name, listed=listed)
        ends = {"high": max(known, key=known.__getitem__), "low": min(known, key=known.__getitem__)}
        values = {f"{end}_value": (self.how, known[point]) for end, point in ends.items()}
        return say.text("tell-extremes", name=name, **ends, **values)


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
        The finding.
    subtitle : str
        What is measured, of whom, in which unit and period.
    footer : sequence of str
        Notes; the last line names the source.
    series : sequence of Series
        The values that are drawn.
    data : pandas.DataFrame
        What is drawn, for a program; amounts in million euro.
    paint : callable
        Draws it on a `Canvas`.
    """

    name: str
    lang: Lang
    kind: str
    headline: str
    subtitle: str
    footer: Sequence[str]
    series: Sequence[Series]
    data: pd.DataFrame
    paint: Callable[[Canvas], object]

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: value for name, value in vars(self).items() if name != "figure"
        }  # another process draws its own

    def __repr__(self) -> str:
        return f"<Chart {self.name}: {self.headline}>"

    @property
    def alt(self) -> str:
        """Text alternative: the kind of figure, the finding, what is measured, the extremes of what is drawn."""
        told = " ".join(series.tell(self.lang) for series in self.series if series.main)
        return (
            Words(self.lang)
            .text(
                "alt",
                kind=self.kind,
                headline=self.headline,
                subtitle=self.subtitle,
                told=told,
            )
            .strip()
        )

    @property
    def caption(self) -> str:
        """What is measured, with the notes and the source: for under a picture that has no words around it."""
        return " ".join([self.subtitle, *self.footer])

    @cached_property
    def figure(self) -> Figure:
        """The drawing with its frame, as wide as a page."""
        return self.draw()

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
        series = [each for each in self.series if each.main or not main]
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
        size : {"page", "column", "slide"}
            How wide: a page, the column of a document, or a slide.
        framed : bool
            Draw headline, subtitle and footer too; a document writes them around the picture as text.
        style : path, optional
            A matplotlib style file to use in the place of ours.

        Returns
        -------
        matplotlib.figure.Figure
            Its lines take their colours from the style that is in use when it is saved: `image` and `save` see to that.

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
            words: dict[str, Any] = {
                "headline": self.headline,
                "subtitle": self.subtitle,
                "footer": self.footer,
            }
            canvas = Canvas(SIZES[size], framed=framed, **words)
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
        """Give the figure in several formats, drawn once; parameters and errors are those of `image`."""
        formats, contents = list(formats), []
        for format in formats:
            if format not in FORMATS:
                raise UnknownName(
                    f"No format {format!r}.{close_to(format, FORMATS)} Formats are {', '.join(FORMATS)}."
                )
        plain = size == "page" and framed and style is None
        drawn = self.figure if plain else None
        with styled(style):
            for format in formats:
                if format == "csv":
                    contents.append(as_csv(self.data))
                    continue
                drawn = drawn or self.draw(size, framed=framed, style=style)
                target = io.BytesIO()
                # compressing harder makes these pictures larger, and takes longer
                options: dict[str, Any] = (
                    {"pil_kwargs": {"compress_level": 3}} if format == "png" else {}
                )
                drawn.savefig(
                    target,
                    format=format,
                    metadata=METADATA[format](self.headline, self.alt),
                    **options,
                )
                content = target.getvalue()
                if format == "svg" and not framed:  # for a page, where a reader can point at it
                    content = with_values(content, drawn, self)
                contents.append(content)
        return contents

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
        return f'<img width="{int(SIZES["page"] * 100)}" alt="{escape(self.alt)}" src="data:image/png;base64,{png}">'
