"""What the panel shows of a choice: headline, picture and table, as a page and as files."""

import tempfile
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

from nltrade.charts import Chart
from nltrade.charts.embed import part_of_page, typeface
from nltrade.registry.entries import Lang
from nltrade.report import Report
from nltrade.words import Words

# A drawing as wide as a column beside the table, and a narrower one where there is little room.
SIZES = {"wide": "column", "narrow": "phone"}
LOOK = Path(__file__).with_name("view.css").read_text(encoding="utf-8")
TYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, repr=False)
class View:
    """
    What the panel shows of one choice, and all that is left of it where there are no widgets.

    Attributes
    ----------
    name : str
        The choice in short, as files are called by it.
    picture : Chart or None
        The trade over the years; None where there is nothing to draw.
    table : Report or None
        The places of the year, the partners, or the sector in it.
    says : tuple of str
        Why there is no picture or no table.
    call : str
        The lines of Python that make both.
    lang : {"en", "nl"}
        Language.
    """

    name: str
    picture: Chart | None
    table: Report | None
    says: tuple[str, ...]
    call: str
    lang: Lang

    def __repr__(self) -> str:
        parts = [
            f"{self.picture.headline}\n{self.picture.alt}" if self.picture else "",
            *self.says,
            repr(self.table) if self.table else "",
            self.call,
        ]
        return "\n\n".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        # Where a notebook is not trusted, JupyterLab takes drawings out of a page, pictures not.
        drawn = ""
        if self.picture:
            png = self.picture.image("png", SIZES["wide"], framed=False)
            alt, address = escape(self.picture.alt), _address("png", png)
            drawn = f'<img style="max-width: 100%" alt="{alt}" src="{address}">'
        return f"{self._page(drawn)}<pre><code>{escape(self.call)}</code></pre>"

    @cached_property
    def seen(self) -> str:
        """Headline, picture with a value at each mark, and table, or why they are not there."""
        if self.picture is None:
            return self._page("")
        drawn, alt = "", escape(self.picture.alt)
        for name, size in SIZES.items():
            svg = part_of_page(self.picture.image("svg", size, framed=False), f"{self.name}-{name}")
            drawn += f'<div class="nltrade-{name}" role="group" aria-label="{alt}">{svg}</div>'
        return self._page(drawn)

    def _page(self, drawn: str) -> str:
        """Set a drawing and the table beside each other, under the headline."""
        head, sides = "", ""
        if self.picture:
            head = f"<h3>{escape(self.picture.headline)}</h3><p>{escape(self.picture.subtitle)}</p>"
            footer = "<br>".join(map(escape, self.picture.footer))
            sides = f"<figure>{drawn}<figcaption>{footer}</figcaption></figure>"
        if self.table:
            sides += f"<div>{self.table._repr_html_()}</div>"

        says = "".join(f'<p role="alert">{escape(sentence)}</p>' for sentence in self.says)
        name = escape(Words(self.lang).label("explorer-name"))
        about = f'class="nltrade-seen" lang="{self.lang}" role="group" aria-label="{name}"'
        inside = f'{head}{says}<div class="nltrade-sides">{sides}</div>'
        return f"<style>{typeface()}{LOOK}</style><div {about}>{inside}</div>"

    @cached_property
    def links(self) -> str:
        """The files as links that hold them, so that a browser saves them without a server."""
        say, found = Words(self.lang), []
        for name, content in self.files().items():
            kind = name.rpartition(".")[2]
            about = f'download="{escape(name)}" href="{_address(kind, content)}"'
            label = say.label(f"file-{kind}")
            found.append(f"<a {about}>{escape(label)}</a>")
        return f'<div class="nltrade-links">{" ".join(found)}</div>'

    def files(self) -> dict[str, bytes]:
        """Make the files of the picture and of the table, by their names."""
        found = {}
        if self.picture:
            kinds = ("png", "svg", "csv")
            for kind, content in zip(kinds, self.picture.images(kinds), strict=True):
                found[f"{self.name}.{kind}"] = content
        if self.table:
            with tempfile.TemporaryDirectory() as folder:
                book = self.table.to_excel(Path(folder) / f"{self.name}.xlsx")
                found[book.name] = book.read_bytes()
        return found


def _address(kind: str, content: bytes) -> str:
    return f"data:{TYPES[kind]};base64,{b64encode(content).decode('ascii')}"
