from pathlib import Path

import pytest

from biocapture.images.naming import fingers_of, modality_of_name, position_of
from biocapture.types import FingerGroup, Modality, Position

P = Position

WORDS = {
    "right_thumb.png": P.RIGHT_THUMB,
    "left-index.bmp": P.LEFT_INDEX,
    "0042 Right Middle (2).wsq": P.RIGHT_MIDDLE,
    "ring_left.tif": P.LEFT_RING,
    "rightLittle.png": P.RIGHT_LITTLE,
    "LEFT_PINKY.PNG": P.LEFT_LITTLE,
    "forefinger.right.jpg": P.RIGHT_INDEX,
    "l_middle.png": P.LEFT_MIDDLE,
    "rt_index_01.png": P.RIGHT_INDEX,
    "jempol_kanan.png": P.RIGHT_THUMB,
    "ibu_jari_kiri.png": P.LEFT_THUMB,
    "telunjuk-kanan.jpg": P.RIGHT_INDEX,
    "jari_tengah_kiri.png": P.LEFT_MIDDLE,
    "jari manis kanan.png": P.RIGHT_RING,
    "KelingkingKiri.png": P.LEFT_LITTLE,
    "right_eye.png": P.RIGHT_EYE,
    "iris_l.bmp": P.LEFT_EYE,
    "mata_kanan.jpg": P.RIGHT_EYE,
    "face_001.jpg": P.FACE,
    "wajah.png": P.FACE,
}

CODES = {
    "R1.png": P.RIGHT_THUMB,
    "R2.png": P.RIGHT_INDEX,
    "id77_L4.png": P.LEFT_RING,
    "l_05.png": P.LEFT_LITTLE,
    "FGP 2.png": P.RIGHT_INDEX,
    "fgp07.wsq": P.LEFT_INDEX,
    "FGP10.wsq": P.LEFT_LITTLE,
    "finger_6.png": P.LEFT_THUMB,
    "position-9.png": P.LEFT_RING,
    "RI.png": P.RIGHT_INDEX,
    "LM_2.png": P.LEFT_MIDDLE,
    "budi_rr.png": P.RIGHT_RING,
    "LL.png": P.LEFT_LITTLE,
    "RP.png": P.RIGHT_LITTLE,
    "RT.png": P.RIGHT_THUMB,
    "lt.png": P.LEFT_THUMB,
    "00001234_plain_500_03.png": P.RIGHT_MIDDLE,
    "A017_roll_1000_10.png": P.LEFT_LITTLE,
    "00002301_2000_06.wsq": P.LEFT_THUMB,
    "0007_OD.png": P.RIGHT_EYE,
    "os_2.png": P.LEFT_EYE,
    "right_index_R2.png": P.RIGHT_INDEX,
}

UNCLEAR = [
    "",
    "___.png",
    "指紋.png",
    "палец.png",
    "0001.png",
    "scan.png",
    "right.png",
    "right_hand.png",
    "index.png",
    "jari.png",
    "eye.png",
    "left_right_index.png",
    "kanan_kiri_jempol.png",
    "right_index_thumb.png",
    "right_index_left_thumb.png",
    "R2_L4.png",
    "R2_left_index.png",
    "FGP2_FGP3.png",
    "RI_LT.png",
    "OD_OS.png",
    "right_index_OS.png",
    "R0.png",
    "R6.png",
    "R12.png",
    "FGP11.png",
    "FGP0.png",
    "plain_500_3.png",
    "plain_500_11.png",
    "plain_300_03.png",
    "brightly_thumbed.png",
    "copyright_index.png",
    "curl_2.png",
    "face_right_index.png",
    "face_iris.png",
    "right_eye_index.png",
    "budi_2000-01-15.png",
    "budi_2000_05_17_scan.png",
    "plain_500_03_2.png",
    "left_FGP2.png",
    "right_OS.png",
    "R2_iris.png",
    "face_R2.png",
    "face_right_eye.png",
    "wajah_sidik.png",
]


@pytest.mark.parametrize(("name", "position"), [*WORDS.items(), *CODES.items()])
def test_position_is_read_from_the_name(name: str, position: Position) -> None:
    assert position_of(name) is position
    assert position_of(Path("/data/left_thumb") / name) is position


@pytest.mark.parametrize("name", UNCLEAR)
def test_names_that_say_nothing_or_too_much_have_no_position(name: str) -> None:
    assert position_of(name) is Position.UNKNOWN


@pytest.mark.parametrize("position", [position for position in Position if position is not Position.UNKNOWN])
def test_every_position_is_understood_in_its_own_spelling(position: Position) -> None:
    assert position_of(f"{position}.png") is position


FINGERPRINTS = [
    "R2.png",
    "right_index.png",
    "jempol_kiri.png",
    "00001234_plain_500_03.png",
    "fingerprint_17.png",
    "FingerPrint.png",
    "sidik_jari.png",
    "sidik jari/0001.png",
    "/data/fingerprints/subject7/0001.png",
    "/data/photos/fingerprints/0001.png",
    "/data/faces/R2.png",
    "faces/print_3.png",
    "foto_jempol_kanan.png",
    "iris/R2_L4.png",
]
IRISES = ["right_eye.png", "0007_OS.png", "eyes_12.png", "iris/0001.png", "mata/0001.png", "prints/iris_3.png"]
FACES = [
    "face.png",
    "wajah_3.png",
    "foto.png",
    "Selfie-2.jpg",
    "portraits/0001.jpg",
    "fingerprints/faces/0001.jpg",
    "faces/red_eyes.jpg",
]
NEITHER = [
    "0001.png",
    "指紋.png",
    "",
    "enrolment/subject7/0001.png",
    "foto_sidik.png",
    "iris/foto_sidik.png",
    "face_iris.png",
    "face_right_index.png",
    "right_eye_index.png",
    "iris/R2_iris.png",
    "photos of prints/0001.png",
    "faces/photos of prints/0001.png",
    "surface.png",
    "blueprints/0001.png",
    "automata/0001.png",
]


@pytest.mark.parametrize(
    ("path", "modality"),
    [
        *((path, Modality.FINGERPRINT) for path in FINGERPRINTS),
        *((path, Modality.IRIS) for path in IRISES),
        *((path, Modality.FACE) for path in FACES),
        *((path, None) for path in NEITHER),
    ],
)
def test_modality_is_read_from_the_name_else_from_the_nearest_folder(path: str, modality: Modality | None) -> None:
    assert modality_of_name(path) is modality
    assert modality_of_name(Path(path)) is modality


SLAPS = {
    "right_slap.png": FingerGroup.RIGHT_SLAP,
    "slap-left-2.wsq": FingerGroup.LEFT_SLAP,
    "RightFourFingers.png": FingerGroup.RIGHT_SLAP,
    "person7_slap_kiri.png": FingerGroup.LEFT_SLAP,
    "thumbs.png": FingerGroup.THUMBS,
    "00001234_plain_500_13.png": FingerGroup.RIGHT_SLAP,
    "FGP 15.png": FingerGroup.THUMBS,
}


@pytest.mark.parametrize(("name", "group"), SLAPS.items())
def test_fingers_of_a_slap_are_read_from_the_name(name: str, group: FingerGroup) -> None:
    assert fingers_of(name) == group.fingers
    assert position_of(name) is Position.UNKNOWN
    assert modality_of_name(name) is Modality.FINGERPRINT


@pytest.mark.parametrize(
    "name", ["right_index.png", "slap.png", "left_right_slap.png", "four.png", "right_thumb.png", "500_03.png"]
)
def test_names_of_one_finger_or_of_no_side_name_no_slap(name: str) -> None:
    assert fingers_of(name) == ()
