"""What the eSCL simulator shows on its glass, and the faults it can have on the wire."""

SHOWS = ("finger", "card", "photo")
FAULTS = {
    "": "none",
    "busy": "no scan is begun (status 503)",
    "stopped": "its state is Stopped",
    "refused": "every scan is refused (status 409)",
    "late": "the page is never ready (status 503 for ever)",
    "nothing": "the scan ends without a page (status 404)",
    "half": "the connection ends within the page",
    "damaged": "half a picture, as if it were whole",
    "short": "Content-Length says half of what is sent",
    "long": "Content-Length says twice what is sent",
    "endless": "the page does not end",
    "silent": "no answer to a request for the page",
    "drip": "the page comes a byte at a time",
    "huge": "a picture of 60000 × 60000 pixels",
    "html": "a page of text instead of a picture",
    "wrong_ppi": "half the resolution that was asked for",
}
"""Name → what goes wrong."""
