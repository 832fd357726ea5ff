"""One table of an answer: what is read, and the numbers behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

NO_VALUE = ("", "–")


@dataclass(frozen=True)
class Numbers:
    """The numbers behind a column of text; `unit` is what its head does not say (``%``)."""

    values: Sequence[float | None]
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """
    A titled table with remarks under it; either may be missing.

    Attributes
    ----------
    title : str
        What the table is of.
    frame : pandas.DataFrame, optional
        Every cell is text already; the first column names the row.
    remarks : sequence of str
        Sentences under the table.
    numbers : mapping of str to Numbers
        The columns that are set right, with the numbers they write.
    colours : mapping of str to sequence of str
        For a terminal, the colour of each cell of a column.
    one_line : bool
        For a terminal, one line a row: what does not fit is cut, and said to be.
    """

    title: str
    frame: pd.DataFrame | None = None
    remarks: Sequence[str] = ()
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    colours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    one_line: bool = False

    @property
    def values(self) -> pd.DataFrame:
        """The frame with numbers as numbers, units in the heads; what has no value is missing."""
        if self.frame is None:
            return pd.DataFrame()

        columns = {}
        for name, texts in self.frame.items():
            behind = self.numbers.get(str(name))
            if behind is None:
                columns[str(name)] = texts
            else:
                head = f"{name} ({behind.unit})" if behind.unit else str(name)
                numbers = pd.Series(list(behind.values), dtype="Float64", index=texts.index)
                columns[head] = numbers.astype("float64")

        return pd.DataFrame(columns)

    @property
    def cells(self) -> pd.DataFrame:
        """The values for a sheet: where there is no number, the words that say why."""
        values = self.values
        if self.frame is None:
            return values

        for place, (name, texts) in enumerate(self.frame.items()):
            reasons = texts.where(~texts.isin(NO_VALUE))
            missing = values.iloc[:, place].isna()
            if name in self.numbers and reasons[missing].notna().any():
                column = values.iloc[:, place].astype(object)
                values.isetitem(place, column.where(~missing, reasons))
        return values
