"""Words and numbers of records and reports in each language; operators' sentences are in the package itself."""

from biocapture.guidance.languages import vocabulary


def record_phrase(key: str, language: str = "en") -> str:
    """A phrase of a record's readiness.

    Parameters
    ----------
    key : str
        From the section ``record`` of a language's file.
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`.

    Returns
    -------
    str
        The key itself where it has no phrase.
    """
    return vocabulary(language).record.get(key, key)


def report_phrase(key: str, language: str = "en") -> str:
    """A phrase of a run's report.

    Parameters
    ----------
    key : str
        From the section ``report`` of a language's file.
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`.

    Returns
    -------
    str
        The key itself where it has no phrase.
    """
    return vocabulary(language).report.get(key, key)


def verdict_word(verdict: str, form: str = "label", language: str = "en") -> str:
    """A verdict as a person reads it.

    Parameters
    ----------
    verdict : str
        ``READY``, ``REVIEW``, ``RETAKE``, or ``ERROR`` for a file that cannot be read.
    form : str
        ``label``, ``meaning``, ``headline`` or ``attempt``; see :class:`biocapture.guidance.languages.Vocabulary`.
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`.

    Returns
    -------
    str
        The verdict itself where it has no such form.
    """
    return vocabulary(language).verdicts.get(verdict, {}).get(form, verdict)


def position_name(position: str, language: str = "en") -> str:
    """A position as a person calls it: ``right_index`` → right index finger, telunjuk kanan.

    Parameters
    ----------
    position : str
        Value of :class:`biocapture.types.Position`.
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`.

    Returns
    -------
    str
        The position itself where it has no name.
    """
    return vocabulary(language).positions.get(position, position)


def number(value: float, language: str = "en", digits: int = 0) -> str:
    """A number as the language writes it.

    Parameters
    ----------
    value : float
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`.
    digits : int
        Decimal places.

    Returns
    -------
    str
        With separators of thousands; – for NaN.
    """
    if value != value:
        return "–"
    english = f"{round(value, digits) + 0.0:,.{digits}f}"  # + 0.0: no minus before zero
    separators = vocabulary(language).digits
    return english.translate(str.maketrans(",.", separators["thousands"] + separators["decimal"]))


def percent(share: float, language: str = "en", digits: int = 1) -> str:
    """A share in per cent, as the language writes it.

    Parameters
    ----------
    share : float
        0..1.
    language : str
        One of :data:`biocapture.guidance.LANGUAGES`.
    digits : int
        Decimal places.

    Returns
    -------
    str
        – for NaN.
    """
    return f"{number(100 * share, language, digits)}\u00a0%" if share == share else "–"
