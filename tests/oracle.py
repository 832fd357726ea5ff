"""
The numbers, found in another way than the package does: the csv module and plain arithmetic on
CBS's own keys.
"""

import csv
from functools import cache
from pathlib import Path

RAW = Path(__file__).parents[1] / "data" / "raw"
IMPORT, EXPORT, REEXPORT, DOMESTIC = 3, 4, 5, 6  # columns of 83028NED and 85427NED
TOTAL, FUELS = "T001082", "A018591"
RUSSIA, WORLD, EU, NON_EU = "L008724", "T001047", "L007935", "L006998"
# The 27 of 2012 less the Netherlands, by CBS's keys: België, Bulgarije, Cyprus, Denemarken,
# Duitsland, Estland, Finland, Frankrijk, Griekenland, Hongarije, Ierland, Italië, Letland,
# Litouwen, Luxemburg, Malta, Oostenrijk, Polen, Portugal, Roemenië, Slovenië, Slowakije, Spanje,
# Tsjechië, Verenigd Koninkrijk, Zweden.
EU_2012 = [
    "L008552",
    "L008567",
    "L008587",
    "L008588",
    "L008592",
    "L008598",
    "L008604",
    "L008605",
    "L008615",
    "L008627",
    "L008629",
    "L008636",
    "L008657",
    "L008662",
    "L008663",
    "L008671",
    "L008709",
    "L008718",
    "L008719",
    "L008723",
    "L008744",
    "L008745",
    "L008749",
    "L008764",
    "L008776",
    "L008790",
]
# Groups of countries outside the EU that 83028NED does not split, and its trade without a named
# partner outside the EU
GROUPS = [
    "L009509",
    "L009521",
    "L007000",
    "L009506",
    "L007001",
    "L009523",
    "L008521",
    "L007002",
    "L009508",
    "L009505",
    "L007003",
    "L007004",
    "L008824",
]
UNALLOCATED = ["L008822"]
AGGREGATES = [
    "T001047",
    "L007935",
    "L006998",
    "L007933",
    "L008519",
    "L008520",
    "L008524",
    "L008531",
    "L008527",
]


def read(table: str, name: str) -> list[list[str]]:
    (folder,) = (RAW / table).iterdir()
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@cache
def cells(table: str = "83028NED") -> dict[tuple[str, str, str], list[int | None]]:
    """Values by partner, product and year."""
    rows = read(table, "TypedDataSet")
    return {
        (r[0], r[1], r[2][:4]): [None] * 3 + [int(v) if v else None for v in r[3:]] for r in rows
    }


def value(partner: str, year: int, *columns: int, product: str = TOTAL) -> int | None:
    """One cell, or the sum of several if all are published."""
    found = [cells()[partner, product, str(year)][column] for column in columns]
    return None if None in found else sum(found)


def place(year: int, *columns: int) -> tuple[int, int, int]:
    """
    Place, best and worst place of Russia outside the EU of 2012, by trying every case one after the
    other.
    """
    partners = {key for key, product, period in cells() if product == TOTAL and period == str(year)}
    countries = (
        partners - set(AGGREGATES) - set(GROUPS) - set(UNALLOCATED) - set(EU_2012) - {"L008812"}
    )
    values = {key: value(key, year, *columns) for key in countries}
    values = {key: v for key, v in values.items() if v is not None}
    groups = [value(key, year, *columns) or 0 for key in GROUPS]
    gift = sum(value(key, year, *columns) or 0 for key in UNALLOCATED)

    def larger(group: int, own: int) -> int:
        """
        How many countries of a group could each be larger, if it were theirs alone in equal parts.
        """
        count = 0
        while group / (count + 1) > own:
            count += 1
        return count

    def last(own: int, others: list[int], hidden: int) -> int:
        return 1 + sum(other > own for other in others) + hidden

    own = values.pop(RUSSIA)
    others = list(values.values())
    hidden = sum(larger(group, own) for group in groups)
    cases = [last(own, others, hidden)]
    for i, other in enumerate(others):  # the trade without a named partner is this one's
        cases.append(last(own, [*others[:i], other + gift, *others[i + 1 :]], hidden))
    for group in [*groups, 0]:  # or that of one country inside a group, or of one in none
        cases.append(
            last(own, others, hidden + min(1, larger(group + gift, own) - larger(group, own)))
        )
    return (
        1 + sum(other > own for other in others),
        1 + sum(other > own + gift for other in others),
        max(cases),
    )
