"""Text of any origin, made valid for files, and for spreadsheets that take some cells for formulas."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a cell that a spreadsheet carries out."""


def printable(name: str) -> str:
    """A text that any terminal and file takes.

    Parameters
    ----------
    name : str
        A file name as the system gives it.

    Returns
    -------
    str
        Bytes that are not Unicode are � in it.
    """
    return name.encode("utf8", "surrogateescape").decode("utf8", "replace")


def csv_cell(text: str) -> str:
    """A text as a cell that no spreadsheet carries out.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        An apostrophe stands before what would be a formula, and before apostrophes and a formula.
    """
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def text_of_csv_cell(cell: str) -> str:
    """The text that :func:`csv_cell` made a cell of.

    Parameters
    ----------
    cell : str

    Returns
    -------
    str
    """
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell
