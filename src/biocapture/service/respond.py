"""What a worker process does with a call: find its endpoint, answer, and turn every error into an answer."""

import signal
import threading
from collections.abc import Callable, Sequence

from pydantic import ValidationError

from biocapture.errors import BiocaptureError
from biocapture.guidance import LANGUAGES
from biocapture.service.endpoints import ENDPOINTS
from biocapture.service.messages import Answer, Call, Settings, json_answer
from biocapture.service.problems import problem, problem_of, problem_of_query

WARM_UP = Call("warm up")
"""The first call of a worker: loads what the others need."""


def respond_to_chunk(settings: Settings, calls: Sequence[Call], at: Callable[[int], None]) -> list[Answer]:
    """The work of a pool of worker processes.

    Parameters
    ----------
    settings : Settings
    calls : sequence of Call
    at : callable
        Not called: a call is one step.

    Returns
    -------
    list of Answer
        One per call.
    """
    del at
    return [respond(call, settings) for call in calls]


def respond(call: Call, settings: Settings) -> Answer:
    """Answer one call.

    Parameters
    ----------
    call : Call
    settings : Settings

    Returns
    -------
    Answer
        Whatever happens.
    """
    language = call.query.get("lang", "") or call.language or settings.language
    language = language if language in LANGUAGES else ""
    if call.endpoint == WARM_UP.endpoint:
        return _warm_up(settings)
    try:
        return ENDPOINTS[call.endpoint].function()(call, settings)
    except BiocaptureError as error:
        return problem_of(error, language)
    except ValidationError as error:
        return problem_of_query(error, language)
    except MemoryError:
        return problem("too-large", "not enough memory", language=language)
    except Exception as error:  # noqa: BLE001  a fault of ours must not cost the worker, and tells nothing of the data
        return problem("internal", type(error).__name__, language=language)


def _warm_up(settings: Settings) -> Answer:
    """Load the modalities, and leave the end of the service to the parent: its signal reaches the workers, too."""
    from biocapture.assessment.modalities import AVAILABLE, package
    from biocapture.assessment.options import options_of

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for modality in AVAILABLE:
        package(modality)
    options_of(profile=settings.profile)
    return json_answer({})
