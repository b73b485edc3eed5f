"""A diagnosis in the operator's words."""

from datetime import datetime
from typing import Any

from biocapture.capture.health.findings import DeviceFinding, Diagnosis
from biocapture.guidance import text, vocabulary

MAX_WEEKDAY_AGE_S = 6 * 86400.0


def advice(finding: DeviceFinding, language: str) -> str:
    """What to do."""
    return text(finding.key, language)


def evidence(finding: DeviceFinding, language: str, now: float) -> str:
    """How it is known, and since when."""
    said = text(f"{finding.key}_evidence", language).format(**finding.facts)
    if finding.since is None:
        return said
    return f"{said.removesuffix('.')}, {text('health.since', language).format(when=day(finding.since, language, now))}"


def day(moment: float, language: str, now: float) -> str:
    """The weekday within a week, else the date; local time."""
    try:
        when = datetime.fromtimestamp(moment)
    except (OverflowError, OSError, ValueError):
        return "?"
    return (
        vocabulary(language).weekdays[when.weekday()]
        if 0 <= now - moment < MAX_WEEKDAY_AGE_S
        else when.date().isoformat()
    )


def diagnosis_dict(diagnosis: Diagnosis, language: str, now: float) -> dict[str, Any]:
    """JSON-ready."""
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
