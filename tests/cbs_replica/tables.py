"""
The tables that the replica serves: the shipped snapshot's figures in the shape of the feed, and
invented tables.

Keys, titles and values of 83028NED, 85427NED, 80414ned, 82616NED and 84765NED are those of
``data/raw``. The topic titles, the status of periods and the category groups are made to fit. Cells
that the snapshot lacks (the balance of 80414ned, the quarters of 84765NED) are invented and look
it: see `cbs_replica.invented`.
"""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cbs_replica import invented
from cbs_replica.rows import Listed, Row
from cbs_replica.shape import Table, dimension, make, topic

RAW = Path(__file__).parents[2] / "data" / "raw"


@dataclass(frozen=True)
class Shipped:
    """
    How a shipped table looks in the feed: its topics by column, and the titles of its other
    dimensions.
    """

    topics: dict[str, str]
    category: str | None = None  # the dimension that has category groups
    period: str = ""
    discontinued: bool = True


SHIPPED = {
    "83028NED": Shipped(
        {
            "Invoerwaarde_1": "Invoerwaarde",
            "TotaleUitvoerwaarde_2": "Totale uitvoerwaarde",
            "Wederuitvoerwaarde_3": "Wederuitvoerwaarde",
            "UitvoerwaardeNederlandsProduct_4": "Uitvoerwaarde Nederlands product",
        },
        category="LandenGroepen",
        period="2002 - oktober 2022",
    ),
    "85427NED": Shipped(
        {
            "TotaleInvoerwaarde_1": "Totale invoerwaarde",
            "TotaleUitvoerwaarde_2": "Totale uitvoerwaarde",
            "Wederuitvoerwaarde_3": "Wederuitvoerwaarde",
            "UitvoerwaardeProductNL_4": "Uitvoerwaarde product NL",
        },
        category="Landen",
        period="2015 - juli 2026",
        discontinued=False,
    ),
    "80414ned": Shipped(
        {
            "TotaalDiensten_1": "Totaal diensten",
            "Prive_28": "Privé",
            "Telecommunicatiediensten_31": "Telecommunicatiediensten",
            "TotaalComputerEnInformatiediensten_37": "Totaal computer- en informatiediensten",
            "TotaalRoyaltySEnLicentierechten_40": "Totaal royalty's en licentierechten",
            "OverheidsdienstenNietEldersGenoemd_60": "Overheidsdiensten, niet elders genoemd",
        },
        period="2003-2013",
    ),
    "82616NED": Shipped(
        {
            "InvoerVanDiensten_1": "Invoer van diensten",
            "UitvoerVanDiensten_2": "Uitvoer van diensten",
        },
        category="Landen",
        period="2014-2020",
    ),
    "84765NED": Shipped(
        {
            "InvoerVanDiensten_1": "Invoer van diensten",
            "UitvoerVanDiensten_2": "Uitvoer van diensten",
        },
        category="Landen",
        period="2020 - 2025",
        discontinued=False,
    ),
}

WORLD = "T001047"
INVENTED: dict[str, Callable[[], Table]] = {
    "7137shih": invented.shih,
    "85429NED": invented.border_crossing,
    "70017": invented.key_figures,
}


def shipped(id: str) -> Table:
    """Build a table of the newest shipped snapshot, with a list of cells that a test can change."""
    look = SHIPPED[id]
    folder = max((RAW / id).iterdir())
    origin = json.loads((folder / "origin.json").read_text("utf-8"))
    cells = [_cell(row, look) for row in _read(folder / "TypedDataSet.csv")]
    names = [name for name in cells[0] if name not in look.topics]
    used = {name: {cell[name] for cell in cells} for name in names}
    dimensions = {
        name: dimension(
            # The copy has few of the products; a table of CBS has a row for every combination.
            [row for row in _read(folder / f"{name}.csv") if row["Key"] in used[name]],
            time=name == "Perioden",
            grouped=name == look.category,
        )
        for name in names
        if (folder / f"{name}.csv").exists()
    }
    if id == "80414ned":
        titles = {"I": "Invoer", "E": "Uitvoer", "S": "Saldo"}
        dimensions["InvoerUitvoerEnSaldo"] = dimension(
            [{"Key": key, "Title": titles[key]} for key in titles]
        )
        cells = _with_balance(cells, look)
    if id == "84765NED":
        dimensions["Perioden"] = dimension(
            invented.with_quarters(_read(folder / "Perioden.csv")), time=True
        )
        cells += _quarters(cells, look)
    return make(
        id,
        title=origin["title"],
        modified=f"{origin['modified']}T02:00:00",
        period=look.period,
        dimensions={name: dimensions[name] for name in names},
        topics=[topic(key, title, "mln euro") for key, title in look.topics.items()],
        rows=Listed(cells),
        discontinued=look.discontinued,
    )


def build(id: str) -> Table:
    """Build any table of the replica by its identifier."""
    return INVENTED[id]() if id in INVENTED else shipped(id)


def every() -> list[Table]:
    """Build all tables of the replica."""
    return [build(id) for id in [*SHIPPED, *INVENTED]]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _cell(row: dict[str, str], look: Shipped) -> Row:
    keys: dict[str, Any] = {name: key for name, key in row.items() if name not in look.topics}
    return keys | {name: int(row[name]) if row[name] else None for name in look.topics}


def _with_balance(cells: list[Row], look: Shipped) -> list[Row]:
    made_up = [
        cell | {"InvoerUitvoerEnSaldo": "S"} | invented.cells(place, look.topics)
        for place, cell in enumerate(cell for cell in cells if cell["InvoerUitvoerEnSaldo"] == "I")
    ]
    return cells + made_up


def _quarters(cells: list[Row], look: Shipped) -> list[Row]:
    """Make up quarters, in which the world is still the EU and the rest."""
    return [
        cell
        | {"Perioden": f"{cell['Perioden'][:4]}KW0{number}"}
        | {
            name: value * (1 + (cell["Landen"] == WORLD))
            for name, value in invented.cells(number, look.topics).items()
        }
        for cell in cells
        for number in range(1, 5)
    ]
