"""Where a head lies in a portrait: the one geometry that portraits are cut to and that framing is judged by.

ISO/IEC 39794-5:2019, D.1.4 (as ISO/IEC 19794-5:2005, 8.3): eyes 0.3 to 0.5 of the height below the upper border, chin
to crown 0.6 to 0.9 of the height, head no wider than 0.75 of the width. ICAO Doc 9303-3 asks for 0.7 to 0.8 of the
height, eyes 50 to 70 % from below. The crown is that of the skull: hair above it does not count as head.
"""

HEAD_HEIGHT = 1.9
"""Chin to crown in distances from eyes to chin: 1.8 to 2.05 from person to person (head height and eyes to chin of
adults in L. G. Farkas, "Anthropometry of the Head and Face", 1994)."""

CROWN_HEIGHT = HEAD_HEIGHT - 1
"""Eyes to crown in distances from eyes to chin."""

ICAO_HEAD, ICAO_EYES_FROM_BELOW = (0.7, 0.8), (0.5, 0.7)
"""Least and most of the height."""

MIN_CHIN_ROOM = 0.1
"""Chin to lower border in distances from eyes to chin. The lowest chin that ICAO allows, of the tallest head with the
lowest eyes, has 0.19 (and 0.13 where the head is 1.8 high)."""

MIN_CROWN_ROOM = -0.1
"""Crown to upper border, likewise. An estimate from eyes and chin alone, so that it leaves a low crown room; where hair
is seen at the border :data:`MAX_CUT_AT_TOP` decides."""

MAX_CUT_AT_TOP = 1.6
"""Width of the head where the upper border cuts it, in eye distances. Of 23 portraits cut on purpose, those without
0.05, 0.1, 0.2, 0.3 eye-to-chin distances of their hair had medians of 1.2, 1.6, 2.0, 2.3; uncut ones at most 0.3."""

MIN_SIDE_ROOM = 0.55
"""From a border to the nearer eye in eye distances: a head of 2.4 ends at 0.7, and people vary. A head of 0.75 of the
width, a twentieth off the middle, has 0.94."""

MAX_EYES_APART = 0.31
"""Distance of the eyes in widths of the portrait where a head of 2.4 eye distances takes 0.75 of it."""

HAIR_ROOM = 0.08
"""What a portrait leaves free above the hair, in distances from eyes to chin."""
