"""A diagnosis as text for the operator, and as JSON."""

from datetime import datetime
from typing import Any

from biocapture.capture.health.findings import DeviceFinding, Diagnosis
from biocapture.guidance import text, vocabulary

MAX_WEEKDAY_AGE_S = 6 * 86400.0


def advice(finding: DeviceFinding, language: str) -> str:
    """What to do about a finding.

    Parameters
    ----------
    finding : DeviceFinding
    language : str

    Returns
    -------
    str
    """
    return text(finding.key, language)


def evidence(finding: DeviceFinding, language: str, now: float) -> str:
    """The evidence for a finding, and since when.

    Parameters
    ----------
    finding : DeviceFinding
    language : str
    now : float
        Seconds since 1970.

    Returns
    -------
    str
    """
    sentence = text(f"{finding.key}_evidence", language).format(**finding.facts)
    if finding.since is None:
        return sentence
    return (
        f"{sentence.removesuffix('.')}, {text('health.since', language).format(when=day(finding.since, language, now))}"
    )


def day(moment: float, language: str, now: float) -> str:
    """The weekday within a week, otherwise the date; local time.

    Parameters
    ----------
    moment : float
        Seconds since 1970.
    language : str
    now : float
        Seconds since 1970.

    Returns
    -------
    str
        ``?`` for a time that is none.
    """
    try:
        moment_local = datetime.fromtimestamp(moment)
    except (OverflowError, OSError, ValueError):
        return "?"
    return (
        vocabulary(language).weekdays[moment_local.weekday()]
        if 0 <= now - moment < MAX_WEEKDAY_AGE_S
        else moment_local.date().isoformat()
    )


def diagnosis_dict(diagnosis: Diagnosis, language: str, now: float) -> dict[str, Any]:
    """A diagnosis, ready for JSON.

    Parameters
    ----------
    diagnosis : Diagnosis
    language : str
    now : float
        Seconds since 1970.

    Returns
    -------
    dict
    """
    return {
        "device": diagnosis.device,
        "captures": diagnosis.captures,
        "errors": diagnosis.errors,
        "looked_at": diagnosis.pattern.count if diagnosis.pattern else 0,
        "findings": [
            {
                "key": finding.key,
                "guidance": advice(finding, language),
                "evidence": evidence(finding, language, now),
                "since": finding.since,
                "facts": finding.facts,
            }
            for finding in diagnosis.findings
        ],
    }
