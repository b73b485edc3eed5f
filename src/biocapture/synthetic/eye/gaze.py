"""Projection of an eyeball into the image: a sphere that turns, seen from afar."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.eye import Eye
from biocapture.synthetic.eye.iris_texture import Floats
from biocapture.types import Values

LIMBUS_DEPTH = 1.77
"""Limbus plane to the centre of rotation, in iris radii: a 12 mm sphere and a limbus of 5.9 mm (Gullstrand)."""

CORNEA_DEPTH, CORNEA_RADIUS = 0.97, 1.32
"""Centre of corneal curvature to the centre of rotation, and its radius (5.7 and 7.8 mm), in iris radii."""

LID_FOLLOW_SHARE = 0.65
"""Share of a vertical eye movement that the lids follow."""

SUBPIXEL_BITS = 4
"""Fractional bits of places that are drawn; see :func:`subpixels`."""


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse of the truth.

    The point at parameter t: row + major·cos t·sin tilt + minor·sin t·cos tilt,
    column + major·cos t·cos tilt - minor·sin t·sin tilt.

    Attributes
    ----------
    row_px, column_px : float
        Centre.
    major_px, minor_px : float
        Semi-axes.
    tilt_rad : float
        Turn of the major axis from the direction of rising columns towards that of rising rows.
    """

    row_px: float
    column_px: float
    major_px: float
    minor_px: float
    tilt_rad: float


@dataclass(frozen=True, slots=True)
class View:
    """Coordinates of every pixel, and the plane of the iris.

    Attributes
    ----------
    radius_px : float
        Iris radius if the eye looked into the camera.
    socket : (2, H, W) float32
        Nasal and down, in iris radii from the limbus' centre of the facing eye; head roll taken out, gaze not.
    iris : (2, H, W) float32
        Nasal and down in the plane of the iris; 1 = limbus.
    plane : (2, 2) float64
        Iris plane to image (column, row), both in iris radii.
    frame : (2, 2) float64
        Nasal and down of the socket to image (column, row).
    socket_at, limbus_at, cornea_at : (2,) float64
        Column and row in px of the limbus' centre of the facing eye, of this eye, and of the mirror image of a source
        in the camera's lens.
    follow : float
        How far down the lids have moved with the gaze, in iris radii.
    """

    radius_px: float
    socket: Floats
    iris: Floats
    plane: Values
    frame: Values
    socket_at: Values
    limbus_at: Values
    cornea_at: Values
    follow: float

    def image_of_socket(self, places: Values) -> Values:
        """Project places of the socket.

        Parameters
        ----------
        places : (..., 2) float64
            Nasal and down, in iris radii from the limbus' centre of the facing eye.

        Returns
        -------
        (..., 2) float64
            Column and row in px.
        """
        return self.socket_at + self.radius_px * places @ self.frame.T

    def image_of_iris(self, places: Values) -> Values:
        """Project places of the plane of the iris.

        Parameters
        ----------
        places : (..., 2) float64
            Nasal and down, in iris radii from the limbus' centre.

        Returns
        -------
        (..., 2) float64
            Column and row in px.
        """
        return self.limbus_at + self.radius_px * places @ self.plane.T


def subpixels(places: Values) -> NDArray[np.int32]:
    """Places as OpenCV draws them: whole numbers with :data:`SUBPIXEL_BITS` fractional bits.

    Parameters
    ----------
    places : (...) float64
        Pixels.

    Returns
    -------
    (...) int32
        Far beyond any image they are cut, so that they do not overflow.
    """
    return np.clip(np.rint(places * 2**SUBPIXEL_BITS), -(10**7), 10**7).astype(np.int32)


def view_of(eye: Eye, conditions: Conditions) -> View:
    """Project an eye: orthographic, turned by Listing's law (about an axis in the image plane), without refraction.

    Parameters
    ----------
    eye : Eye
    conditions : Conditions

    Returns
    -------
    View
    """
    radius = conditions.iris_radius_px
    rows, columns = conditions.shape
    middle = np.array([columns / 2 - 0.5 + conditions.shift_column_px, rows / 2 - 0.5 + conditions.shift_row_px])
    turn = np.deg2rad(conditions.roll_deg)
    socket = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * [eye.nasal_sign, 1.0]
    gaze = _direction(conditions.gaze_deg)
    plane = _listing(gaze) @ socket
    limbus_at = middle + radius * LIMBUS_DEPTH * gaze[:2]
    return View(
        radius_px=radius,
        socket=_coordinates(np.linalg.inv(socket) / radius, middle, conditions.shape),
        iris=_coordinates(np.linalg.inv(plane) / radius, limbus_at, conditions.shape),
        plane=plane,
        frame=socket,
        socket_at=middle,
        limbus_at=limbus_at,
        cornea_at=middle + radius * CORNEA_DEPTH * gaze[:2],
        follow=float(LID_FOLLOW_SHARE * LIMBUS_DEPTH * (socket.T @ gaze[:2])[1]),
    )


def _direction(gaze_deg: tuple[float, float]) -> Values:
    """Unit vector (column, row, towards the camera) of the line of sight."""
    across, down = np.deg2rad(gaze_deg)
    return np.array([np.sin(across) * np.cos(down), np.sin(down), np.cos(across) * np.cos(down)])


def _listing(gaze: Values) -> Values:
    """(2, 2) image part of the shortest rotation that takes the camera axis to ``gaze`` (Rodrigues)."""
    column, row, depth = gaze
    cross = column * row / (1 + depth)
    return np.array([[1 - column**2 / (1 + depth), -cross], [-cross, 1 - row**2 / (1 + depth)]])


def _coordinates(inverse: Values, origin: Values, shape: tuple[int, int]) -> Floats:
    """(2, H, W) ``inverse`` @ (column - origin, row - origin)."""
    column = (np.arange(shape[1]) - origin[0])[None, None, :]
    row = (np.arange(shape[0]) - origin[1])[None, :, None]
    return (inverse[:, 0, None, None] * column + inverse[:, 1, None, None] * row).astype(np.float32)


def limbus(view: View) -> Ellipse:
    """Boundary between iris and sclera: image of the unit circle of the plane of the iris.

    Parameters
    ----------
    view : View

    Returns
    -------
    Ellipse
        Pixels.
    """
    return _image_of(np.eye(2), np.zeros(2), view)


def pupil(eye: Eye, dilation: float, view: View) -> Ellipse:
    """Image of the pupil's ellipse; its ripple of 1 % or less goes around it.

    Parameters
    ----------
    eye : Eye
    dilation : float
        Pupil radius over iris radius.
    view : View

    Returns
    -------
    Ellipse
        Pixels.
    """
    cosine, sine = np.cos(eye.pupil_oval_rad), np.sin(eye.pupil_oval_rad)
    turned = np.array([[cosine, -sine], [sine, cosine]])
    axes = dilation * np.array([1 + eye.pupil_oval / 2, 1 - eye.pupil_oval / 2])
    return _image_of(turned * axes, np.array([eye.pupil_nasal, eye.pupil_down]), view)


def _image_of(disc: Values, at: Values, view: View) -> Ellipse:
    """Ellipse that the unit circle becomes by ``disc``, shifted by ``at``, and the projection."""
    column, row = view.limbus_at + view.radius_px * view.plane @ at
    axes, lengths, _ = np.linalg.svd(view.radius_px * view.plane @ disc)
    tilt = np.arctan(axes[1, 0] / axes[0, 0]) if axes[0, 0] else np.pi / 2
    return Ellipse(float(row), float(column), float(lengths[0]), float(lengths[1]), float(tilt))
