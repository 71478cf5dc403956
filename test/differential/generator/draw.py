"""Random shapes, values and views of one case.

Values are multiples of 1/64 times a power of two, or NaN, Infinity, -Infinity or -0. They are exact in float32 and
compress well. Every input is a base array and the steps that make the view of it that the op gets.
"""

import math
import random
from dataclasses import dataclass, field

import torch

GRID = 64
#: Elements from which the rows of an input of a wide case are expanded from one row.
WIDE = 10_000
SPECIALS = [
    [math.nan],
    [math.inf],
    [-math.inf],
    [-0.0, 0.0],
    [math.inf, -math.inf],
    [math.nan, math.inf, -math.inf, -0.0, 0.0],
]


class Redraw(Exception):
    """The drawn case is unsuitable; draw another one."""


@dataclass
class Input:
    """An array and the view of it that the op gets; elements outside the view are NaN."""

    base: torch.Tensor
    steps: list = field(default_factory=list)
    grad: bool = True
    #: Power of two by which the values are scaled.
    exponent: int = 0
    #: Index of an earlier input that is passed again.
    same: int = -1

    @property
    def shape(self):
        return list(apply_steps(self.base, self.steps).shape)

    @property
    def values(self):
        return apply_steps(self.base, self.steps)


def apply_steps(tensor, steps):
    for name, *parameters in steps:
        if name == "permute":
            tensor = tensor.permute(parameters[0])
        elif name == "expand":
            tensor = tensor.expand(parameters[0])
        else:
            axis, start, end, step = parameters
            tensor = tensor[(slice(None),) * axis + (slice(start, end, step),)]
    return tensor


class Draw:
    """Draws one case. `kind` is the kind of its values: plain, ties, special, large or small.

    A wide case is large enough that every thread gets a part of it. Its rows are expanded from one row, so that
    results repeat and compress.
    """

    def __init__(self, key, kinds, exponents, wide=False):
        self.random = random.Random(key)
        self.kind = "plain" if wide else self.random.choice(kinds)
        self.wide = wide
        self.exponent = 0
        if self.kind == "large":
            self.exponent = self.random.choice(exponents)
        if self.kind == "small":
            self.exponent = -self.random.choice(exponents)

    # ---- numbers ----------------------------------------------------------------------

    def integer(self, low, high):
        """low, ..., high"""
        return self.random.randint(low, high)

    def chance(self, probability):
        return self.random.random() < probability

    def choice(self, values):
        return self.random.choice(values)

    def number(self):
        """A multiple of 1/64 from -2 to 2."""
        return self.integer(-2 * GRID, 2 * GRID) / GRID

    def pair(self, low, high):
        """One number for both directions, or two."""
        if self.chance(0.6):
            return self.integer(low, high)
        return [self.integer(low, high), self.integer(low, high)]

    # ---- shapes -----------------------------------------------------------------------

    def size(self, limit=5, empty=0.03):
        """A size: sometimes 0, often 1."""
        if self.chance(empty):
            return 0
        return 1 if self.chance(0.2) else self.integer(1, limit)

    def channels(self):
        """A number of channels: sometimes more than a SIMD vector."""
        return self.integer(6, 18) if self.chance(0.1) else self.size(5)

    def shape(self, low=0, high=4, limit=5, empty=0.03):
        if self.wide:
            return [self.integer(24, 28), self.integer(690, 730)]
        return [self.size(limit, empty) for _ in range(self.integer(low, high))]

    def broadcast_to(self, shape):
        """A shape that broadcasts to `shape`: leading axes dropped, other axes 1."""
        kept = shape[self.integer(0, len(shape)) if self.chance(0.3) else 0 :]
        return [1 if self.chance(0.25) else size for size in kept]

    def axis(self, rank):
        """An axis, possibly counted from the end."""
        return self.integer(-rank, rank - 1)

    # ---- values -----------------------------------------------------------------------

    def values(self, count, kind=None, low=-2, high=2):
        kind = kind or self.kind
        if kind == "ties":
            steps = [value for value in (-1.0, 0.0, 0.5, 1.0) if low <= value <= high]
            return [self.choice(steps) for _ in range(count)]
        numbers = [self.integer(low * GRID, high * GRID) / GRID for _ in range(count)]
        if kind == "special":
            specials = [value for value in self.choice(SPECIALS) if low < 0 or not value < 0]
            if specials:
                numbers = [self.choice(specials) if self.chance(0.25) else number for number in numbers]
        return numbers

    def input(self, shape, kind=None, low=-2, high=2, grad=True, view=True, expand=True, values=None):
        """An input of this shape. `values` maps a count to a list, instead of the values of the case's kind."""
        steps, base_shape = self.view(shape, expand) if view else ([], shape)
        count = math.prod(base_shape)
        index = torch.arange(count).reshape(base_shape)
        used = apply_steps(index, steps).unique()
        base = torch.full((count,), math.nan, dtype=torch.float64)
        drawn = values(len(used)) if values else self.values(len(used), kind, low, high)
        base[used] = torch.tensor(drawn, dtype=torch.float64)
        scaled = kind is None and values is None
        exponent = self.exponent if scaled else 0
        base = base.reshape(base_shape) * 2.0**exponent
        return Input(base, steps, grad and not self.chance(0.1), exponent)

    def dense(self, shape, **options):
        return self.input(shape, view=False, **options)

    def view(self, shape, expand):
        """Steps that make a view of `shape`, and the shape of the array that they start from."""
        steps, shape = [], list(shape)
        rank = len(shape)
        if self.wide and math.prod(shape) >= WIDE:
            return [["expand", shape]], [1, *shape[1:]]
        if rank == 0 or self.chance(0.5):
            return steps, shape
        # Not for scaled values: a gradient that sums terms which cancel has no scale to be relative to.
        if expand and self.exponent == 0 and self.chance(0.25):
            steps.append(["expand", list(shape)])
            axis = self.integer(0, rank - 1)
            if axis == 0 and self.chance(0.5):
                shape = shape[1:]
            else:
                shape[axis] = 1
        rank = len(shape)
        if rank > 0 and self.chance(0.5):
            axis = self.integer(0, rank - 1)
            size, step, start = shape[axis], self.integer(1, 3), self.integer(0, 2)
            end = start + (0 if size == 0 else (size - 1) * step + 1)
            steps.append(["slice", axis, start, end, step])
            shape[axis] = end + self.integer(0, 2)
        if rank > 1 and self.chance(0.5):
            order = list(range(rank))
            self.random.shuffle(order)
            steps.append(["permute", order])
            shape = [shape[order.index(axis)] for axis in range(rank)]
        return steps[::-1], shape
