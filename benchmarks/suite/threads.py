"""One thread for everything: what is timed is the work, not how many cores were free."""

import os

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def pin_threads() -> None:
    """Pin BLAS, OpenMP and OpenCV to one thread; to be called before numpy is imported.

    onnxruntime needs nothing: ``biocapture.models`` opens every session with one thread.
    """
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    import cv2

    cv2.setNumThreads(1)
