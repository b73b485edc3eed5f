"""Profiles: the positions an enrolment needs and the minimum score of each measure. Data in TOML, checked when read."""

import difflib
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from biocapture.errors import ProfileError
from biocapture.guidance import LANGUAGES
from biocapture.profile.record_rules import RecordRules
from biocapture.types import Framing, Position

SHIPPED_DIRECTORY = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Profile:
    """What a programme requires of a capture.

    Attributes
    ----------
    name, title : str
        Stem of the file, and what it is for.
    language : str
        Code of the language of guidance, where the caller states none.
    required : tuple of Position
        Positions an enrolment must hold.
    retake, review : dict
        Measure id → minimum score, 0..100; a capture below it is to be retaken, or reviewed by a person.
    notes : dict
        Note key (``image.ppi_conflict`` …) → ``"retake"`` or ``"review"``; other notes only inform.
    portrait : Framing or None
        How ``biocapture portrait`` cuts a face.
    record : RecordRules
        What it requires of the whole enrolment of one person.
    """

    name: str
    title: str
    language: str
    required: tuple[Position, ...]
    retake: dict[str, float]
    review: dict[str, float]
    notes: dict[str, str]
    portrait: Framing | None = None
    record: RecordRules = field(default_factory=RecordRules)


class _Portrait(BaseModel):
    model_config = ConfigDict(extra="forbid")

    width_px: int = Field(ge=32, le=8000)
    height_px: int = Field(ge=32, le=8000)
    head: float = Field(ge=0.6, le=0.9)  # these two as in ISO/IEC 39794-5:2019, D.1.4
    eyes_down: float = Field(ge=0.3, le=0.5)
    ppi: float = Field(default=300.0, ge=50, le=5000)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    language: str = Field(pattern=f"^({'|'.join(LANGUAGES)})$")
    required: tuple[Position, ...] = ()
    retake: dict[str, float] = {}
    review: dict[str, float] = {}
    notes: dict[str, str] = {}
    portrait: _Portrait | None = None
    record: RecordRules = Field(default_factory=RecordRules)


def shipped_profiles() -> tuple[str, ...]:
    """Names of the profiles that come with the library."""
    return tuple(sorted(path.stem for path in SHIPPED_DIRECTORY.glob("*.toml")))


def load_profile(name: str | Path | Profile, measure_ids: Collection[str]) -> Profile:
    """Read a shipped profile by name, or a user's own TOML file by path.

    Parameters
    ----------
    name : str, Path or Profile
        ``"default"``, ``"e-ktp"``, ``"mosip"`` or a path ending in ``.toml``; a profile is given back as it is.
    measure_ids : collection of str
        Every measure id that exists; a profile naming another is an error, not a silent pass.

    Returns
    -------
    Profile

    Raises
    ------
    ProfileError
        Unreadable, malformed, or naming something unknown (with the nearest known name).
    """
    if isinstance(name, Profile):
        return name
    path = Path(name) if str(name).endswith(".toml") else SHIPPED_DIRECTORY / f"{name}.toml"
    try:
        content = _File.model_validate(_read(path))
    except FileNotFoundError as error:
        near = difflib.get_close_matches(str(name), shipped_profiles(), n=1)
        hint = f"did you mean {str(near[0])!r}? " if near else ""
        raise ProfileError(f"no such profile; {hint}shipped: {', '.join(shipped_profiles())}", str(name)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "[key]")
        known_words = re.findall(r"'([^']+)'", first.get("ctx", {}).get("expected", ""))
        near = difflib.get_close_matches(str(first["input"]), known_words, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ProfileError(f"{where}: {first['msg']}{hint}", str(path)) from error
    except (OSError, ValueError) as error:
        raise ProfileError(f"cannot be read: {error}", str(path)) from error
    _check(content, measure_ids, str(path))
    framing = None if content.portrait is None else Framing(**content.portrait.model_dump())
    return Profile(
        path.stem,
        content.title,
        content.language,
        content.required,
        content.retake,
        content.review,
        content.notes,
        framing,
        content.record,
    )


def _read(path: Path, depth: int = 0) -> dict[str, Any]:
    """Contents of a file, laid over those of the shipped profile it extends."""
    own = tomllib.loads(path.read_text(encoding="utf8"))
    name = own.pop("extends", "")
    if not name:
        return own
    if name not in shipped_profiles() or depth > len(shipped_profiles()):
        raise ValueError(f"extends {name!r}, which is no shipped profile or extends this one")
    base = _read(SHIPPED_DIRECTORY / f"{name}.toml", depth + 1)
    tables = {
        key: base[key] | own[key] for key in own if isinstance(own[key], dict) and isinstance(base.get(key), dict)
    }
    return base | own | tables


def _check(content: _File, measure_ids: Collection[str], subject: str) -> None:
    _check_minima(content.retake | content.review, measure_ids, subject)
    for key, consequence in content.notes.items():
        if consequence not in ("retake", "review"):
            raise ProfileError(f"notes.{key}: {consequence!r} is neither 'retake' nor 'review'", subject)


def _check_minima(minima: dict[str, float], measure_ids: Collection[str], subject: str) -> None:
    for name, minimum in minima.items():
        if name not in measure_ids:
            near = difflib.get_close_matches(name, measure_ids, n=1)
            hint = f"; did you mean {str(near[0])!r}?" if near else ""
            raise ProfileError(f"unknown measure {name!r}{hint}", subject)
        if not 0.0 <= minimum <= 100.0:
            raise ProfileError(f"{name}: minimum {minimum} is outside 0..100", subject)
