"""One person's enrolment: a form with a file per attempt, JSON, or a record with every capture in it."""

from collections.abc import Iterator

from biocapture.enrolment import Enrolment
from biocapture.enrolment.readiness import check as check_enrolment
from biocapture.errors import EnrolmentError, UsageError
from biocapture.images.decode_many import decode_record
from biocapture.images.naming import position_of
from biocapture.service.body import ABSENT, Part, media_type_of, parts_of
from biocapture.service.messages import Answer, Call, Settings, json_answer
from biocapture.service.v1.queries import CheckQuery, language_of, profile_of
from biocapture.types import Position, Sample

DEFAULT_ID = "enrolment"
FILES = ("files", "file", "image")
"""Fields whose files say by their names which position they show."""


def check(call: Call, settings: Settings) -> Answer:
    """Check the enrolment of a call.

    Parameters
    ----------
    call : Call
        A form or JSON object: a field per position, which may come several times, one per attempt; ``id``,
        ``birth_year``, ``absent.<position>``. Or a record: CBEFF XML or one of ISO/IEC 19794.
    settings : Settings

    Returns
    -------
    Answer
        :class:`~biocapture.service.v1.answers.CheckedEnrolment`.
    """
    query = CheckQuery.model_validate(dict(call.query))
    enrolment = _enrolment_of(call, query.id, settings)
    readiness = check_enrolment(enrolment, profile=profile_of(query, settings), plan=query.plan, threads=1)
    language = language_of(query, call, settings, readiness.language)
    content = readiness.to_dict(language) | {"language": language, "guidance": readiness.guidance(language)}
    return json_answer(content, verdicts=(("enrolment", str(readiness.verdict)),))


def _enrolment_of(call: Call, id: str, settings: Settings) -> Enrolment:
    parts = parts_of(call)
    if media_type_of(call) not in ("multipart/form-data", "application/json"):
        return Enrolment.of(id or DEFAULT_ID, _by_position(decode_record(call.body, max_pixels=settings.max_pixels)))
    texts = {part.field: part.text for part in parts if part.field in ("id", "birth_year")}
    absent: dict[Position | str, str] = {
        part.field.removeprefix(ABSENT): part.text for part in parts if part.field.startswith(ABSENT)
    }
    captures = [part for part in parts if part.field not in texts and not part.field.startswith(ABSENT)]
    if len(captures) > settings.max_pictures:
        raise UsageError(f"{len(captures)} pictures; the limit is {settings.max_pictures}", "body")
    samples: dict[Position | str, list[bytes]] = {}
    for position, data in _placed(captures):
        samples.setdefault(position, []).append(data)
    year = texts.get("birth_year", "")
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):
        raise EnrolmentError("expected four digits", "birth_year")
    return Enrolment.of(id or texts.get("id", "") or DEFAULT_ID, samples, absent, int(year) if year else None)


def _placed(captures: list[Part]) -> Iterator[tuple[str, bytes]]:
    """Each capture with its position: the name of its field, else what the name of its file says."""
    for part in captures:
        if part.field not in FILES:
            yield part.field, part.data
            continue
        position = position_of(part.file_name)
        if position is Position.UNKNOWN:
            raise EnrolmentError("the name of the file does not say which position it shows", part.file_name)
        yield str(position), part.data


def _by_position(samples: list[Sample]) -> dict[Position | str, list[Sample]]:
    placed: dict[Position | str, list[Sample]] = {}
    for sample in samples:
        if sample.position is Position.UNKNOWN:
            raise EnrolmentError("the record does not say which position one of its pictures shows", "body")
        placed.setdefault(sample.position, []).append(sample)
    return placed
