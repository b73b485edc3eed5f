"""Parameters of the calls, checked; the documentation is made from these models."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from biocapture.guidance import LANGUAGES
from biocapture.images.ppi import GIVEN_PPI_RANGE
from biocapture.profile.load import shipped_profiles
from biocapture.service.messages import Call, Settings
from biocapture.types import Modality, Position


def _shipped(name: str) -> str:
    if name and name not in shipped_profiles():
        raise ValueError(f"no such profile; there are: {', '.join(shipped_profiles())}")
    return name


def _language(code: str) -> str:
    if code and code not in LANGUAGES:
        raise ValueError(f"no such language; there are: {', '.join(LANGUAGES)}")
    return code


ProfileName = Annotated[str, AfterValidator(_shipped), Field(description="A shipped profile; default: the service's.")]
Language = Annotated[str, AfterValidator(_language), Field(description="Of the texts; default: Accept-Language.")]
Ppi = Annotated[
    float | None,
    Field(ge=GIVEN_PPI_RANGE[0], le=GIVEN_PPI_RANGE[1], description="Pixels per inch; overrides the file."),
]
Kind = Annotated[Literal["auto"] | Modality, Field(description="What the picture shows; auto: found out.")]
Matched = Literal["fingerprint", "iris", "face"]


class Query(BaseModel):
    """Base of all: an unknown parameter is an error, not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class LanguageQuery(Query):
    """A language only."""

    lang: Language = ""


class AssessQuery(LanguageQuery):
    """How a picture is read and judged."""

    modality: Kind = "auto"
    position: Position | None = Field(None, description="E.g. right_index; default: from the file's name.")
    ppi: Ppi = None
    profile: ProfileName = ""
    native: bool = Field(False, description="Add every NFIQ 2 measure as nfiq2.NAME.")
    name: str = Field("", max_length=200, description="File name of a raw body: it may speak of modality and position.")


class CheckQuery(LanguageQuery):
    """How an enrolment is judged."""

    profile: ProfileName = ""
    plan: bool = Field(False, description="Also say what each admissible compression would give.")
    id: str = Field("", max_length=200, description="Of the record, where the body does not say it.")


class CompareQuery(LanguageQuery):
    """What is compared, and how strictly."""

    modality: Matched = "fingerprint"
    fmr: Literal["0.01", "0.001", "0.0001"] = Field("0.001", description="False match rate of the decision.")
    ppi: Ppi = None


class TemplateQuery(LanguageQuery):
    """Of what a template is made, and its format."""

    modality: Matched = "fingerprint"
    position: Position | None = None
    ppi: Ppi = None
    format: str = Field("own", max_length=40, description="own, or for fingerprints iso2005 or iso2011.")
    name: str = Field("", max_length=200)


class PortraitQuery(LanguageQuery):
    """Whose portrait it becomes."""

    profile: ProfileName = ""
    name: str = Field("", max_length=200)


class MeasuresQuery(LanguageQuery):
    """Of which modality."""

    modality: Modality | None = None


def profile_of(query: Any, settings: Settings) -> str | Path:
    """The profile that a call is judged by.

    Parameters
    ----------
    query : AssessQuery, CheckQuery or PortraitQuery
    settings : Settings

    Returns
    -------
    str or Path
    """
    return str(query.profile or settings.profile)


def language_of(query: LanguageQuery, call: Call, settings: Settings, default: str = "en") -> str:
    """The language of the texts of an answer.

    Parameters
    ----------
    query : LanguageQuery
    call : Call
    settings : Settings
    default : str
        That of the profile, say.

    Returns
    -------
    str
    """
    return query.lang or call.language or settings.language or default
