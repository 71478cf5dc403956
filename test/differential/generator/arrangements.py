"""Comparisons, masks, and ops that arrange elements; see operations.py."""

import math

import torch
import torch.nn.functional as F

from .operations import operation, register_binary, register_unary


def flags(function):
    """A function that returns booleans, as 0 and 1 without a gradient."""
    return lambda *inputs: function(*(x.detach() for x in inputs)).to(inputs[0].dtype)


for name in ("eq", "ne", "lt", "le", "gt", "ge"):
    register_binary(name, flags(getattr(torch, name)), weight=0.8)

register_unary("logicalNot", flags(torch.logical_not), weight=0.6)
register_unary("isnan", flags(torch.isnan), weight=0.6)
register_unary("isinf", flags(torch.isinf), weight=0.6)
register_unary("isfinite", flags(torch.isfinite), weight=0.6)


def register_logical(name, function):
    def draw_case(draw):
        shape = draw.shape(0, 4)
        values = lambda count: [draw.choice([0.0, -0.0, 1.0, -0.5, math.nan]) for _ in range(count)]  # noqa: E731
        return {}, [draw.input(draw.broadcast_to(shape), values=values) for _ in range(2)], flags(function)

    operation(weight=0.6, name=name)(draw_case)


register_logical("logicalAnd", torch.logical_and)
register_logical("logicalOr", torch.logical_or)


# ---- masks --------------------------------------------------------------------------------


@operation()
def maskedFill(draw):
    shape = draw.shape(0, 4)
    choices = lambda count: [draw.choice([0.0, 1.0, -0.5]) for _ in range(count)]  # noqa: E731
    x, mask = draw.input(shape), draw.input(draw.broadcast_to(shape), grad=False, values=choices)
    value = draw.choice([draw.number(), 0.0, -math.inf, math.nan])
    return {"value": value}, [x, mask], lambda x, mask: x.masked_fill(mask != 0, value)


def register_triangle(name, function):
    def draw_case(draw):
        x, diagonal = draw.input(draw.shape(2, 4)), draw.integer(-4, 4)
        return {"diagonal": diagonal}, [x], lambda x: function(x, diagonal)

    operation(weight=0.8, name=name)(draw_case)


register_triangle("tril", torch.tril)
register_triangle("triu", torch.triu)


@operation(weight=0.6)
def oneHot(draw):
    classes = draw.integer(1, 6)
    indices = draw.input(
        draw.shape(0, 3), grad=False, values=lambda count: [draw.integer(0, classes - 1) for _ in range(count)]
    )
    return {"classes": classes}, [indices], lambda x: F.one_hot(x.long(), classes).to(x.dtype)


# ---- axes ---------------------------------------------------------------------------------


@operation(weight=0.6)
def unsqueeze(draw):
    x = draw.input(draw.shape(0, 5))
    axis = draw.axis(len(x.shape) + 1)
    return {"axis": axis}, [x], lambda x: x.unsqueeze(axis)


@operation(weight=0.6)
def squeeze(draw):
    x = draw.input([1 if draw.chance(0.4) else size for size in draw.shape(1, 5)])
    if draw.chance(0.5):
        return {}, [x], lambda x: x.squeeze()
    axis = draw.axis(len(x.shape))
    return {"axes": axis}, [x], lambda x: x.squeeze(axis)


@operation(weight=0.8)
def stack(draw):
    shape = draw.shape(0, 4, 4)
    axis = draw.axis(len(shape) + 1)
    return {"axis": axis}, [draw.input(shape) for _ in range(draw.integer(1, 4))], lambda *parts: torch.stack(parts, axis)


@operation(weight=0.8)
def split(draw):
    x = draw.input(draw.shape(1, 4))
    axis = draw.axis(len(x.shape))
    size = x.shape[axis]
    if draw.chance(0.5):
        sizes = draw.integer(1, 4)
    else:
        first, second = sorted([draw.integer(0, size), draw.integer(0, size)])
        sizes = [first, second - first, size - second]
    return {"sizes": sizes, "axis": axis}, [x], lambda x: torch.split(x, sizes, axis)


@operation(weight=0.6)
def chunk(draw):
    x = draw.input(draw.shape(1, 4))
    axis, count = draw.axis(len(x.shape)), draw.integer(1, 4)
    return {"count": count, "axis": axis}, [x], lambda x: torch.chunk(x, count, axis)


def some_axes(draw, rank):
    """Distinct axes, some of them counted from the end."""
    axes = draw.random.sample(range(rank), draw.integer(0, rank))
    return [axis - rank if draw.chance(0.3) else axis for axis in axes]


@operation()
def flip(draw):
    x = draw.input(draw.shape(0, 5))
    if draw.chance(0.3):
        return {}, [x], lambda x: x.flip(list(range(x.dim())))
    axes = some_axes(draw, len(x.shape))
    return {"axes": axes}, [x], lambda x: x.flip(axes)


@operation()
def roll(draw):
    x = draw.input(draw.shape(1, 4))
    if draw.chance(0.3):
        shift = draw.integer(-9, 9)
        return {"shifts": shift}, [x], lambda x: x.roll(shift)
    axes = some_axes(draw, len(x.shape)) or [0]
    shifts = [draw.integer(-7, 7) for _ in axes]
    return {"shifts": shifts, "axes": axes}, [x], lambda x: x.roll(shifts, axes)


def pad_axis(x, axis, pair, mode):
    """Pads one axis: PyTorch pads the last axis of [N, C, size] in every mode."""
    moved = x.movedim(axis, -1)
    rows = moved.reshape(1, moved.shape[:-1].numel(), moved.shape[-1])
    padded = F.pad(rows, pair, mode)
    return padded.reshape(*moved.shape[:-1], padded.shape[-1]).movedim(-1, axis)


@operation(weight=2)
def pad(draw):
    x = draw.input(draw.shape(1, 4))
    mode = draw.choice(["constant", "constant", "reflect", "replicate", "circular"])
    rank = len(x.shape)
    padding = []
    for axis in reversed(range(draw.integer(0, rank), rank)):
        size = x.shape[axis]
        largest = {"constant": 3, "reflect": size - 1, "replicate": 4, "circular": size}[mode]
        low = -1 if draw.chance(0.2) and mode != "circular" else 0
        padding += [draw.integer(low, max(0, min(largest, 3))) for _ in range(2)]
    options = {"padding": padding}
    if mode != "constant" or draw.chance(0.3):
        options["mode"] = mode
    value = draw.number() if mode == "constant" and draw.chance(0.5) else 0.0
    if value != 0:
        options["value"] = value

    def function(x):
        if mode == "constant":
            return F.pad(x, padding, value=value)
        for i in range(0, len(padding), 2):
            x = pad_axis(x, x.dim() - 1 - i // 2, padding[i : i + 2], mode)
        return x

    return options, [x], function
