"""The shipped tables once more: csv, TOML and plain arithmetic, nothing of ours."""

import csv
import tomllib
from datetime import date
from functools import cache
from math import ceil
from pathlib import Path

ROOT = Path(__file__).parents[1]
COLUMNS = {"import": (3,), "export": (4,), "re-export": (5,), "domestic export": (6,)}
COLUMNS["total trade"] = (3, 4)
ALL_GOODS = "T001082"


@cache
def partners() -> dict[str, dict]:
    text = (ROOT / "nltrade" / "registry" / "partners.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def cells(table: str) -> dict[str, dict[str, list[int | None]]]:
    """The published numbers of all goods by year and partner, None where a cell is empty."""
    (folder,) = (ROOT / "data" / "raw" / table).iterdir()
    known = {
        each["keys"][table]: id for id, each in partners().items() if table in each.get("keys", {})
    }
    found: dict[str, dict[str, list[int | None]]] = {}
    with (folder / "TypedDataSet.csv").open(encoding="utf-8", newline="") as file:
        for row in list(csv.reader(file))[1:]:
            if row[1].strip() == ALL_GOODS:
                values = [int(value) if value else None for value in row[3:]]
                found.setdefault(row[2][:4], {})[known[row[0].strip()]] = [None] * 3 + values
    return found


@cache
def tables() -> dict[str, dict]:
    text = (ROOT / "nltrade" / "registry" / "tables.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["tables"]


@cache
def products() -> dict[str, str]:
    """Our code of each product, by the keys of the source."""
    text = (ROOT / "nltrade" / "registry" / "products.toml").read_text(encoding="utf-8")
    return {key: id for id, each in tomllib.loads(text).items() for key in each.get("keys", [])}


def amounts(table: str) -> dict[tuple[str, str, str, str], int | None]:
    """Every cell of a table, by partner, product, flow and year."""
    about = tables()[table]
    (folder,) = (ROOT / "data" / "raw" / table).iterdir()
    known = {
        each["keys"][table]: id for id, each in partners().items() if table in each.get("keys", {})
    }
    found = {}
    with (folder / "TypedDataSet.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            partner, year = known[row[about["partner"]].strip()], row[about["period"]][:4]
            for column, text in row.items():
                if column in (about["partner"], about["period"]):
                    continue
                if column in (about.get("product"), about.get("direction")):
                    continue
                if "direction" in about:  # the topics are the columns
                    flow, code = about["flows"][row[about["direction"]].strip()], column
                else:
                    flow, code = about["measures"][column], row[about["product"]].strip()
                found[partner, products()[code], flow, year] = int(text) if text.strip() else None
    return found


def rate(value: int | None, before: int | None) -> float | None:
    """The growth from one amount to another, where both are published and there was something."""
    if value is None or before is None or before <= 0:
        return None
    return 100 * (value - before) / before


def percent(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else 100 * part / whole


def is_member(id: str, year: str) -> bool:
    day, each = date(int(year), 12, 31), partners()[id]
    first, out = each.get("eu_from"), each.get("eu_until")
    return first is not None and first <= day and (out is None or day < out)


def places(table: str, year: str, flow: str, inside: bool) -> dict[str, tuple]:
    """Place, best and worst of each country on one side of the EU's border, by partner."""
    columns = COLUMNS[flow]
    values = {}
    for id, row in cells(table)[year].items():
        numbers = [row[column] for column in columns]
        values[id] = None if None in numbers else sum(numbers)

    known = partners()
    side = {id for id in values if known[id]["kind"] == "country" and is_member(id, year) == inside}
    rest = {
        id
        for id in values
        if known[id]["kind"] == "residual" and known[id].get("eu", False) == inside
    }
    own = {id: values[id] for id in side if values[id] is not None}
    groups = [values[id] or 0 for id in rest if known[id]["holds"] == "countries"]
    nobodys = [id for id in rest if known[id]["holds"] == "unallocated"]
    gift = sum(values[id] or 0 for id in nobodys)
    is_untold = any(values[id] is None for id in nobodys)
    parts = sum(values[id] or 0 for id in side | rest)
    left = values["EU" if inside else "NON-EU"] - parts
    withheld = [
        id for id in side | rest if values[id] is None and known[id].get("holds") != "no country"
    ]
    if left <= 0 or (not withheld and left <= 0.5 * len(side | rest)):
        left = 0
    everyone = [id for id, each in known.items() if each["kind"] == "country"]
    unseen = len([id for id in everyone if is_member(id, year) == inside]) - len(own)
    close = len(columns)  # each number is a whole million, rounded

    found = {}
    for id, value in own.items():
        others = [other for name, other in own.items() if name != id]
        most = [_ahead(value, others, [*groups, left], gift, unseen, close)]
        if is_untold:
            most.append(_ahead(value, others, groups, gift + left, unseen, close))
        reach = value + gift + (left if is_untold else 0)
        surely = sum(other > reach and other - reach >= close for other in others)
        worst = 1 + max(most) if value > 0 else None
        found[id] = (1 + sum(other > value for other in others), 1 + surely, worst)
    return found


def _ahead(value, others, groups, gift, unseen, close) -> int:
    """How many can be ahead: those that are, those in groups, and one that has the gift."""
    if value <= 0:
        return 0
    level = [other for other in others if other >= value or value - other < close]
    in_groups = [max(ceil(group / value) - 1, 0) for group in groups]
    hidden = min(sum(in_groups), unseen)
    can_pass = any(value - gift < other for other in others if other not in level)
    grown = any(
        max(ceil((group + gift) / value) - 1, 0) > count
        for group, count in zip([*groups, 0], [*in_groups, 0], strict=True)
    )
    return len(level) + hidden + (can_pass or (grown and hidden < unseen))
