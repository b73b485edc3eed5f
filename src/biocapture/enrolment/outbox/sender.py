"""The sender: takes the packets of an outbox to their target one by one, and writes down what became of each."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from biocapture.enrolment.outbox.keys import PublicKeys
from biocapture.enrolment.outbox.receipt import check_receipt
from biocapture.enrolment.outbox.schedule import Breaker, Limits, delay_s
from biocapture.enrolment.outbox.store import Entry, Outbox, State
from biocapture.enrolment.outbox.transports.protocol import (
    Outgoing,
    Progress,
    RefusedError,
    Transport,
    TransportError,
)
from biocapture.errors import PacketError

PAUSED = "paused"
RECEIPT_DELAY_S = 300.0
"""Until a receipt that was not there is asked for again."""

MAX_WAIT_S = 60.0
"""The sender looks at least so often whether it was paused, or new packets came."""

Told = Callable[[str, Entry], None]
"""Told of each step: what happened, and the packet as it is now."""


@dataclass(slots=True)
class Sender:
    """Sends what is due.

    Attributes
    ----------
    outbox : Outbox
    transport : Transport
    server : PublicKeys
        Whose receipts are believed.
    limits : Limits
    told : callable
    chance : random.Random
        Of the back-off.
    sleep : callable
        Takes seconds.
    """

    outbox: Outbox
    transport: Transport
    server: PublicKeys
    limits: Limits = field(default_factory=Limits)
    told: Told = lambda happened, entry: None
    chance: random.Random = field(default_factory=random.SystemRandom)
    sleep: Callable[[float], None] = time.sleep
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        """The circuit breaker of the one target."""
        self.breaker = Breaker(self.chance)

    def run(self, watch: bool) -> None:
        """Send until nothing is left that can be sent now.

        Parameters
        ----------
        watch : bool
            Go on for ever: wait for the next attempt, and for new packets.
        """
        while True:
            reason, wait_s = self.step()
            if reason == "" and wait_s == 0.0:
                continue
            if not watch:
                return
            self.sleep(min(MAX_WAIT_S, max(wait_s, 0.05)))

    def step(self) -> tuple[str, float]:
        """Send one packet, if one may be sent now.

        Returns
        -------
        reason : str
            Why nothing was sent; empty where a packet was.
        wait_s : float
            How long until it is worth another try.
        """
        now = time.time()
        if self.outbox.fact(PAUSED):
            return "paused", MAX_WAIT_S
        entry = self.outbox.next_due(now)
        if entry is None:
            wait = self.outbox.seconds_to_next(now)
            return ("nothing waits", MAX_WAIT_S) if wait is None else ("the next attempt is later", wait)
        if wait_s := self.breaker.wait_s(time.monotonic()):
            return "the target does not answer", wait_s
        local = time.localtime(now)
        if objection := self.limits.objection(entry.size - entry.sent, self._used(local), local):
            return objection, MAX_WAIT_S
        self._attempt(entry)
        return "", 0.0

    def _attempt(self, entry: Entry) -> None:
        path = self.outbox.path_of(entry.id)
        packet = Outgoing(entry.id, entry.sha256, path, entry.size, entry.upload)
        progress = Progress(self._counted(), lambda upload: self.outbox.change(entry.id, upload=upload))
        if not path.is_file() or path.stat().st_size != entry.size:
            self._note(entry, "quarantined", state=State.QUARANTINED, reason="its file is gone or not whole")
            return
        try:
            given = self.transport.send(packet, progress)
            receipt = None if given is None else check_receipt(given, entry.id, entry.sha256, entry.size, self.server)
        except RefusedError as error:
            self.breaker.note(False, time.monotonic())
            self._note(entry, "refused", state=State.QUARANTINED, reason=str(error))
        except (TransportError, PacketError) as error:
            self.breaker.note(True, time.monotonic())
            again = getattr(error, "retry_after_s", None)
            attempts = entry.attempts + 1
            later = time.time() + delay_s(attempts, again, self.chance)
            self._note(entry, "failed", attempts=attempts, next_attempt=later, reason=str(error))
        else:
            self.breaker.note(False, time.monotonic())
            if receipt is None:
                later = time.time() + RECEIPT_DELAY_S
                self._note(entry, "delivered", state=State.DELIVERED, next_attempt=later, sent=entry.size, reason="")
            else:
                done = {"state": State.CONFIRMED, "receipt": receipt.to_json(), "sent": entry.size, "reason": ""}
                self._note(entry, "confirmed", **done)

    def _note(self, entry: Entry, happened: str, **columns: object) -> None:
        self.outbox.change(entry.id, **columns)
        changed = self.outbox.entry(entry.id)
        if changed is not None:
            self.told(happened, changed)

    def _counted(self) -> Callable[[int], None]:
        """Counts bytes against the day, and spares the link."""
        begin, gone = time.monotonic(), 0

        def sent(count: int) -> None:
            nonlocal gone
            gone += count
            local = time.localtime()
            self.outbox.set_fact(_day(local), str(self._used(local) + count))
            if self.limits.bytes_per_s:
                self.sleep(max(0.0, gone / self.limits.bytes_per_s - (time.monotonic() - begin)))

        return sent

    def _used(self, local: time.struct_time) -> int:
        return int(self.outbox.fact(_day(local), "0"))


def _day(local: time.struct_time) -> str:
    return time.strftime("bytes %Y-%m-%d", local)


@contextmanager
def only_sender(outbox: Outbox) -> Iterator[None]:
    """Context in which no other process sends from this outbox; it ends with the process, however that ends.

    Parameters
    ----------
    outbox : Outbox

    Raises
    ------
    PacketError
        Another one sends.
    """
    lock = sqlite3.connect(outbox.folder / "sender.lock", timeout=0.2, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
        yield
    except sqlite3.OperationalError as error:
        raise PacketError("another process sends from it", str(outbox.folder)) from error
    finally:
        lock.close()
