"""One function per op: draws options and inputs, and returns them with the PyTorch function of the inputs.

The options are those of the op's row in ../operations.ts. To add an op, add a function here and a row there.
"""

import math
from dataclasses import dataclass
from typing import Callable

import torch
import torch.nn.functional as F

from .draw import Draw, Input, Redraw
from .threefry import block, uniform

ANY = ["plain", "plain", "ties", "special", "special"]
SCALED = [*ANY, "large", "small"]

#: Sums of products of values up to 2^56 do not overflow in float32, not even in the transforms of Winograd.
PRODUCT_EXPONENTS = [20, 40, 55]
EXPONENTS = [20, 40, 60, 100]

OPERATIONS = {}


@dataclass
class Operation:
    draw: Callable
    kinds: list
    #: Share of the cases.
    weight: float
    #: Powers of two by which large values are multiplied, and small ones divided.
    exponents: list


def operation(kinds=ANY, weight=1, name=None, exponents=EXPONENTS):
    """Registers a function of a Draw that returns (options, inputs, PyTorch function)."""

    def register(function):
        OPERATIONS[name or function.__name__] = Operation(function, kinds, weight, exponents)
        return function

    return register


# ---- elementwise, one input ---------------------------------------------------------------


def register_unary(name, function, kinds=SCALED, low=-2, draw_options=lambda draw: {}, weight=1):
    def draw_case(draw):
        options = draw_options(draw)
        x = draw.input(draw.shape(0, 5), low=low)
        return options, [x], lambda x: function(x, **options)

    operation(kinds, weight, name)(draw_case)


register_unary("relu", F.relu)
register_unary("sigmoid", torch.sigmoid)
register_unary("tanh", torch.tanh)
register_unary(
    "gelu",
    lambda x, approximate="none": F.gelu(x, approximate=approximate),
    draw_options=lambda draw: {} if draw.chance(0.4) else {"approximate": draw.choice(["none", "tanh"])},
)
register_unary(
    "softplus",
    lambda x, beta=1, threshold=20: F.softplus(x, beta, threshold),
    draw_options=lambda draw: {} if draw.chance(0.3) else {"beta": draw.choice([0.5, 2, 8]), "threshold": draw.choice([1.5, 20])},
)
register_unary("silu", F.silu)
register_unary("elu", lambda x, alpha: F.elu(x, alpha), draw_options=lambda draw: {"alpha": draw.choice([1, 0.5, 2])})
register_unary("sign", torch.sign)
register_unary("floor", torch.floor)
register_unary("ceil", torch.ceil)
register_unary("round", torch.round)
register_unary("sin", torch.sin)
register_unary("cos", torch.cos)
register_unary("log1p", torch.log1p)
register_unary("expm1", torch.expm1)
register_unary("erf", torch.erf)
register_unary("square", torch.square)
register_unary("reciprocal", torch.reciprocal)
register_unary("rsqrt", torch.rsqrt)
register_unary("neg", torch.neg)
register_unary("exp", torch.exp)
register_unary("log", torch.log)
register_unary("sqrt", torch.sqrt)
register_unary("abs", torch.abs)
register_unary(
    "leakyRelu",
    lambda x, slope: F.leaky_relu(x, slope),
    draw_options=lambda draw: {"slope": draw.choice([0.01, 0.1, 0.0, 1.5, -0.5])},
)
register_unary(
    "scaleShift",
    lambda x, factor, summand: x * factor + summand,
    draw_options=lambda draw: {"factor": draw.choice([draw.number(), 0.0, 1.0]), "summand": draw.number()},
)
EXPONENT_CHOICES = [0, 1, 2, 3, 4, -1, -2, -3, 0.5, 1.5, -0.5, 0.25, 10, math.inf, -math.inf]


@operation(SCALED, 3, "pow")
def draw_pow(draw):
    shape = draw.shape(0, 5)
    if draw.exponent != 0 or draw.chance(0.4):
        exponent = draw.choice(EXPONENT_CHOICES)
        return {"exponent": exponent}, [draw.input(shape)], lambda x: torch.pow(x, exponent)
    if draw.chance(0.2):
        base = draw.choice([0, 1, 2, 0.5, -1, -2])
        return {"base": base}, [draw.input(shape)], lambda x: torch.pow(base, x)
    # Exponents are often integers, for which a negative base has a power.
    integers = lambda count: [float(draw.integer(-3, 4)) for _ in range(count)]  # noqa: E731
    values = {"values": integers} if draw.chance(0.5) else {}
    base, exponent = draw.input(draw.broadcast_to(shape)), draw.input(draw.broadcast_to(shape), **values)
    return {}, [base, exponent], torch.pow


@operation(SCALED)
def clamp(draw):
    low, high = sorted([draw.choice([draw.number(), -math.inf, -1.0, 0.0]), draw.choice([draw.number(), 1.0, math.inf])])
    x = draw.input(draw.shape(0, 5))
    return {"low": low, "high": high}, [x], lambda x: torch.clamp(x, low, high)


# ---- elementwise, several inputs ----------------------------------------------------------


def register_binary(name, function, kinds=SCALED, weight=1.5):
    def draw_case(draw):
        shape = draw.shape(0, 5)
        if draw.chance(0.15):
            # One operand is a number, on the left or on the right.
            number, side = draw.number() * 2.0**draw.exponent, draw.choice(["left", "right"])
            on_left = lambda x: function(torch.tensor(number, dtype=x.dtype), x)  # noqa: E731
            on_right = lambda x: function(x, torch.tensor(number, dtype=x.dtype))  # noqa: E731
            return {side: number}, [draw.input(shape)], on_left if side == "left" else on_right
        if draw.chance(0.1) and draw.exponent == 0:
            # Not for large and small values: the gradient of x / x is the rounding error of a difference.
            x = draw.input(shape)
            return {}, [x, Input(x.base, same=0)], function
        if name == "div" and draw.exponent != 0:
            # The sums of a broadcast gradient cancel, and quotients are not exact.
            return {}, [draw.input(shape), draw.input(shape)], function
        a, b = draw.broadcast_to(shape), draw.broadcast_to(shape)
        return {}, [draw.input(a), draw.input(b)], function

    operation(kinds, weight, name)(draw_case)


register_binary("add", torch.add)
register_binary("sub", torch.sub)
register_binary("mul", torch.mul)
register_binary("div", torch.div)
register_binary("maximum", torch.maximum)
register_binary("minimum", torch.minimum)


@operation()
def where(draw):
    shape = draw.shape(0, 4)
    condition = draw.input(
        draw.broadcast_to(shape), grad=False, values=lambda count: [draw.choice([0.0, 1.0, -0.5]) for _ in range(count)]
    )
    a, b = draw.input(draw.broadcast_to(shape)), draw.input(draw.broadcast_to(shape))
    return {}, [condition, a, b], lambda condition, a, b: torch.where(condition != 0, a, b)


# ---- views and joins ----------------------------------------------------------------------


@operation()
def reshape(draw):
    shape = draw.shape(0, 5)
    x = draw.input(shape)
    sizes, rest = [], math.prod(shape)
    while rest > 1 and len(sizes) < 4:
        factor = draw.choice([n for n in range(1, rest + 1) if rest % n == 0])
        sizes.append(factor)
        rest //= factor
    sizes.append(rest)
    if rest > 0 and draw.chance(0.5):
        sizes[draw.integer(0, len(sizes) - 1)] = -1
    return {"shape": sizes}, [x], lambda x: x.reshape(sizes)


@operation()
def flatten(draw):
    x = draw.input(draw.shape(1, 5))
    axis = draw.axis(len(x.shape))
    return {"startAxis": axis}, [x], lambda x: x.flatten(axis)


@operation()
def permute(draw):
    x = draw.input(draw.shape(0, 6, 3))
    order = list(range(len(x.shape)))
    draw.random.shuffle(order)
    return {"order": order}, [x], lambda x: x.permute(order)


@operation()
def transpose(draw):
    x = draw.input(draw.shape(2, 5, 4))
    a, b = draw.axis(len(x.shape)), draw.axis(len(x.shape))
    return {"axisA": a, "axisB": b}, [x], lambda x: x.transpose(a, b)


@operation()
def expand(draw):
    shape = draw.shape(0, 5, 4)
    x = draw.input(draw.broadcast_to(shape))
    return {"shape": shape}, [x], lambda x: x.expand(shape)


@operation(name="slice")
def draw_slice(draw):
    x = draw.input(draw.shape(1, 5))
    axis = draw.axis(len(x.shape))
    size = x.shape[axis]
    start = draw.integer(0, size)
    end = draw.integer(start, size)
    step = draw.integer(1, 3)
    positive = axis % len(x.shape)
    options = {"axis": axis, "start": start, "end": end, "step": step}
    if start < size and draw.chance(0.3):
        options["start"] = start - size
    if 0 < end < size and draw.chance(0.3):
        options["end"] = end - size
    if end == size and draw.chance(0.5):
        del options["end"]
    return options, [x], lambda x: x[(slice(None),) * positive + (slice(start, end, step),)]


@operation()
def concat(draw):
    shape = draw.shape(1, 5, 4)
    axis = draw.axis(len(shape))
    parts = []
    for _ in range(draw.integer(1, 5)):
        part = list(shape)
        part[axis] = draw.size(4, 0.1)
        parts.append(draw.input(part))
    return {"axis": axis}, parts, lambda *parts: torch.cat(parts, axis)


@operation()
def gatherRows(draw):
    rows = draw.integer(1, 6)
    table = draw.input([rows, 60 if draw.wide else draw.size(6)])
    indices = draw.input(
        [300] if draw.wide else draw.shape(0, 3), grad=False, values=lambda count: [draw.integer(0, rows - 1) for _ in range(count)]
    )
    return {}, [table, indices], lambda table, indices: F.embedding(indices.long(), table)


def indices_below(draw, limit):
    """Draws a number of indices from 0 to limit - 1."""
    return lambda count: [float(draw.integer(0, limit - 1)) for _ in range(count)]


def index_case(draw):
    """An input with elements along an axis, the axis (possibly negative), and the shape of an index."""
    x = draw.input([30, 400] if draw.wide else draw.shape(1, 4))
    shape, axis = x.shape, draw.axis(len(x.shape))
    if shape[axis] == 0:
        raise Redraw
    index = [size if draw.wide or draw.chance(0.7) else draw.integer(0, size) for size in shape]
    index[axis] = 410 if draw.wide else draw.size(7)
    return x, axis, index


@operation()
def gather(draw):
    x, axis, shape = index_case(draw)
    index = draw.input(shape, grad=False, values=indices_below(draw, x.shape[axis]))
    return {"axis": axis}, [x, index], lambda x, index: x.gather(axis, index.long())


@operation()
def scatterAdd(draw):
    x, axis, shape = index_case(draw)
    index = draw.input(shape, grad=False, values=indices_below(draw, x.shape[axis]))
    larger = [size + (draw.integer(0, 2) if draw.chance(0.2) and not draw.wide else 0) for size in shape]
    source = draw.input(larger)
    return {"axis": axis}, [x, index, source], lambda x, index, source: x.scatter_add(axis, index.long(), source)


@operation()
def indexSelect(draw):
    x, axis, shape = index_case(draw)
    values = indices_below(draw, x.shape[axis])
    if draw.chance(0.5):
        positions = [int(value) for value in values(shape[axis])]
        function = lambda x: x.index_select(axis, torch.tensor(positions, dtype=torch.long))  # noqa: E731
        return {"axis": axis, "list": positions}, [x], function
    indices = draw.input([shape[axis]], grad=False, values=values)
    return {"axis": axis}, [x, indices], lambda x, indices: x.index_select(axis, indices.long())


def sort_options(draw, rank, flag, likely):
    options = {"axis": draw.axis(rank)} if draw.chance(0.7) else {}
    if draw.chance(likely):
        options[flag] = draw.chance(0.5)
    return options


@operation(SCALED)
def sort(draw):
    x = draw.input(draw.shape(1, 4, 7) if draw.chance(0.8) else [draw.integer(1, 3), draw.integer(30, 80)])
    options = sort_options(draw, len(x.shape), "descending", 0.6)
    axis, descending = options.get("axis", -1), options.get("descending", False)
    return options, [x], lambda x: tuple(torch.sort(x, stable=True, dim=axis, descending=descending))


@operation(SCALED)
def argsort(draw):
    x = draw.input(draw.shape(1, 4, 7), grad=False)
    options = sort_options(draw, len(x.shape), "descending", 0.6)
    axis, descending = options.get("axis", -1), options.get("descending", False)
    return options, [x], lambda x: torch.sort(x, stable=True, dim=axis, descending=descending).indices


@operation(SCALED)
def topk(draw):
    # PyTorch may select any of equal elements: the cases are those of a stable sort.
    x = draw.input(draw.shape(1, 4, 7))
    options = sort_options(draw, len(x.shape), "largest", 0.6)
    axis, largest = options.get("axis", -1), options.get("largest", True)
    options["k"] = k = draw.integer(0, x.shape[axis])

    def function(x):
        values, indices = torch.sort(x, stable=True, dim=axis, descending=largest)
        return values.narrow(axis, 0, k), indices.narrow(axis, 0, k)

    return options, [x], function


# ---- reductions ---------------------------------------------------------------------------


def draw_axes(draw, rank):
    """None for all axes, one axis, or a list."""
    if rank == 0 or draw.chance(0.25):
        return None
    if draw.chance(0.4):
        return draw.axis(rank)
    axes = draw.random.sample(range(rank), draw.integer(1, rank))
    return [axis - rank if draw.chance(0.3) else axis for axis in axes]


def reduction(draw, shape=None):
    """Options and input of a reduction, and the axes as a tuple."""
    shape = draw.shape(0, 5) if shape is None else shape
    if not draw.wide and draw.chance(0.08):
        shape = [draw.integer(1, 3), draw.integer(30, 200)]
        draw.random.shuffle(shape)
    x = draw.input(shape)
    axes = draw_axes(draw, len(shape))
    options = {} if axes is None else {"axes": axes}
    if draw.chance(0.5):
        options["keepDims"] = draw.chance(0.7)
    every = tuple(range(len(shape))) if axes is None else (axes,) if isinstance(axes, int) else tuple(axes)
    return options, x, every


def reduced_size(x, axes):
    return math.prod(x.shape[axis] for axis in axes)


def over(x, axes, keep, function):
    """Applies a PyTorch reduction; a scalar has no axes."""
    return function(x, axes, keep) if axes else function(x.reshape(1), (0,), False)


@operation(SCALED, 2, "sum")
def draw_sum(draw):
    options, x, axes = reduction(draw)
    keep = options.get("keepDims", False)
    return options, [x], lambda x: over(x, axes, keep, lambda x, axes, keep: x.sum(axes, keep))


@operation(SCALED, 2)
def mean(draw):
    options, x, axes = reduction(draw)
    keep = options.get("keepDims", False)
    return options, [x], lambda x: over(x, axes, keep, lambda x, axes, keep: x.mean(axes, keep))


@operation(["plain", "ties"], 1.5)
def prod(draw):
    # Not for special values: PyTorch divides the result by an element, which is NaN for an infinity.
    options, x, axes = reduction(draw, [draw.integer(1, 3), draw.integer(20, 60)] if draw.wide else draw.shape(0, 4, 4))
    keep = options.get("keepDims", False)

    def function(x):
        for axis in axes:
            x = x.prod(axis, keepdim=True)
        reduced = {axis % len(shape) for axis in axes}
        return x if keep else x.reshape([size for axis, size in enumerate(shape) if axis not in reduced])

    shape = x.shape
    return options, [x], function


@operation(SCALED)
def cumsum(draw):
    x = draw.input(draw.shape(1, 4, 8))
    axis = draw.axis(len(x.shape))
    return {"axis": axis}, [x], lambda x: x.cumsum(axis)


def register_extremum(name, of_all, along_axis, over_axes):
    def draw_case(draw):
        options, x, axes = reduction(draw)
        keep = options.get("keepDims", False)

        def function(x):
            if "axes" not in options:
                return of_all(x).reshape([1] * x.dim()) if keep else of_all(x)
            return along_axis(x, axes[0], keep).values if len(axes) == 1 else over_axes(x, axes, keep)

        return options, [x], function

    operation(SCALED, 2, name)(draw_case)


register_extremum("max", torch.max, torch.max, torch.amax)
register_extremum("min", torch.min, torch.min, torch.amin)


@operation(ANY, 2)
def variance(draw):
    options, x, axes = reduction(draw)
    if draw.chance(0.6):
        options["correction"] = draw.choice([0, 0, 1, 2, 3])
    correction, keep = options.get("correction", 1), options.get("keepDims", False)
    if correction >= reduced_size(x, axes):
        # PyTorch divides the value by max(0, n - correction), but the gradient by n - correction.
        x.grad = False
    return options, [x], lambda x: over(
        x, axes, keep, lambda x, axes, keep: x.var(axes, correction=correction, keepdim=keep)
    )


def register_index_of_extremum(name, function):
    def draw_case(draw):
        x = draw.input(draw.shape(1, 4), grad=False)
        options = {"axis": draw.axis(len(x.shape))} if draw.chance(0.7) else {}
        return options, [x], lambda x: function(x, options.get("axis", -1))

    operation(SCALED, 1, name)(draw_case)


register_index_of_extremum("argmax", torch.argmax)
register_index_of_extremum("argmin", torch.argmin)


def register_softmax(name, function):
    def draw_case(draw):
        x = draw.input(draw.shape(1, 4, 7))
        options = {"axis": draw.axis(len(x.shape))} if draw.chance(0.7) else {}
        return options, [x], lambda x: function(x, options.get("axis", -1))

    operation([*ANY, "large", "small"], 1.5, name)(draw_case)


register_softmax("softmax", torch.softmax)
register_softmax("logSoftmax", torch.log_softmax)


# ---- products -----------------------------------------------------------------------------


def draw_term(draw, letters, ellipsis):
    """The letters of one operand of an einsum, in which one may occur twice, and sometimes an ellipsis."""
    term = draw.random.sample(letters, draw.integer(0, min(3, len(letters))))
    if term and draw.chance(0.15):
        term.append(term[0])
    draw.random.shuffle(term)
    if ellipsis:
        term.insert(draw.integer(0, len(term)), "...")
    return term


@operation(["plain", "ties"], 3)
def einsum(draw):
    if draw.wide:
        inputs = [draw.input([8, 40, 37]), draw.input([8, 45, 37])]
        return {"equation": "bik,bjk->bij"}, inputs, lambda a, b: torch.einsum("bik,bjk->bij", a, b)
    letters = draw.random.sample("abijkXY", 4)
    sizes = {letter: draw.size(4) for letter in letters}
    broadcast = [draw.size(3, 0.02) for _ in range(draw.integer(1, 2))] if draw.chance(0.35) else None
    terms, inputs = [], []
    for _ in range(draw.choice([1, 1, 2, 2, 2, 3])):
        term = draw_term(draw, letters, broadcast is not None and draw.chance(0.8))
        shape = []
        for part in term:
            if part == "...":
                shape += [1 if draw.chance(0.2) else size for size in broadcast[draw.integer(0, len(broadcast)) :]]
            else:
                shape.append(sizes[part])
        if len(shape) > 5:
            raise Redraw
        terms.append("".join(term))
        inputs.append(draw.input(shape))
    equation = (", " if draw.chance(0.2) else ",").join(terms)
    used = sorted({letter for term in terms for letter in term if letter != "."})
    if draw.chance(0.75):
        output = draw.random.sample(used, draw.integer(0, len(used)))
        if any("..." in term for term in terms):
            output.insert(draw.integer(0, len(output)), "...")
        equation += "->" + "".join(output)
    return {"equation": equation}, inputs, lambda *operands: torch.einsum(equation, *operands)


@operation(SCALED, 5, exponents=PRODUCT_EXPONENTS)
def matmul(draw):
    rows, inner, columns = (draw.size(9, 0.05) for _ in range(3))
    if draw.chance(0.1):
        rows, inner, columns = draw.integer(1, 20), draw.integer(1, 40), draw.integer(1, 40)
    batch = draw.shape(0, 3, 3)
    if draw.wide:
        rows, inner, columns, batch = 150, draw.integer(70, 80), draw.integer(80, 90), []
    a = draw.input([*draw.broadcast_to(batch), rows, inner])
    b = draw.input([*draw.broadcast_to(batch), inner, columns])
    return {}, [a, b], torch.matmul


def register_linear(name, after):
    def draw_case(draw):
        inside, outside = draw.size(9, 0.05), draw.size(9, 0.05)
        if draw.chance(0.15):
            inside, outside = draw.integer(1, 40), draw.integer(1, 70)
        rows = draw.shape(0, 3)
        if draw.wide:
            rows, inside, outside = [150], draw.integer(70, 80), draw.integer(80, 90)
        inputs = [draw.input([*rows, inside]), draw.input([outside, inside])]
        if draw.chance(0.7):
            inputs.append(draw.input([outside]))
        return {}, inputs, lambda x, weight, bias=None: after(F.linear(x, weight, bias))

    operation(SCALED, 2.5, name, PRODUCT_EXPONENTS)(draw_case)


register_linear("linear", lambda y: y)
register_linear("linearRelu", F.relu)


def window_sizes(draw):
    """Image size, and kernel, padding and dilation that fit it; kernels up to 7, often larger than the image."""
    height, width = draw.integer(1, 8), draw.integer(1, 8)
    kernel = [draw.integer(1, 7 if draw.chance(0.4) else 3) for _ in range(2)]
    if draw.chance(0.5):
        kernel[1] = kernel[0]
    return [height, width], kernel


def convolution(draw, limit=5):
    """Shapes of x, weight and bias, and options."""
    if draw.wide:
        if draw.chance(0.5):
            return [6, 16, 14, 14], [18, 16, 3, 3], {"padding": 1}
        return [6, 5, 20, 20], [9, 5, 5, 5], {"padding": 2, "stride": [1, 2]}
    (height, width), kernel = window_sizes(draw)
    batch, groups = draw.size(3, 0.05), 1
    if draw.chance(0.04):
        # Enough channels and positions for Winograd's algorithm.
        batch, inside, outside = draw.integer(1, 2), draw.integer(16, 20), draw.integer(16, 20)
        x, weight = [batch, inside, draw.integer(4, 8), 8], [outside, inside, 3, 3]
        return x, weight, {"padding": draw.choice([1, 1, 2, [0, 1]])}
    inside, outside = draw.size(limit, 0.03), draw.size(limit, 0.03)
    options = {}
    if draw.chance(0.35):
        groups = draw.integer(2, 4)
        if draw.chance(0.5):
            inside = groups  # depthwise
        else:
            inside = groups * draw.integer(1, 3)
        outside = groups * draw.integer(1, 3)
        options["groups"] = groups
    elif draw.chance(0.1):
        inside, outside = draw.integer(1, 20), draw.integer(1, 36)
    if draw.chance(0.4):
        options["stride"] = draw.pair(1, 4)
    if draw.chance(0.6):
        options["padding"] = draw.pair(0, 4)
    if draw.chance(0.3):
        options["dilation"] = draw.pair(1, 3)
    return [batch, inside, height, width], [outside, inside // groups, *kernel], options


def convolve(options):
    names = {name: options[name] for name in ("stride", "padding", "dilation", "groups") if name in options}

    def function(x, weight, bias=None):
        if x.shape[1] == 0:
            # PyTorch 1.13 returns a wrong shape for images without channels; one channel of zeros is the same sum.
            x = torch.cat([x, x.new_zeros([x.shape[0], 1, *x.shape[2:]])], 1)
            weight = torch.cat([weight, weight.new_zeros([weight.shape[0], 1, *weight.shape[2:]])], 1)
        return F.conv2d(x, weight, bias, **names)

    return function


@operation(SCALED, 14, exponents=PRODUCT_EXPONENTS)
def conv2d(draw):
    x, weight, options = convolution(draw)
    if "stride" not in options and draw.chance(0.2):
        options["padding"] = "same"
    # A padding of 0 times an infinite weight is NaN in PyTorch; inkgrad does not multiply the padding.
    weight_kind = "plain" if draw.kind == "special" and options.get("padding", 0) != 0 else None
    inputs = [draw.input(x), draw.input(weight, kind=weight_kind)]
    if draw.chance(0.6):
        inputs.append(draw.input([weight[0]]))
    return options, inputs, convolve(options)


def line_convolution(draw):
    """Sizes and options of a convolution of sequences: batch, length, inside, outside, kernel, groups, options."""
    if draw.wide:
        return 6, 200, 17, 18, 5, 1, {"padding": 2}
    inside, outside, groups, options = draw.size(5, 0), draw.size(5, 0), 1, {}
    if draw.chance(0.35):
        groups = draw.integer(2, 4)
        inside, outside = groups * draw.integer(1, 3), groups * draw.integer(1, 3)
        options["groups"] = groups
    if draw.chance(0.4):
        options["stride"] = draw.integer(1, 4)
    if draw.chance(0.6):
        options["padding"] = draw.integer(0, 4)
    if draw.chance(0.3):
        options["dilation"] = draw.integer(1, 3)
    return draw.size(3, 0.03), draw.integer(1, 9), inside, outside, draw.integer(1, 5), groups, options


def torch_names(options):
    """The options with PyTorch's names."""
    names = {"outputPadding": "output_padding"}
    return {names.get(name, name): value for name, value in options.items()}


@operation(SCALED, 2, exponents=PRODUCT_EXPONENTS)
def conv1d(draw):
    batch, length, inside, outside, kernel, groups, options = line_convolution(draw)
    if "stride" not in options and draw.kind != "special" and draw.chance(0.2):
        options["padding"] = "same"
    inputs = [draw.input([batch, inside, length])]
    inputs.append(draw.input([outside, inside // groups, kernel], kind="plain" if draw.kind == "special" else None))
    if draw.chance(0.6):
        inputs.append(draw.input([outside]))
    return options, inputs, lambda x, weight, bias=None: F.conv1d(x, weight, bias, **torch_names(options))


def transposed_inputs(draw, x, weight, outside):
    """Inputs of a transposed convolution. Infinite values are not multiplied by the zeros around the image."""
    special = draw.kind == "special"
    kind = "plain" if special else None
    inputs = [draw.input(x), draw.input(weight, kind=kind, grad=not special)]
    if draw.chance(0.6):
        inputs.append(draw.input([outside]))
    return inputs


def transpose_convolution(function, options):
    """PyTorch accepts an output without pixels if there are no images; inkgrad does not."""

    def transposed(x, weight, bias=None):
        y = function(x, weight, bias, **torch_names(options))
        if 0 in y.shape[2:]:
            raise Redraw
        return y

    return transposed


def output_padding(draw, options, pair):
    """Adds the option `outputPadding` where a stride or a dilation allows it."""
    both = [(options.get("stride", 1), options.get("dilation", 1))] * 2
    both = [[value if isinstance(value, int) else value[axis] for value in both[axis]] for axis in range(2)]
    extra = [draw.integer(0, max(values) - 1) for values in both]
    if draw.chance(0.5):
        options["outputPadding"] = extra if pair else extra[0]


@operation(SCALED, 2, exponents=PRODUCT_EXPONENTS)
def convTranspose1d(draw):
    batch, length, inside, outside, kernel, groups, options = line_convolution(draw)
    output_padding(draw, options, False)
    inputs = transposed_inputs(draw, [batch, inside, length], [inside, outside // groups, kernel], outside)
    return options, inputs, transpose_convolution(F.conv_transpose1d, options)


@operation(SCALED, 4, exponents=PRODUCT_EXPONENTS)
def convTranspose2d(draw):
    # The sizes of a convolution, from its output to its input.
    (batch, outside, height, width), (inside, group_out, *kernel), options = convolution(draw)
    if 0 in (inside, outside):
        raise Redraw
    if draw.wide:
        height, width = 10, 9
    output_padding(draw, options, True)
    inputs = transposed_inputs(draw, [batch, inside, height, width], [inside, group_out, *kernel], outside)
    return options, inputs, transpose_convolution(F.conv_transpose2d, options)


# ---- pooling ------------------------------------------------------------------------------


def one_nan(draw, numbers):
    """Keeps at most one NaN: with two under one window, the index depends on the implementation."""
    nans = [index for index, number in enumerate(numbers) if math.isnan(number)]
    kept = draw.choice(nans) if nans else None
    return [0.5 if math.isnan(number) and index != kept else number for index, number in enumerate(numbers)]


def images(draw, shape):
    if draw.kind != "special":
        return draw.input(shape)
    return draw.input(shape, expand=False, values=lambda count: one_nan(draw, draw.values(count)))


def pooling(draw):
    size, window = window_sizes(draw)
    options = {"window": window[0] if window[0] == window[1] else window}
    if draw.chance(0.5):
        options["stride"] = draw.pair(1, 4)
    if draw.chance(0.5):
        options["padding"] = [draw.integer(0, side // 2) for side in window]
    if draw.chance(0.3):
        options["ceilMode"] = draw.chance(0.8)
    if draw.wide:
        size, channels = [14, 14], 16
    else:
        channels = draw.channels()
    shape = [6 if draw.wide else draw.size(3), channels, *size]
    return options, images(draw, shape)


@operation(SCALED, 5)
def maxPool2d(draw):
    options, x = pooling(draw)
    stride, padding = options.get("stride"), options.get("padding", 0)
    ceil = options.get("ceilMode", False)
    return options, [x], lambda x: F.max_pool2d(x, options["window"], stride, padding, ceil_mode=ceil)


@operation(SCALED, 4)
def avgPool2d(draw):
    options, x = pooling(draw)
    if draw.chance(0.5):
        options["countPadding"] = draw.chance(0.3)
    stride, padding = options.get("stride"), options.get("padding", 0)
    ceil, count = options.get("ceilMode", False), options.get("countPadding", True)
    return options, [x], lambda x: F.avg_pool2d(x, options["window"], stride, padding, ceil, count)


def line_pooling(draw):
    """Options and input of a pooling of sequences."""
    window = draw.integer(1, 5)
    options = {"window": window}
    if draw.chance(0.5):
        options["stride"] = draw.integer(1, 4)
    if draw.chance(0.5):
        options["padding"] = draw.integer(0, window // 2)
    if draw.chance(0.4):
        options["ceilMode"] = draw.chance(0.8)
    shape = [6, 16, 200] if draw.wide else [draw.size(3), draw.channels(), draw.integer(1, 12)]
    return options, images(draw, shape)


@operation(SCALED, 1)
def maxPool1d(draw):
    options, x = line_pooling(draw)
    stride, padding, ceil = options.get("stride"), options.get("padding", 0), options.get("ceilMode", False)
    return options, [x], lambda x: F.max_pool1d(x, options["window"], stride, padding, ceil_mode=ceil)


@operation(SCALED, 1)
def avgPool1d(draw):
    options, x = line_pooling(draw)
    if draw.chance(0.5):
        options["countPadding"] = draw.chance(0.3)
    stride, padding, ceil = options.get("stride"), options.get("padding", 0), options.get("ceilMode", False)
    count = options.get("countPadding", True)
    return options, [x], lambda x: F.avg_pool1d(x, options["window"], stride, padding, ceil, count)


def register_adaptive(name, function, axes):
    def draw_case(draw):
        space = [draw.integer(1, 9) for _ in range(axes)]
        if draw.wide:
            space = [14, 15][:axes]
        x = images(draw, [6 if draw.wide else draw.integer(1, 3), 16 if draw.wide else draw.integer(1, 6), *space])
        size = [draw.integer(1, 9) for _ in range(axes)]
        if axes == 1:
            return {"size": size[0]}, [x], lambda x: function(x, size[0])
        if draw.chance(0.3):
            size = size[0]
        elif draw.chance(0.3):
            size[draw.integer(0, 1)] = None
        return {"size": size}, [x], lambda x: function(x, size)

    operation(SCALED, 1, name)(draw_case)


register_adaptive("adaptiveAvgPool1d", F.adaptive_avg_pool1d, 1)
register_adaptive("adaptiveAvgPool2d", F.adaptive_avg_pool2d, 2)
register_adaptive("adaptiveMaxPool1d", F.adaptive_max_pool1d, 1)
register_adaptive("adaptiveMaxPool2d", F.adaptive_max_pool2d, 2)


@operation(SCALED, 3)
def interpolate(draw):
    axes = draw.integer(1, 2)
    space = [draw.integer(1, 7) for _ in range(axes)]
    options = {}
    if draw.chance(0.5):
        sizes = [draw.integer(1, 15) for _ in range(axes)]
        options["size"] = sizes[0] if axes == 1 or draw.chance(0.4) else sizes
    else:
        factors = [draw.choice([0.5, 0.7, 1.0, 1.3, 1.5, 2.0, 2.0, 2.3, 3.0]) for _ in range(axes)]
        options["scaleFactor"] = factors[0] if axes == 1 or draw.chance(0.4) else factors
    if draw.chance(0.6):
        options["mode"] = draw.choice(["nearest", "linear" if axes == 1 else "bilinear"])
        if options["mode"] != "nearest" and draw.chance(0.6):
            options["alignCorners"] = draw.chance(0.6)
    if draw.wide:
        space = [14, 15][:axes]
    factor = options.get("scaleFactor", 1.0)
    factors = factor if isinstance(factor, list) else [factor] * axes
    if any(math.floor(size * one) in (size, 2 * size) and one not in (1.0, 2.0) for size, one in zip(space, factors)):
        # One of PyTorch's implementations of nearest treats these output sizes as factors of 1 and 2.
        raise Redraw
    shape = [6 if draw.wide else draw.integer(1, 3), 17 if draw.wide else draw.channels(), *space]
    # PyTorch multiplies infinite values by weights of 0; inkgrad skips them.
    x = draw.input(shape, kind="plain" if draw.kind == "special" and options.get("mode", "nearest") != "nearest" else None)
    names = {"scaleFactor": "scale_factor", "alignCorners": "align_corners"}
    arguments = {names.get(name, name): value for name, value in options.items()}
    return options, [x], lambda x: F.interpolate(x, **arguments)


@operation(SCALED)
def globalAvgPool2d(draw):
    shape = [draw.size(3), draw.channels(), draw.integer(1, 7), draw.integer(1, 7)]
    x = draw.input([6, 16, 14, 14] if draw.wide else shape)
    return {}, [x], lambda x: F.adaptive_avg_pool2d(x, 1)


# ---- normalization ------------------------------------------------------------------------


def norm_options(draw):
    return {"epsilon": draw.choice([1e-5, 1e-3, 0.1]), "momentum": draw.choice([0.1, 0.3, 1.0])}


def running_statistics(draw, channels):
    mean = draw.dense([channels], kind="plain", grad=False)
    positive = lambda count: [draw.integer(8, 192) / 64 for _ in range(count)]  # noqa: E731
    return [mean, draw.dense([channels], grad=False, values=positive)]


def normalization(draw, x, channels, training, running):
    inputs = [x, draw.input([channels], kind="plain"), draw.input([channels], kind="plain")]
    return inputs + (running_statistics(draw, channels) if running or not training else [])


def batch_norm(options, training):
    """Returns a function of (x, weight, bias, running mean, running variance) -> y and the new statistics."""

    def function(x, weight, bias, mean=None, variance=None):
        mean = None if mean is None else mean.clone()
        variance = None if variance is None else variance.clone()
        y = F.batch_norm(x, mean, variance, weight, bias, training, options["momentum"], options["epsilon"])
        return y if mean is None else (y, mean, variance)

    return function


@operation(ANY, 4)
def batchNorm(draw):
    options = norm_options(draw) | {"training": draw.chance(0.6)}
    shape = [6, 16, 14, 14] if draw.wide else [draw.size(6), draw.channels(), *draw.shape(0, 2, 5)]
    inputs = normalization(draw, draw.input(shape), shape[1], options["training"], draw.chance(0.5))
    return options, inputs, batch_norm(options, options["training"])


def check_kinks(h):
    """Rounding in float32 must not change the sign of a value before the ReLU."""
    if (h.detach().double().abs() < 1e-3).any():
        raise Redraw


def relu_pool(h):
    check_kinks(h)
    return F.max_pool2d(F.relu(h), 2)


@operation(ANY, 3)
def batchNormReluPool(draw):
    options = norm_options(draw) | {"training": draw.chance(0.7)}
    channels = draw.integer(5, 18) if draw.chance(0.15) else draw.integer(1, 4)
    shape = [draw.size(3), channels, draw.integer(2, 6), draw.integer(2, 6)]
    if draw.wide:
        channels, shape = 7, [8, 7, 18, 18]
    inputs = normalization(draw, images(draw, shape), channels, options["training"], draw.chance(0.3))
    norm = batch_norm(options, options["training"])

    def function(*operands):
        outputs = norm(*operands)
        return (relu_pool(outputs[0]), *outputs[1:]) if isinstance(outputs, tuple) else relu_pool(outputs)

    return options, inputs, function


@operation(ANY, 3)
def convNormReluPool(draw):
    shape, weight, options = convolution(draw, 3)
    channels = weight[0]
    inputs = normalization(draw, images(draw, shape), channels, False, True)
    inputs[1:1] = [draw.input(weight, kind="plain")]
    if draw.chance(0.5):
        inputs.append(draw.input([channels]))
    for one in inputs:
        one.grad = False
    options |= norm_options(draw)
    norm = batch_norm(options, False)

    def function(x, weight, gamma, beta, mean, variance, bias=None):
        return relu_pool(norm(convolve(options)(x, weight, bias), gamma, beta, mean, variance)[0])

    return options, inputs, function


@operation(ANY, 2)
def layerNorm(draw):
    inner = [28] if draw.wide else [draw.size(6) for _ in range(draw.integer(1, 2))]
    options = {"epsilon": draw.choice([1e-3, 0.1])} if draw.chance(0.5) else {}
    x = draw.input([*([600] if draw.wide else draw.shape(0, 3)), *inner])
    inputs = [x, draw.input(inner, kind="plain"), draw.input(inner, kind="plain")]
    epsilon = options.get("epsilon", 1e-5)
    return options, inputs, lambda x, weight, bias: F.layer_norm(x, inner, weight, bias, epsilon)


@operation(ANY, 1.5)
def groupNorm(draw):
    groups = 4 if draw.wide else draw.integer(1, 4)
    channels = groups * draw.integer(1, 4)
    options = {"groups": groups}
    if draw.chance(0.5):
        options["epsilon"] = draw.choice([1e-3, 0.1])
    space = [14, 14] if draw.wide else draw.shape(0, 2, 5, 0)
    inputs = [draw.input([16 if draw.wide else draw.integer(1, 4), channels, *space])]
    inputs += [draw.input([channels], kind="plain") for _ in range(draw.integer(0, 2))]
    epsilon = options.get("epsilon", 1e-5)
    return options, inputs, lambda x, weight=None, bias=None: F.group_norm(x, groups, weight, bias, epsilon)


@operation(ANY, 1.5)
def rmsNorm(draw):
    """PyTorch 1.13 has no rms_norm; this is the definition in its documentation."""
    inner = [28] if draw.wide else [draw.integer(1, 6) for _ in range(draw.integer(1, 2))]
    options = {"epsilon": draw.choice([1e-3, 0.1])} if draw.chance(0.5) else {}
    x = draw.input([*([600] if draw.wide else draw.shape(0, 3)), *inner])
    axes = tuple(range(-len(inner), 0))
    epsilon = options.get("epsilon", 2.0**-23)
    return options, [x, draw.input(inner, kind="plain")], lambda x, weight: (
        x / torch.sqrt((x * x).mean(axes, keepdim=True) + epsilon) * weight
    )


# ---- dropout ------------------------------------------------------------------------------


@operation()
def dropout(draw):
    x = draw.input(draw.shape(0, 4))
    options = {"probability": draw.choice([0, 0.25, 0.5, 0.75]), "key": [draw.integer(0, 2**32 - 1) for _ in range(2)]}
    probability, key = options["probability"], block(options["key"], 0)
    kept = [0.0 if number < probability else 1.0 for number in uniform(key, math.prod(x.shape))]

    def function(x):
        mask = torch.tensor(kept, dtype=x.dtype).reshape(x.shape) / (1 - probability)
        return x * mask

    return options, [x], function
