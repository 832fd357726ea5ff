"""A figure with what it says and what it draws, and how it becomes files."""

import io
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from nltrade.charts.canvas import WIDTH, styled
from nltrade.files import write
from nltrade.registry.entries import Lang

FORMATS = ("png", "svg", "pdf")
# No date and no program name: the same figure is the same bytes.
METADATA = {
    "png": lambda title, alt: {"Title": title, "Description": alt, "Software": None},
    "svg": lambda title, alt: {"Title": title, "Description": alt, "Date": None},
    "pdf": lambda title, alt: {"Title": title, "Subject": alt, "CreationDate": None, "Producer": None, "Creator": None},
}


@dataclass(frozen=True)
class Chart:
    """
    A figure with what it says and what it draws.

    Attributes
    ----------
    name : str
        Name of the figure, such as ``"reported"``.
    lang : {"en", "nl"}
        Language of its texts.
    figure : matplotlib.figure.Figure
        The drawing.
    headline : str
        The finding.
    alt : str
        Text alternative: kind of chart, of what, the finding, the values.
    data : pandas.DataFrame
        What is drawn; amounts in million euro.
    """

    name: str
    lang: Lang
    figure: Figure
    headline: str
    alt: str
    data: pd.DataFrame

    def image(self, format: str) -> bytes:
        """
        Draw the figure, the same bytes every time.

        Parameters
        ----------
        format : {"png", "svg", "pdf"}
            File format.

        Returns
        -------
        bytes
        """
        target = io.BytesIO()
        with styled():
            # compressing harder makes these pictures larger, and takes longer
            options: dict[str, Any] = {"pil_kwargs": {"compress_level": 3}} if format == "png" else {}
            self.figure.savefig(target, format=format, metadata=METADATA[format](self.headline, self.alt), **options)
        return target.getvalue()

    def save(self, folder: Path | str) -> list[Path]:
        """
        Write the figure as PNG, SVG and PDF, and what it draws as CSV.

        Parameters
        ----------
        folder : path
            Where the files go; made if it does not exist.

        Returns
        -------
        list of pathlib.Path
            ``<name>.<lang>.png`` and so on.
        """
        contents = {format: self.image(format) for format in FORMATS}
        contents["csv"] = self.data.to_csv(index=False, lineterminator="\n").encode("utf-8")
        return [
            write(Path(folder) / f"{self.name}.{self.lang}.{ending}", content) for ending, content in contents.items()
        ]

    def _repr_html_(self) -> str:
        png = b64encode(self.image("png")).decode("ascii")
        return f'<img width="{int(WIDTH * 100)}" alt="{escape(self.alt)}" src="data:image/png;base64,{png}">'
