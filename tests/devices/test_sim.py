"""The simulated sensor, and finding adapters at all."""

import pytest

from biocapture.devices import Preview, adapters, import_optional, open_device, target_of
from biocapture.devices.conformance import check_device
from biocapture.devices.registry import split_spec
from biocapture.errors import (
    DeviceDisconnectedError,
    DeviceError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
    UsageError,
)
from biocapture.guidance import texts
from biocapture.synthetic.script import Act, act_at, parse_script
from biocapture.synthetic.stream import ACTS, Stream
from biocapture.types import Modality, Position

TARGETS = {"finger": "right_index", "iris": "left_eye", "face": "face"}


@pytest.mark.parametrize("preview", Preview)
@pytest.mark.parametrize("kind", TARGETS)
def test_simulations_conform(kind: str, preview: Preview) -> None:
    build = f"sim:{kind}?fps=0&preview={preview}&script="
    check_device(
        lambda: open_device(build + "absent:2,good"),
        target_of(TARGETS[kind]),
        silent=lambda: open_device(build + "stall"),
    )


def test_the_plug_is_pulled_and_put_back() -> None:
    device = open_device("sim:face?fps=0&script=good:3,disconnect")
    for _ in range(2):
        with device:
            frames = device.frames(target_of("face"), 1)
            assert len([next(frames) for _ in range(3)]) == 3
            with pytest.raises(DeviceDisconnectedError):
                next(frames)
            with pytest.raises(DeviceDisconnectedError):
                device.capture(target_of("face"), 1)
            assert device.info.health.state == "gone"


def test_a_stall_is_a_timeout() -> None:
    with open_device("sim:face?fps=0&script=stall") as device, pytest.raises(DeviceTimeoutError):
        next(device.frames(target_of("face"), 0.05))


def test_frames_come_in_time_and_a_slow_reader_misses_some() -> None:
    import time

    with open_device("sim:iris?fps=50&script=absent") as device:
        frames = device.frames(target_of("left_eye"), 1)
        next(frames)
        begun = time.monotonic()
        for _ in range(10):
            next(frames)
        assert time.monotonic() - begun >= 0.15


@pytest.mark.parametrize("modality", Modality)
def test_every_act_has_its_scene_and_repeats(modality: Modality) -> None:
    shape = (120, 160)
    stream = Stream(modality, Position.UNKNOWN, 1, shape)
    for act in ACTS[modality]:
        first = stream.frame(act, 0.5, 3)
        assert first.shape[:2] == shape
        assert (first == stream.frame(act, 0.5, 3)).all()


def test_script() -> None:
    steps = parse_script("absent:2, good:3,wet")
    assert [act_at(steps, number)[0] for number in (0, 1, 2, 4, 5, 999)] == [
        Act.ABSENT,
        Act.ABSENT,
        Act.GOOD,
        Act.GOOD,
        Act.WET,
        Act.WET,
    ]


@pytest.mark.parametrize("text", ["dance", "good:0", "good:x", "good:-1", "good:1e3", ":5"])
def test_scripts_that_are_none(text: str) -> None:
    with pytest.raises(UsageError):
        parse_script(text)


@pytest.mark.parametrize(
    ("spec", "error", "match"),
    [
        ("sim:toe", DeviceNotFoundError, "finger, iris, face"),
        ("sym:finger", DeviceNotFoundError, "did you mean sim"),
        ("xyz", DeviceNotFoundError, "installed: .*sim"),
        ("", UsageError, "expected name:address"),
        ("sim:finger?fps", UsageError, "expected name:address"),
        ("sim:finger?fps=1&fps=2", UsageError, "twice"),
        ("sim:finger?fps=fast", UsageError, "option fps"),
        ("sim:finger?speed=1", UsageError, "options of sim: script"),
        ("sim:iris?script=wet", UsageError, "wet cannot happen"),
    ],
)
def test_specs_that_are_wrong(spec: str, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        open_device(spec)


def test_an_address_with_a_question_mark() -> None:
    assert split_spec("camera:http://h/v?a=1?fps=5") == ("camera", "http://h/v?a=1", {"fps": "5"})
    assert split_spec("camera:http://h/v?a=1?") == ("camera", "http://h/v?a=1", {})


def test_a_missing_extra_is_named() -> None:
    with pytest.raises(DeviceUnsupportedError, match=r"pip install 'biocapture\[sane\]'"):
        import_optional("no_such_module", "sane")


def test_our_adapters_are_entry_points() -> None:
    assert set(adapters()) >= {"sim", "folder", "camera", "sbi"}


def test_every_device_error_tells_the_operator_what_to_do() -> None:
    kinds = [DeviceError, *DeviceError.__subclasses__()]
    keys = [kind.guidance for kind in kinds]
    assert len(set(keys)) == len(kinds) == 9
    assert set(keys) <= set(texts("en"))


@pytest.mark.parametrize(
    ("position", "modality"), [("left_thumb", "fingerprint"), ("right_eye", "iris"), ("face", "face")]
)
def test_targets(position: str, modality: str) -> None:
    assert target_of(position).modality == modality
    with pytest.raises(UsageError, match="left_thumb"):
        target_of("left_toe")
