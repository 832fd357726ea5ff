"""The folder that a mission of one's own begins with: files that run as they are."""

from importlib.resources import files
from itertools import takewhile
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.errors import NltradeError, NoData
from nltrade.files import write
from nltrade.questions import trade
from nltrade.questions.moves import side_of
from nltrade.questions.ranking import rank_partners
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import LANGS
from nltrade.registry.schema import write_schemas
from nltrade.words import Words

PLACES = 20  # as far down as documents tell a place
FLOWS = {"import": "imports", "export": "exports"}


def write_mission(frame: pd.DataFrame, partner: str, year: int, folder: Path) -> list[Path]:
    """Write the files of a mission; a folder that holds something is left as it is."""
    if folder.is_dir() and any(folder.iterdir()):
        raise NltradeError(f"{folder} is not empty. Choose another folder with --out.")

    values = {
        "partner": partner,
        "name": registry.partner(partner).name(),
        "year": str(year),
        "among": side_of(partner, str(year)),
    }
    examples = _examples(frame, partner, year)
    claims = "".join(_filled("claim.toml", values | example) for example in examples)
    texts = {
        "claims.toml": _filled("claims.toml", _explained("claims") | values | {"claims": claims}),
        "sectors.toml": _filled("sectors.toml", _explained("sectors") | values),
        "mission.ipynb": _filled("mission.ipynb", values),
        "Makefile": _filled("Makefile", values),
    }
    paths = [write(folder / name, text.encode()) for name, text in texts.items()]
    write_schemas(folder / "schema")  # for editors that check a file while it is written
    return paths


def _explained(file: str) -> dict[str, str]:
    """Take what explains every field from the head of the file that ships."""
    lines = (registry.FOLDER / f"{file}.toml").read_text(encoding="utf-8").splitlines()
    head = list(takewhile(lambda line: line.startswith("#"), lines))
    return {"explained": "\n".join(head[head.index("#") + 1 :])}


def _examples(frame: pd.DataFrame, partner: str, year: int) -> list[dict[str, str]]:
    """Make claims of the partner's own figures, so that each holds and shows how one is written."""
    asked: dict[str, Any] = {"kind": "goods", "period": year, "partner": partner}
    # Says what there is of goods instead of nothing.
    there = trade.select(frame[frame["kind"] == "goods"], **asked, product="TOTAL")
    table = trade.main_table(there, **asked)
    cells = trade.select(there, table=table)
    values = cells.set_index("flow")[VALUE].dropna()
    examples = [_value(flow, values[flow], partner, year) for flow in FLOWS if flow in values]

    place = _place_outside(frame, partner, year, table)
    if place is not None and place <= PLACES:
        examples.append(_place(place, partner, year))

    if not examples:
        name = registry.partner(partner).named()
        raise NoData(f"CBS withholds the goods trade with {name} ({partner}) in {year}.")
    return examples


def _place_outside(frame: pd.DataFrame, partner: str, year: int, table: str) -> int | None:
    """Give the place of a partner outside the EU; None where it is inside, or has no place."""
    if side_of(partner, str(year)) != "outside EU":
        return None
    try:
        ranked = rank_partners(frame, period=year, among="outside EU", table=table)
    except NoData:
        return None
    return next(iter(ranked.loc[ranked["partner"] == partner, "place"]), None)


def _value(flow: str, value: float, partner: str, year: int) -> dict[str, str]:
    """Claim the first digits of an amount; of less than a million, that it is no more than one."""
    whole = int(value)
    step = 10 ** max(len(str(whole)) - 2, 0)
    threshold = max(whole // step * step, 1)
    operator = "at least" if whole else "at most"
    text = f"new-{flow}" if whole else f"new-little-{flow}"
    return {
        "id": FLOWS[flow],
        "wording": f"example: {operator} {threshold} million euro",
        "measure": "value",
        "flow": flow,
        "operator": operator,
        "threshold": str(threshold),
        **_in_both(text, partner=partner, year=year, value=threshold),
    }


def _place(place: int, partner: str, year: int) -> dict[str, str]:
    """Claim the place of the partner."""
    return {
        "id": "place",
        "wording": f"example: trading partner number {place} outside the EU",
        "measure": "place",
        "flow": "total trade",
        "operator": "is",
        "threshold": str(place),
        **_in_both("new-place", partner=partner, year=year, place=place),
    }


def _in_both(text: str, **values: Any) -> dict[str, str]:
    return {lang: Words(lang).text(text, **values) for lang in LANGS}


def _filled(name: str, values: dict[str, str]) -> str:
    template = files("nltrade.cli").joinpath("templates", f"{name}.txt").read_text(encoding="utf-8")
    return Template(template).substitute(values)
