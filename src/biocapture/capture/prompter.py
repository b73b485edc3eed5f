"""One message at a time, and none that flickers: an operator reads it aloud to a person who has to move."""

from biocapture.images.frame_check import FrameCheck

PERSISTS = 4
"""Frames in a row a new message must be due before it is shown."""

STAYS = 10
"""Frames a message stays at least."""

CLEARED = 56.0
"""A fault that is shown counts as mended only from here on; it begins at `ENOUGH`."""

KEEP_STILL = "capture.keep_still"


class Guide:
    """Chooses what to say from one look after the other."""

    def __init__(self) -> None:
        self.message = ""
        self._due = ""
        self._frames_due = 0
        self._frames_shown = 0

    def say(self, look: FrameCheck) -> str:
        """The message after this frame."""
        due = self._fault(look) or KEEP_STILL
        self._frames_due = self._frames_due + 1 if due == self._due else 1
        self._due = due
        self._frames_shown += 1
        settled = self._frames_due >= PERSISTS and self._frames_shown >= STAYS
        if due != self.message and (settled or not self.message):
            self.message, self._frames_shown = due, 0
        return self.message

    def insist(self, message: str) -> str:
        """Show a message now, whatever is seen: the fault of a capture that was assessed."""
        if message != self.message:
            self.message, self._frames_shown = message, 0
        return self.message

    def _fault(self, look: FrameCheck) -> str:
        """The first fault; the one on show goes on until it is well mended."""
        fault = look.fault
        if not fault and look.scores.get(self.message, CLEARED) < CLEARED:
            return self.message
        return fault
