"""The network that finds pupil and limbus: a picture in, per cell of four pixels a vote for both circles."""

from models.face_data.networks import Block
from torch import Tensor, nn

CELL = 4
"""Pixels of the input along a side of a cell."""

ANSWERS = 9
"""Of every cell: an eye's pupil is about here, share inside pupil, inside iris; column, row, logarithm of the radius of
pupil and limbus, from the cell's middle, in :data:`UNIT` pixels."""

UNIT = 16.0


class Outlines(nn.Module):
    """(n, 3, h, w) to (n, 9, h / 4, w / 4)."""

    def __init__(self, widths: tuple[int, ...] = (12, 20, 32, 48)) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.down2 = nn.Sequential(Block(3, first, 2), Block(first, second, 2), Block(second, second))
        self.down3 = nn.Sequential(Block(second, third, 2), Block(third, third), Block(third, third))
        self.down4 = nn.Sequential(Block(third, fourth, 2), *(Block(fourth, fourth) for _ in range(3)))
        self.up3, self.up2 = nn.Conv2d(fourth, third, 1), nn.Conv2d(third, second, 1)
        self.at3, self.at2 = Block(third, third), Block(second, second)
        self.votes = nn.Conv2d(second, ANSWERS, 1)

    def forward(self, picture: Tensor) -> Tensor:
        fine = self.down2(picture)
        middle = self.down3(fine)
        coarse = self.down4(middle)
        middle = self.at3(middle + nn.functional.interpolate(self.up3(coarse), scale_factor=2.0, mode="nearest"))
        fine = self.at2(fine + nn.functional.interpolate(self.up2(middle), scale_factor=2.0, mode="nearest"))
        answer: Tensor = self.votes(fine)
        return answer
