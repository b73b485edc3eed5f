"""Both languages are complete: every key that can reach an operator has a text, and no text is orphaned."""

import re
from pathlib import Path

import pytest

from biocapture.assessment.modalities import measures
from biocapture.guidance import LANGUAGES, text, texts

SOURCE = Path(__file__).parents[2] / "src" / "biocapture"
KEY = re.compile(r'"((?:image|fingerprint|iris|face|enrolment|device|capture|health)\.[a-z_]+)"')


def keys_in_source() -> set[str]:
    """Every string literal that looks like a key, less the measure ids."""
    found = {key for path in SOURCE.rglob("*.py") for key in KEY.findall(path.read_text(encoding="utf8"))}
    return found - set(measures())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_a_text(language: str) -> None:
    guided = {item.guidance for item in measures().values()}
    assert (keys_in_source() | guided) - set(texts(language)) == set()


def test_languages_have_the_same_keys_and_different_texts() -> None:
    english, indonesian = texts("en"), texts("id")
    assert english.keys() == indonesian.keys()
    assert not [key for key in english if english[key] == indonesian[key]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_one_sentence(language: str) -> None:
    for key, sentence in texts(language).items():
        assert sentence.endswith("."), key
        assert len(sentence) <= 160, key
        assert sentence.count(". ") == 0, key


def test_unknown_key_is_given_back() -> None:
    assert text("no.such", "id") == "no.such"
