"""Numbers as exact as they are written, and the one rule by which they are rounded."""

from decimal import Decimal
from fractions import Fraction

Number = float | Decimal | Fraction


def exact(number: Number) -> Fraction:
    """
    Take a number as the decimals it is written with, not as the float nearest to them.

    Examples
    --------
    >>> exact(91.9), exact(91.9) % exact(0.1)
    (Fraction(919, 10), Fraction(0, 1))
    """
    return number if isinstance(number, Fraction) else Fraction(str(number))


def rounded(number: Number, step: Number = 1) -> Fraction:
    """
    Round to a multiple of a step, halves away from zero: the one rule of this package.

    Parameters
    ----------
    number : float, Decimal or Fraction
        The number.
    step : float, Decimal or Fraction
        What it is to be a multiple of.

    Returns
    -------
    Fraction

    Examples
    --------
    >>> [int(rounded(number, 100)) for number in (44850, 1250, -1250, 1249)]
    [44900, 1300, -1300, 1200]
    """
    unit = exact(step)
    count = (abs(exact(number)) / unit + Fraction(1, 2)).__floor__()
    return count * unit if number > 0 else -count * unit
