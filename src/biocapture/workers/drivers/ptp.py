"""Digital cameras through libgphoto2."""

from typing import Any

import gphoto2

from biocapture.workers.drivers.protocol import Handler, Reply, RequestRefusedError, serve

ERROR_KINDS = {
    gphoto2.GP_ERROR_MODEL_NOT_FOUND: "not_found",
    gphoto2.GP_ERROR_UNKNOWN_PORT: "not_found",
    gphoto2.GP_ERROR_FILE_NOT_FOUND: "not_found",
    gphoto2.GP_ERROR_IO_USB_CLAIM: "busy",
    gphoto2.GP_ERROR_CAMERA_BUSY: "busy",
    gphoto2.GP_ERROR_IO_LOCK: "busy",
    gphoto2.GP_ERROR_TIMEOUT: "timeout",
    gphoto2.GP_ERROR_CANCEL: "timeout",
    gphoto2.GP_ERROR_IO_USB_FIND: "disconnected",
    gphoto2.GP_ERROR_IO_READ: "disconnected",
    gphoto2.GP_ERROR_IO_WRITE: "disconnected",
    gphoto2.GP_ERROR_IO: "disconnected",
    gphoto2.GP_ERROR_CORRUPTED_DATA: "bad_data",
    gphoto2.GP_ERROR_NOT_SUPPORTED: "unsupported",
}
"""Kinds of errors by libgphoto2's number."""

CONFIG_NAMES = {"maker": "manufacturer", "model": "cameramodel", "serial": "serialnumber", "firmware": "deviceversion"}


class _Camera:
    """The one open camera of this process."""

    def __init__(self) -> None:
        self.camera: Any = None

    def open(self, port: str, viewfinder: bool) -> Reply:
        """Open the camera on a port, or the first; the reply says what it is and can do, viewfinder tried."""
        camera = gphoto2.Camera()
        try:
            if port:
                ports = gphoto2.PortInfoList()
                ports.load()
                camera.set_port_info(ports[ports.lookup_path(port)])
            camera.init()
        except gphoto2.GPhoto2Error as error:
            raise _error_of(error) from error
        self.camera = camera
        operations = camera.get_abilities().operations
        reply: dict[str, Any] = {name: self._config(key) for name, key in CONFIG_NAMES.items()}
        reply["capture"] = bool(operations & gphoto2.GP_OPERATION_CAPTURE_IMAGE)
        reply["preview"] = bool(
            viewfinder and operations & gphoto2.GP_OPERATION_CAPTURE_PREVIEW and self._has_viewfinder()
        )
        return reply, b""

    def _has_viewfinder(self) -> bool:
        try:
            self.camera.capture_preview()
        except gphoto2.GPhoto2Error:
            return False
        return True

    def _config(self, key: str) -> str:
        try:
            return str(self.camera.get_single_config(key).get_value())
        except gphoto2.GPhoto2Error:
            return ""

    def capture(self, keep: bool, most_bytes: int) -> Reply:
        """Release the shutter and send the picture, which is then deleted from the card unless kept."""
        try:
            taken = self.camera.capture(gphoto2.GP_CAPTURE_IMAGE)
            size = self.camera.file_get_info(taken.folder, taken.name).file.size
            if size > most_bytes:
                raise RequestRefusedError("bad_data", f"took a picture of {size} bytes; the limit is {most_bytes}")
            file = self.camera.file_get(taken.folder, taken.name, gphoto2.GP_FILE_TYPE_NORMAL)
            data = bytes(file.get_data_and_size())
            if not keep:
                self.camera.file_delete(taken.folder, taken.name)
        except gphoto2.GPhoto2Error as error:
            raise _error_of(error) from error
        return {"name": taken.name}, data

    def preview(self) -> Reply:
        """One picture of the viewfinder."""
        try:
            return {}, bytes(self.camera.capture_preview().get_data_and_size())
        except gphoto2.GPhoto2Error as error:
            raise _error_of(error) from error

    def cancel(self) -> None:
        """Nothing: a released shutter cannot be stopped, and the process is about to end."""


def _list() -> Reply:
    cameras = gphoto2.Camera.autodetect()
    return {"found": [[cameras.get_name(i), cameras.get_value(i)] for i in range(cameras.count())]}, b""


def _error_of(error: Any) -> RequestRefusedError:
    return RequestRefusedError(ERROR_KINDS.get(error.code, "failed"), str(error))


def main() -> None:
    """Serve."""
    camera = _Camera()
    handlers: dict[str, Handler] = {
        "open": camera.open,
        "capture": camera.capture,
        "preview": camera.preview,
        "list": _list,
    }
    serve(handlers, camera.cancel)
