"""What a capture station asks of a portrait beyond ISO/IEC 29794-5. Our definitions; limits set by hand, not fitted.

They need only landmarks, pose and parsing; a profile decides which of them count (background colour above all).
"""

from biocapture.face.statistics import FaceBatch
from biocapture.measure import Column, Ramp, measure

SHARE = (0.0, 1.0)


@measure(unit="1", range=SHARE, curve=Ramp(0.4, 0.9), guidance="face.red_background", step=6)
def red_background(batch: FaceBatch) -> Column:
    """Share of the background that is red (hue 340°..10°, saturation from 0.35). Higher is better.

    For programmes that ask for it: the Indonesian identity card of people born in odd years.
    """
    return batch.red_share


@measure(unit="1", range=SHARE, curve=Ramp(0.4, 0.9), guidance="face.orange_background", step=6)
def orange_background(batch: FaceBatch) -> Column:
    """Share of the background that is orange (hue 11°..46°, saturation from 0.35). Higher is better.

    For programmes that ask for it: the Indonesian identity card of foreigners. Pale skin and wood are orange, too.
    """
    return batch.orange_share


@measure(unit="1", range=SHARE, curve=Ramp(0.4, 0.9), guidance="face.blue_background", step=6)
def blue_background(batch: FaceBatch) -> Column:
    """Share of the background that is blue (hue 190°..251°, saturation from 0.35). Higher is better.

    For programmes that ask for it: the Indonesian identity card of people born in even years.
    """
    return batch.blue_share


@measure(unit="1", range=SHARE, curve=Ramp(0.4, 0.9), guidance="face.white_background", step=6)
def white_background(batch: FaceBatch) -> Column:
    """Share of the background that is white or light grey (saturation ≤ 0.18, value ≥ 0.65). Higher is better."""
    return batch.white_share


@measure(unit="1", range=SHARE, curve=Ramp(0.7, 0.25), guidance="face.shadow_behind", step=6)
def background_shadow(batch: FaceBatch) -> Column:
    """How much darker than its median the darkest twentieth of the background is. Lower is better.

    Luminance smoothed over 31 pixels of 292; a shadow of the head and a patch of another tone count alike.
    """
    return batch.background_shade


@measure(unit="1", range=SHARE, curve=Ramp(0.75, 0.35), guidance="face.even_light", step=5)
def face_shadow(batch: FaceBatch) -> Column:
    """How much darker than the brightest of both cheeks and nose bridge the darkest is. Lower is better.

    A ratio of light, hence the same for every skin; evenly lit studio portraits have 0.05 to 0.35.
    """
    return batch.face_shade


@measure(unit="1", range=SHARE, curve=Ramp(0.15, 0.02), guidance="face.red_eyes", step=5)
def red_eye(batch: FaceBatch) -> Column:
    """Share of the worse eye whose red is at least twice green and blue. Lower is better."""
    return batch.red_pupils


@measure(unit="1", range=SHARE, curve=Ramp(0.06, 0.01), guidance="face.eye_glare", step=4)
def eye_glare(batch: FaceBatch) -> Column:
    """Share of the skin around the eyes that light mirrored by glasses hides. Lower is better.

    Luminance from 170 of 255, and from 1.5 medians of the cheeks: pale skin does not count, light below white does.
    """
    return batch.eye_glare


@measure(unit="1", range=(0.0, 255.0), curve=Ramp(0.7, 0.25), guidance="face.eye_glare", step=6)
def eye_veil(batch: FaceBatch) -> Column:
    """Green light of the darkest tenth of the paler eye, in medians of the cheek below it. Lower is better.

    Iris and lashes are dark on every portrait, below 0.37; light on glasses veils them. Red pupils do not count.
    """
    return batch.eye_veil


@measure(unit="1", range=(0.0, 1e3), curve=Ramp(0.15, 0.45), guidance="face.remove_dark_glasses", step=4)
def eye_brightness(batch: FaceBatch) -> Column:
    """Luminance around the eyes and behind what may be lenses, over the skin beside them. Higher is better.

    Dark where a lens is: skin below the eyes is darker than below the lens, behind an edge, and nothing around the eyes
    is bright. Shaded eye sockets have no such edge; dark skin is dark on both sides.
    """
    return batch.lens_brightness


@measure(unit="1", range=SHARE, curve=Ramp(0.3, 0.02), guidance="face.remove_glasses", step=4)
def glasses(batch: FaceBatch) -> Column:
    """Share of the boxes around the eyes that is parsed as glasses. Lower is better."""
    return batch.glasses_share


@measure(unit="1", range=SHARE, curve=Ramp(0.25, 0.03), guidance="face.hair_off_eyes", step=4)
def hair_over_eyes(batch: FaceBatch) -> Column:
    """Share of the boxes around the eyes that is parsed as hair. Lower is better."""
    return batch.hair_share


@measure(unit="1", range=(0.0, 1e5), curve=Ramp(0.4, 0.14), guidance="face.look_here", step=4)
def gaze(batch: FaceBatch) -> Column:
    """How far both pupils are from the middle of the eyes, in half eye widths, along the eyes. Lower is better.

    0.14 is an eye turned by 10 degrees, 0.4 by 30 (eyeball of 24 mm, eye 30 mm wide). Our pupils follow four fifths of
    the way; looking up or down is not measured.
    """
    return batch.gaze_offset


@measure(unit="1", range=SHARE, curve=Ramp(0.25, 0.05), guidance="face.close_mouth", step=4)
def teeth(batch: FaceBatch) -> Column:
    """Share of the mouth that is bright and without colour, between the lips. Lower is better.

    Not assessed in grey pictures. Of 102 neutral portraits of the Face Research Lab London Set none exceeds 0.07.
    """
    return batch.teeth_share


@measure(unit="codes", range=(0.0, 255.0), curve=Ramp(2.0, 8.0), guidance="face.colour_picture", step=7)
def colour_depth(batch: FaceBatch) -> Column:
    """Mean difference of the largest and the smallest of red, green and blue on the face. Higher is better.

    0 where a grey picture was saved in colour; any skin in white light has more than 15.
    """
    return batch.colour_depth


@measure(unit="codes", range=(0.0, 255.0), curve=Ramp(2.0, 4.6), guidance="face.colour_picture", step=7)
def colour_variety(batch: FaceBatch) -> Column:
    """How far the colours of head and surroundings differ from one tint over all greys. Higher is better.

    Sepia and other toned pictures have colour, but one: 39 portraits toned on purpose (JPEG 75) have 1.0 to 2.8, the
    same ones in colour 2.9 to 48.
    """
    return batch.colour_variety


@measure(unit="1", range=(0.0, 1e5), curve=Ramp(7.0, 2.0), guidance="face.less_compression", step=1)
def compression_blocks(batch: FaceBatch) -> Column:
    """Steps between pixels every 8 pixels, in median steps, on the face as it was taken. Lower is better.

    Blocks of JPEG: 1 to 1.7 at quality 95, 1.2 to 4 at 75, 3 to 8 at 30. Pictures that were resized or denoised
    afterwards no longer show them.
    """
    return batch.block_steps


@measure(unit="dB", range=(-100.0, 200.0), curve=Ramp(22.0, 14.0), guidance="face.live_person", step=7)
def screen_pattern(batch: FaceBatch) -> Column:
    """Strongest fine periodic pattern on the face over its surroundings in the spectrum. Lower is better.

    Screens and prints that are photographed again show their raster. Pictures without one stay below 12 dB; a wave of
    4 of 255 codes makes 15 to 30. A hint that a person should check, no proof; tested on planted waves alone.
    """
    return batch.pattern_peak_db
