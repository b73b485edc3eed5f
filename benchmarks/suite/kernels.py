"""Fixed work of six kinds, by which times of different machines, and of one machine at different moments, are compared.

A machine that is slower, or shared, is not slower at everything alike: a busy sibling core costs Python more than it
costs a filter, a smaller cache costs large arrays more than small ones. Each case of ``baseline.json`` is therefore
counted in units of the kernel that it followed best while the baseline was taken. Never change a kernel: every ratio
of the baseline is in units of them.
"""

import functools
import subprocess
import sys
import zlib
from collections.abc import Callable

import cv2
import numpy as np

SIDE_PX = 192
_ROW, _COLUMN = np.mgrid[0:SIDE_PX, 0:SIDE_PX]
_GREY = ((7 * _ROW * _ROW + 13 * _COLUMN + _ROW * _COLUMN) % 251).astype(np.float32)
_AT_ROW, _AT_COLUMN = (_ROW * 0.98 + 1.0).astype(np.float32), (_COLUMN * 0.98 + 2.0).astype(np.float32)
_FILTERED, _MOVED = np.zeros_like(_GREY), np.zeros_like(_GREY)
_LONG = np.resize(_GREY.ravel(), 1 << 18).astype(np.float64)
_SPARE = np.empty_like(_LONG)
_PLACES = ((np.arange(1 << 15, dtype=np.int64) * 7919) % _LONG.size).astype(np.intp)
_PACKED = zlib.compress(_GREY.astype(np.uint8).tobytes() * 6, 6)
_WORDS = [f"word{number * 7919 % 1009}" for number in range(700)]

START = "import argparse, decimal, http.client, logging, tarfile"
"""Modules of the standard library, as a fresh interpreter loads them."""


def interpreted() -> float:
    """Python's own objects: a dictionary, strings, attributes, sorting."""
    counts: dict[str, int] = {}
    total = 0
    for number, word in enumerate(_WORDS):
        counts[word] = counts.get(word, 0) + number
        total += len(word) * (number & 3)
    return total + sum(value for _, value in sorted(counts.items())[:50])


def calls() -> float:
    """Calls of numpy on 32 numbers: what calling costs."""
    small = np.arange(32.0)
    for step in range(160):
        small = np.minimum(small + 1.0, float(step + 32))
    return float(small.sum())


def arrays() -> float:
    """Elementwise work on 2 MB, a gather from all over it, an FFT."""
    np.multiply(_LONG, 0.5, out=_SPARE)
    np.sqrt(_SPARE, out=_SPARE)
    gathered = _LONG[_PLACES]
    power = np.abs(np.fft.rfft2(_LONG[: 1 << 14].reshape(16, 32, 32)))
    return float(_SPARE[::64].sum() + gathered[:99].sum() + power[0, 0, 0])


def filters() -> float:
    """OpenCV on a picture: a Gaussian, a derivative, a bilinear remap."""
    cv2.GaussianBlur(_GREY, (0, 0), 2.5, dst=_FILTERED)
    cv2.Sobel(_FILTERED, cv2.CV_32F, 1, 0, dst=_MOVED, ksize=3)
    cv2.remap(_FILTERED, _AT_COLUMN, _AT_ROW, cv2.INTER_LINEAR, dst=_MOVED)
    return float(_MOVED[::16].sum())


def inflated() -> float:
    """Decompression, as of a PNG."""
    return float(len(zlib.decompress(_PACKED)))


@functools.cache
def _network() -> Callable[[], float]:
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    def weights(name: str, *shape: int) -> object:
        values = np.resize(np.linspace(-0.1, 0.1, 97, dtype=np.float32), shape)
        return numpy_helper.from_array(values, name)

    size = 8, 24, 24
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["in", "a"], ["b"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["b"], ["c"]),
            helper.make_node("Conv", ["c", "d"], ["out"], pads=[1, 1, 1, 1]),
        ],
        "kernel",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1, 8, 48, 48])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 24, 48, 48])],
        [weights("a", size[1], size[0], 3, 3), weights("d", size[2], size[1], 3, 3)],  # type: ignore[list-item]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    picture = np.resize(np.linspace(0, 1, 101, dtype=np.float32), (1, 8, 48, 48))
    return lambda: float(session.run(["out"], {"in": picture})[0][0, 0, 0, 0])


def convolved() -> float:
    """Two convolutions by onnxruntime, one thread."""
    return _network()()


def started() -> float:
    """A fresh interpreter that imports some of the standard library."""
    subprocess.run([sys.executable, "-I", "-c", START], check=True)
    return 0.0


KERNELS: dict[str, Callable[[], float]] = {
    function.__name__: function for function in (interpreted, calls, arrays, filters, inflated, convolved)
}
"""Of a tenth to one millisecond each: short enough to run undisturbed now and then on a busy machine."""

STARTS = {"started": started}
"""For what starts processes."""
