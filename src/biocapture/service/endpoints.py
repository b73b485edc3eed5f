"""Everything the service answers, in one table: method, path, who answers, what it takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from biocapture.service.messages import JSON, Answer, Call, Settings

Function = Callable[[Call, Settings], Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path.

    Attributes
    ----------
    method, path : str
    home : str
        Module within this package, colon, function.
    query : str
        Name of the model of its parameters in :mod:`biocapture.service.v1.queries`; empty: it takes none.
    answer : str
        Name of the model of its answer in :mod:`biocapture.service.v1.answers`; empty: not described there.
    body : tuple of str
        Media types that it takes.
    gives : str
        Media type of a good answer.
    summary : str
        For the documentation.
    """

    method: str
    path: str
    home: str
    query: str = ""
    answer: str = ""
    body: tuple[str, ...] = ()
    gives: str = JSON
    summary: str = ""

    @property
    def key(self) -> str:
        """Method and path: its name in :data:`ENDPOINTS`."""
        return f"{self.method} {self.path}"

    def function(self) -> Function:
        """What answers it; its module is imported when first needed, in a worker."""
        module, _, name = self.home.partition(":")
        return cast("Function", getattr(import_module(f"biocapture.service.{module}"), name))


BYTES = "application/octet-stream"
FORM = "multipart/form-data"
PICTURE = (BYTES, FORM, JSON)
XML = "application/xml"
LINES = "application/x-ndjson"

_ALL = (
    Endpoint("POST", "/v1/assess", "v1.captures:assess", "AssessQuery", "AssessedCapture", PICTURE,
             summary="Score one picture: quality, verdict, and what to do."),
    Endpoint("POST", "/v1/assess-many", "v1.captures:assess", "AssessQuery", "AssessedCapture", (FORM,), LINES,
             summary="Score many pictures of one form: a line of JSON for each, as they are done."),
    Endpoint("POST", "/v1/check", "v1.enrolments:check", "CheckQuery", "CheckedEnrolment", (FORM, XML, JSON),
             summary="Check one person's enrolment: complete, good enough, of one person, no finger twice."),
    Endpoint("POST", "/v1/compare", "v1.comparisons:compare", "CompareQuery", "ComparedPair", (FORM, JSON),
             summary="Compare two captures, or stored templates, of one modality."),
    Endpoint("POST", "/v1/template", "v1.comparisons:template", "TemplateQuery", "", PICTURE, BYTES,
             summary="Template of a capture, in our own format or as an ISO/IEC 19794-2 record."),
    Endpoint("POST", "/v1/portrait", "v1.captures:portrait", "PortraitQuery", "CutPortrait", PICTURE,
             summary="Turn, scale and cut a photograph to the portrait of a profile."),
    Endpoint("GET", "/v1/measures", "v1.catalogue:measures", "MeasuresQuery", "MeasureList",
             summary="Every measure: id, unit, range, what it is."),
    Endpoint("GET", "/v1/explain/{name}", "v1.catalogue:explain", "LanguageQuery", "Explanation",
             summary="One measure, column or reason: what it is and what to do about it."),
    Endpoint("GET", "/v1/profiles", "v1.catalogue:profiles", "", "ProfileList", summary="The shipped profiles."),
    Endpoint("GET", "/v1/profiles/{name}", "v1.catalogue:profile", "", "ProfileRules",
             summary="Minima and required positions of a profile."),
    Endpoint("GET", "/v1/version", "v1.catalogue:version", "", "Version", summary="Versions of the service."),
    Endpoint("POST", "/biosdk-service/init", "biosdk.calls:init", body=(JSON,), summary="MOSIP Bio-SDK."),
    Endpoint("POST", "/biosdk-service/check-quality", "biosdk.calls:check_quality", body=(JSON,),
             summary="MOSIP Bio-SDK: quality of a record by modality."),
    Endpoint("POST", "/biosdk-service/match", "biosdk.matching:match", body=(JSON,),
             summary="MOSIP Bio-SDK: a record against others."),
    Endpoint("POST", "/biosdk-service/extract-template", "biosdk.calls:extract_template", body=(JSON,),
             summary="MOSIP Bio-SDK: templates of a record."),
    Endpoint("POST", "/biosdk-service/segment", "biosdk.calls:segment", body=(JSON,),
             summary="MOSIP Bio-SDK: the captures of a record one by one."),
    Endpoint("POST", "/biosdk-service/convert-format", "biosdk.calls:convert_format", body=(JSON,),
             summary="MOSIP Bio-SDK: ISO records to pictures."),
    Endpoint("POST", "/base64", "bqat:assess_base64", "", "", (JSON,), summary="BQAT stateless: one picture in JSON."),
    Endpoint("POST", "/file", "bqat:assess_file", "", "", (FORM,), summary="BQAT stateless: one picture in a form."),
    Endpoint("GET", "/info", "bqat:info", summary="BQAT: name and version."),
)  # fmt: skip

ENDPOINTS = {endpoint.key: endpoint for endpoint in _ALL}
"""Method and path → endpoint. A new one is a line here and a function."""
