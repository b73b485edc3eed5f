"""One message at a time, held long enough: an operator reads it aloud to a capture subject, who has to move."""

from biocapture.images.frame_check import FrameCheck

MIN_FRAMES_DUE = 4
"""Frames in a row that a new message must be due before it is shown."""

MIN_FRAMES_SHOWN = 10
"""Frames that a message is shown at least."""

MIN_CLEARED_SCORE = 56.0
"""A fault that is shown counts as corrected from this score on, 0..100; it begins at `MIN_PASSING_SCORE`."""

KEEP_STILL = "capture.keep_still"


class Prompter:
    """Chooses the message from one frame check after the other."""

    def __init__(self) -> None:
        self.message = ""
        self._due = ""
        self._frames_due = 0
        self._frames_shown = 0

    def update(self, check: FrameCheck) -> str:
        """Choose the message after a frame.

        Parameters
        ----------
        check : FrameCheck
            Of the frame.

        Returns
        -------
        str
            Guidance key.
        """
        due = self._fault(check) or KEEP_STILL
        self._frames_due = self._frames_due + 1 if due == self._due else 1
        self._due = due
        self._frames_shown += 1
        settled = self._frames_due >= MIN_FRAMES_DUE and self._frames_shown >= MIN_FRAMES_SHOWN
        if due != self.message and (settled or not self.message):
            self.message, self._frames_shown = due, 0
        return self.message

    def show_now(self, message: str) -> str:
        """Show a message at once, whatever the frames show: the fault of a capture that was assessed.

        Parameters
        ----------
        message : str
            Guidance key.

        Returns
        -------
        str
            The same.
        """
        if message != self.message:
            self.message, self._frames_shown = message, 0
        return self.message

    def _fault(self, check: FrameCheck) -> str:
        """The first fault; the one on show is kept until it is well corrected."""
        fault = check.fault
        if not fault and check.scores.get(self.message, MIN_CLEARED_SCORE) < MIN_CLEARED_SCORE:
            return self.message
        return fault
