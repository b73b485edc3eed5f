"""Every language is complete: each key that can reach a person has a text, and no list of languages stands in code."""

import ast
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from biocapture.assessment.modalities import measures
from biocapture.assessment.verdict import Verdict
from biocapture.errors import UsageError
from biocapture.guidance import LANGUAGES, text, texts, vocabulary
from biocapture.guidance.words import number, percent, position_name, record_phrase, report_phrase, verdict_word
from biocapture.types import Modality, Position

SOURCE = Path(__file__).parents[2] / "src" / "biocapture"
KEY = re.compile(r'"((?:image|fingerprint|iris|face|enrolment|device|capture|health)\.[a-z_]+)"')
FORMATTED = re.compile(r"{(\w*)}")

FILES = [(path, path.read_text(encoding="utf8")) for path in sorted(SOURCE.rglob("*.py"))]


def keys_in_source() -> set[str]:
    """Every string literal that looks like a key, less the measure ids."""
    found = {key for _, code in FILES for key in KEY.findall(code)}
    return found - set(measures())


def leaves(content: object, name: str = "") -> dict[str, str]:
    """Path → text of everything in a language."""
    if isinstance(content, str):
        return {name: content}
    inside = enumerate(content) if isinstance(content, list) else content.items()
    return {path: leaf for key, value in inside for path, leaf in leaves(value, f"{name}/{key}").items()}


ALL = {language: leaves(asdict(vocabulary(language))) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_a_text(language: str) -> None:
    guided = {item.guidance for item in measures().values()}
    assert (keys_in_source() | guided) - set(texts(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_keys_and_fields(language: str) -> None:
    assert ALL[language].keys() == ALL["en"].keys()
    for path, leaf in ALL[language].items():
        assert leaf.strip(), path
        assert sorted(FORMATTED.findall(leaf)) == sorted(FORMATTED.findall(ALL["en"][path])), path


def test_sentences_of_languages_differ() -> None:
    assert not [key for key, sentence in texts("en").items() if sentence == texts("id")[key]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_one_sentence(language: str) -> None:
    for key, sentence in texts(language).items():
        assert sentence.endswith("."), key
        assert len(sentence) <= 160, key
        assert sentence.count(". ") == 0, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_positions_verdicts_and_weekdays_have_names(language: str) -> None:
    own = vocabulary(language)
    assert own.positions.keys() == set(Position)
    assert own.verdicts.keys() == {*Verdict, "ERROR"}
    assert all({"label", "meaning", "headline", "attempt"} == own.verdicts[verdict].keys() for verdict in Verdict)
    assert own.record.keys() >= set(Modality)
    assert own.report.keys() >= set(Modality)
    assert len(own.weekdays) == len(set(own.weekdays)) == 7
    assert set(own.digits) == {"thousands", "decimal"}


def test_words_as_they_are_read() -> None:
    assert (position_name("right_index"), position_name("right_index", "id")) == (
        "right index finger",
        "telunjuk kanan",
    )
    assert (position_name("face", "id"), position_name("unknown"), position_name("")) == ("wajah", "not told", "")
    assert verdict_word("READY") == "Ready"
    assert verdict_word("READY", "headline", "id") == "SIAP diunggah"
    assert verdict_word("ERROR", "headline") == "ERROR"
    assert (record_phrase("face", "id"), report_phrase("face", "id"), record_phrase("x")) == ("wajah", "Wajah", "x")
    assert (number(-1234.56, "en", 1), number(-1234.56, "id", 1)) == ("-1,234.6", "-1.234,6")
    assert (number(-0.01), number(float("nan"))) == ("0", "–")
    assert (percent(0.1234, "id"), percent(float("nan"))) == ("12,3\u00a0%", "–")


def test_unknown_key_is_given_back() -> None:
    assert text("no.such", "id") == "no.such"


@pytest.mark.parametrize("language", ["fr", "", "../en", "EN"])
def test_unknown_language_is_wrong_usage(language: str) -> None:
    with pytest.raises(UsageError, match=f"no such language; there are: {', '.join(LANGUAGES)}"):
        text("face.no_face", language)


def test_languages_are_listed_in_no_code() -> None:
    """Neither a literal of several languages, nor a help text that names them."""
    listed = re.compile(r"\b(?:%s)\b(?:\W{1,6}| or )\b(?:%s)\b" % (("|".join(LANGUAGES),) * 2))
    for path, code in FILES:
        if not ('"id"' in code or listed.search(code)):
            continue
        for node in ast.walk(ast.parse(code)):
            inside = [child.value for child in ast.iter_child_nodes(node) if isinstance(child, ast.Constant)]
            assert len(set(LANGUAGES) & {each for each in inside if isinstance(each, str)}) < 2, path
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not listed.search(node.value), (path, node.value)
    assert listed.search("en or id; default: the profile's")
    assert listed.search("^(en|id)$")
