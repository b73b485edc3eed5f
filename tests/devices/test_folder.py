"""Folders as devices: replay in order, and hot folders that take each whole file once."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from biocapture.devices import CaptureDevice, open_device, target_of
from biocapture.devices.conformance import check_device
from biocapture.devices.hot_folder import LEDGER
from biocapture.errors import (
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceNotFoundError,
    DeviceUnsupportedError,
    NothingPresentedError,
)

INDEX, THUMB, FACE = target_of("right_index"), target_of("left_thumb"), target_of("face")


def png(grey: int) -> bytes:
    pixels = np.full((300, 300), grey, np.uint8)
    pixels[::3] = 255 - grey
    return cv2.imencode(".png", pixels)[1].tobytes()


def drop(folder: Path, name: str, data: bytes) -> Path:
    part = folder / f"{name}.tmp"
    part.write_bytes(data)
    return part.replace(folder / name)


@pytest.fixture
def replay(tmp_path: Path) -> Path:
    for number, name in enumerate(("a", "b_left_thumb", "c", "iris_right_eye")):
        drop(tmp_path, f"{name}.png", png(40 * number))
    (tmp_path / "notes.txt").write_text("not an image")
    return tmp_path


def test_replay_conforms(replay: Path) -> None:
    check_device(
        lambda: open_device(f"folder:{replay}?modality=fingerprint"),
        INDEX,
        unplug=lambda device: replay.rename(replay.with_name("gone")),
    )


def test_replay_goes_in_order_and_leaves_out_what_is_named_otherwise(replay: Path) -> None:
    with open_device(f"folder:{replay}") as device:
        assert [Path(image.path).name for image in device.frames(INDEX, 1)] == ["a.png", "c.png"]
        with pytest.raises(NothingPresentedError, match="no file left"):
            device.capture(INDEX, 1)
    with open_device(f"folder:{replay}?repeat=true") as device:
        names = [Path(device.capture(THUMB, 1).image.path).stem for _ in range(4)]
        assert names == ["a", "b_left_thumb", "c", "a"]


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DeviceNotFoundError), open_device(f"folder:{tmp_path / 'none'}"):
        pass
    with pytest.raises(DeviceUnsupportedError, match="only a folder"), open_device(f"folder:{__file__}?hot=true"):
        pass


def hot(folder: Path) -> CaptureDevice:
    return open_device(f"folder:{folder}?hot=true&settle_s=0.1")


def test_hot_folder_conforms(tmp_path: Path) -> None:
    for number in range(4):
        drop(tmp_path, f"{number}.png", png(number))
    silent = tmp_path / "silent"
    silent.mkdir()
    check_device(lambda: hot(tmp_path), INDEX, silent=lambda: hot(silent))


def test_each_file_is_taken_once_oldest_first_also_over_restarts(tmp_path: Path) -> None:
    for number in (2, 0, 1):
        os.utime(drop(tmp_path, f"{number}.png", png(number)), (100 - number, 100 - number))
    with hot(tmp_path) as device:
        assert Path(device.capture(INDEX, 3).image.path).name == "2.png"
    with hot(tmp_path) as device:
        assert [Path(device.capture(INDEX, 3).image.path).name for _ in range(2)] == ["1.png", "0.png"]
        with pytest.raises(NothingPresentedError, match="no file was dropped"):
            device.capture(INDEX, 0.3)
    with (tmp_path / LEDGER).open("a") as ledger:
        ledger.write('["0.png", 1')  # a crash in the middle of a line
    drop(tmp_path, "0.png", png(77))  # the same name, another file
    with hot(tmp_path) as device:
        assert device.capture(INDEX, 3).image.pixels[1, 0] == 77


def test_a_file_that_is_being_written_is_waited_for(tmp_path: Path) -> None:
    data = png(9)

    def write_slowly() -> None:
        with (tmp_path / "slow.png").open("wb", buffering=0) as file:
            for i in range(0, len(data), len(data) // 6 + 1):
                file.write(data[i : i + len(data) // 6 + 1])
                time.sleep(0.15)  # longer than it takes to settle: only the decoder tells that it is not whole

    writer = threading.Thread(target=write_slowly)
    writer.start()
    with hot(tmp_path) as device:
        assert device.capture(INDEX, 8).image.pixels[1, 0] == 9
    writer.join()


def test_a_damaged_file_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("biocapture.devices.hot_folder.MAX_HALF_WRITTEN_S", 0.3)
    drop(tmp_path, "half.png", png(9)[:-40])
    with hot(tmp_path) as device:
        with pytest.raises(DeviceDataError, match=r"half\.png"):
            device.capture(INDEX, 5)
        drop(tmp_path, "whole.png", png(8))
        assert Path(device.capture(INDEX, 5).image.path).name == "whole.png"


def test_a_folder_that_is_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "hot"
    folder.mkdir()
    with hot(folder) as device:
        folder.rmdir()
        with pytest.raises(DeviceDisconnectedError):
            device.capture(INDEX, 1)


TAKES = """
import sys
from biocapture.devices import open_device, target_of
with open_device(f"folder:{sys.argv[1]}?hot=true&settle_s=0.05") as device:
    while True:
        print(device.capture(target_of("right_index"), 10).image.path, flush=True)
"""


def test_killed_in_between_nothing_is_taken_twice(tmp_path: Path) -> None:
    for number in range(6):
        drop(tmp_path, f"{number}.png", png(number))
    taken, noted = [], 0
    for _ in range(2):
        count = 6 - noted if noted else 2
        process = subprocess.Popen([sys.executable, "-c", TAKES, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        taken += [process.stdout.readline().strip() for _ in range(count)]
        process.kill()
        taken += process.stdout.read().split()
        process.wait()
        process.stdout.close()
        noted = (tmp_path / LEDGER).read_text().count("\n")
        if noted >= 6:
            break
    assert len(taken) == len(set(taken))
    assert len(taken) <= noted == 6


def test_a_face_from_a_folder_is_in_colour(tmp_path: Path) -> None:
    drop(tmp_path, "portrait.png", png(50))
    with open_device(f"folder:{tmp_path}") as device:
        assert device.capture(FACE, 1).image.pixels.ndim == 3
