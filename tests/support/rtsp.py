"""An RTSP server of GStreamer, run by the system's own Python."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from biocapture.devices.fprint import SYSTEM_PYTHON

IMPORTS = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
"""
SERVES = (
    IMPORTS
    + """
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    "( videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=15/1,format=I420"
    " ! jpegenc ! rtpjpegpay name=pay0 pt=26 )"
)
factory.set_shared(True)
server.get_mount_points().add_factory("/test", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
"""
)


def lacks() -> str:
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run([SYSTEM_PYTHON, "-I", "-c", IMPORTS], capture_output=True, timeout=30, check=True)
        return ""
    return "no RTSP server (Debian: gir1.2-gst-rtsp-server-1.0, gstreamer1.0-plugins-good, python3-gi)"


@contextmanager
def rtsp_server() -> Iterator[str]:
    with subprocess.Popen(
        [SYSTEM_PYTHON, "-I", "-c", SERVES], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout
            yield f"rtsp://127.0.0.1:{int(process.stdout.readline())}/test"
        finally:
            process.kill()
