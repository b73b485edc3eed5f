"""Whether a device that was opened is still there."""

from collections.abc import Iterator
from contextlib import contextmanager

from biocapture.devices.protocol import Health, State
from biocapture.errors import DeviceDisconnectedError, DeviceNotFoundError


class DevicePresence:
    """Whether an opened device answered its last request: present, or gone and why."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._lost: str | None = None

    @property
    def health(self) -> Health:
        """Gone, or ready as far as is known."""
        return Health(State.GONE, self._lost) if self._lost is not None else Health()

    def mark_present(self) -> None:
        """Note that the device was opened."""
        self._lost = None

    @contextmanager
    def track(self) -> Iterator[None]:
        """Wrap one request: a device that is not found any more was there when it was opened, so it is disconnected."""
        try:
            yield
        except DeviceNotFoundError as error:
            self._lost = error.message
            raise DeviceDisconnectedError(error.message, self._subject) from error
        except DeviceDisconnectedError as error:
            self._lost = error.message
            raise
        self._lost = None
