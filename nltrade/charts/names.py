"""The figures by name, and what each is drawn from. A new figure is an entry here and a module."""

from typing import Literal

Given = Literal["frame", "verdicts", "partner", "period", "sectors", "other_side"]

# Each `name` is drawn by `draw_name` of the module `nltrade.charts.name`. Nothing here loads
# matplotlib: the command line and the manifest need the names alone.
FIGURES: dict[str, tuple[Given, ...]] = {
    "reported": ("verdicts",),
    "over_time": ("frame", "partner", "period"),
    "ranking": ("frame", "partner", "period"),
    "composition": ("frame", "partner", "period"),
    "fuels": ("frame", "partner", "period"),
    "coverage": ("sectors",),
    "sectors": ("frame", "partner", "period", "sectors", "other_side"),
    "sectors_over_time": ("frame", "partner", "period", "sectors", "other_side"),
    "two_sides": ("frame", "partner", "period", "other_side"),
    "suppliers": ("partner", "period", "other_side"),
    "services": ("frame", "partner", "period"),
}
NAMES = tuple(FIGURES)
