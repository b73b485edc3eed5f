from pathlib import Path

import pytest

from biocapture.assessment.modalities import measures
from biocapture.errors import ProfileError
from biocapture.profile.load import load_profile, shipped_profiles


@pytest.mark.parametrize("name", shipped_profiles())
def test_shipped_profiles_name_only_existing_measures(name: str) -> None:
    profile = load_profile(name, measures())
    assert profile.name == name
    assert profile.retake


def test_e_ktp_asks_for_ten_fingers_two_eyes_and_a_face() -> None:
    profile = load_profile("e-ktp", measures())
    assert len(profile.required) == 13
    assert profile.language == "id"


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("title='x'\nlanguage='en'\n[retake]\n'fingerprint.qality'=3", "did you mean 'fingerprint.quality'"),
        ("title='x'\nlanguage='en'\n[retake]\n'fingerprint.quality'=300", r"outside 0\.\.100"),
        ("title='x'\nlanguage='fr'", "language"),
        ("title='x'\nlanguage='en'\ncolour='red'", "colour"),
        ("title='x'\nlanguage='en'\nrequired=['third_hand']", "required"),
        ("title='x'\nlanguage='en'\n[notes]\n'image.inverted'='shrug'", "neither 'retake' nor 'review'"),
        ("title=", "cannot be read"),
        ("\0", "cannot be read"),
    ],
)
def test_wrong_profiles_say_what_is_wrong(tmp_path: Path, content: str, match: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)
    with pytest.raises(ProfileError, match=match):
        load_profile(path, {"fingerprint.quality"})


def test_missing_profile_lists_the_shipped_ones() -> None:
    with pytest.raises(ProfileError, match="shipped: default, e-ktp"):
        load_profile("defualt", {"fingerprint.quality"})


def test_a_profile_is_given_back_as_it_is() -> None:
    profile = load_profile("default", measures())
    assert load_profile(profile, ()) is profile
