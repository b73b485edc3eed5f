"""Every word a person reads, one file per language, and the sentence that says what the operator does next."""

from collections.abc import Mapping

from biocapture.guidance.languages import LANGUAGES, vocabulary

__all__ = ["LANGUAGES", "text", "texts", "vocabulary"]


def texts(language: str) -> Mapping[str, str]:
    """Guidance key → sentence.

    Parameters
    ----------
    language : str
        One of :data:`LANGUAGES`; another raises :class:`biocapture.errors.UsageError`.

    Returns
    -------
    dict
    """
    return vocabulary(language).sentences


def text(key: str, language: str = "en") -> str:
    """The sentence of a guidance key.

    Parameters
    ----------
    key : str
        For example ``fingerprint.press_flat``.
    language : str
        One of :data:`LANGUAGES`; another raises :class:`biocapture.errors.UsageError`.

    Returns
    -------
    str
        The key itself where it has no sentence (tests prove that each of ours has one).
    """
    return texts(language).get(key, key)
