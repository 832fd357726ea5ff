"""One table of an answer: what is read, and the numbers behind it."""

from collections.abc import Iterator, Mapping, Sequence
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
        columns = {}
        for head, texts, numbers in self._columns():
            columns[head] = texts if numbers is None else numbers
        return pd.DataFrame(columns)

    @property
    def cells(self) -> pd.DataFrame:
        """The values for a sheet: where there is no number, the words that say why."""
        columns = {}
        for head, texts, numbers in self._columns():
            if numbers is None:
                columns[head] = texts
            else:
                reasons = texts.where(~texts.isin(NO_VALUE))
                columns[head] = numbers.astype(object).where(numbers.notna(), reasons)
        return pd.DataFrame(columns)

    def _columns(self) -> Iterator[tuple[str, pd.Series, pd.Series | None]]:
        """Give each column: its head with the unit, its texts and, if it has any, its numbers."""
        if self.frame is None:
            return
        for name, texts in self.frame.items():
            behind = self.numbers.get(str(name))
            if behind is None:
                yield str(name), texts, None
            else:
                head = f"{name} ({behind.unit})" if behind.unit else str(name)
                numbers = pd.Series(list(behind.values), dtype="Float64", index=texts.index)
                yield head, texts, numbers.astype("float64")
