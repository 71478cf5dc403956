"""Golden cases of losses, activations, and small tensor ops."""

import torch
import torch.nn.functional as F

from .fixture import Draw, case, differentiate

# Saturated, ordinary, tiny and zero inputs: overflow of exp, tanh equal to 1, and kinks.
EXTREMES = torch.tensor(
    [-100, -88, -30, -10, -5, -1, -0.5, -1e-4, 0, 1e-4, 0.5, 1, 5, 10, 30, 88, 100], dtype=torch.float32
).double()


def loss():
    return cross_entropy_cases() + soft_cross_entropy_cases() + mse_cases() + softmax_cases()


def cross_entropy_cases():
    cases = []
    logits = {
        "normal": lambda draw: draw.normal(6, 5, scale=2),
        "large": lambda draw: draw.integers(0, 2, 6, 5) * 160 - 80,
        "classes47": lambda draw: draw.normal(4, 47, scale=3),
        "classes1": lambda draw: draw.normal(3, 1),
    }
    for kind, make in logits.items():
        for reduction in ("mean", "sum"):
            for smoothing in (0.0, 0.1):
                name = f"cross_entropy_{kind}_{reduction}_smoothing_{smoothing:g}"
                draw = Draw(f"loss/{name}")
                x = make(draw)
                labels = draw.labels(x.shape[1], x.shape[0])
                run = lambda leaf: F.cross_entropy(  # noqa: E731
                    leaf, labels, reduction=reduction, label_smoothing=smoothing
                )
                options = {"kind": "cross_entropy", "reduction": reduction, "label_smoothing": smoothing}
                tensors = differentiate(run, {"x": x}, draw)
                cases.append(case(name, options, tensors, {"labels": labels.tolist()}))
    return cases


def soft_cross_entropy_cases():
    cases = []
    for reduction in ("mean", "sum"):
        draw = Draw(f"loss/soft_cross_entropy_{reduction}")
        inputs = {"x": draw.normal(4, 7, scale=3), "target": F.softmax(draw.normal(4, 7, scale=2), 1)}
        run = lambda x, target: F.cross_entropy(x, target, reduction=reduction)  # noqa: E731
        options = {"kind": "soft_cross_entropy", "reduction": reduction}
        cases.append(case(f"soft_cross_entropy_{reduction}", options, differentiate(run, inputs, draw)))
    return cases


def mse_cases():
    cases = []
    for reduction in ("mean", "sum"):
        draw = Draw(f"loss/mse_{reduction}")
        inputs = {"x": draw.normal(3, 4, 2), "target": draw.normal(3, 4, 2)}
        run = lambda x, target: F.mse_loss(x, target, reduction=reduction)  # noqa: E731
        options = {"kind": "mse", "reduction": reduction}
        cases.append(case(f"mse_{reduction}", options, differentiate(run, inputs, draw)))
    return cases


# (shape, axis)
SOFTMAX = (([4, 5], 1), ([4, 5], 0), ([2, 3, 4], -1), ([2, 3, 4], 1), ([2, 3, 4], 0), ([2, 5, 3, 3], 1))


def softmax_cases():
    cases = []
    for kind, function in (("softmax", F.softmax), ("log_softmax", F.log_softmax)):
        for shape, axis in SOFTMAX:
            name = f"{kind}_rank{len(shape)}_axis{axis}"
            draw = Draw(f"loss/{name}")
            x = draw.normal(*shape, scale=2)
            cases.append(case(name, *along(kind, function, x, axis, draw)))
        draw = Draw(f"loss/{kind}_large")
        x = draw.integers(0, 2, 5, 4) * 160 - 80
        cases.append(case(f"{kind}_large", *along(kind, function, x, -1, draw)))
    return cases


def along(kind, function, x, axis, draw):
    return {"kind": kind, "axis": axis}, differentiate(lambda leaf: function(leaf, axis), {"x": x}, draw)


# name: (options, function)
ACTIVATIONS = {
    "relu": ({"kind": "relu"}, F.relu),
    "leaky_relu_0.01": ({"kind": "leaky_relu", "negative_slope": 0.01}, lambda x: F.leaky_relu(x, 0.01)),
    "leaky_relu_0.2": ({"kind": "leaky_relu", "negative_slope": 0.2}, lambda x: F.leaky_relu(x, 0.2)),
    "sigmoid": ({"kind": "sigmoid"}, torch.sigmoid),
    "tanh": ({"kind": "tanh"}, torch.tanh),
    "gelu_none": ({"kind": "gelu", "approximate": "none"}, lambda x: F.gelu(x, approximate="none")),
    "gelu_tanh": ({"kind": "gelu", "approximate": "tanh"}, lambda x: F.gelu(x, approximate="tanh")),
    "clamp": ({"kind": "clamp", "min": -0.5, "max": 1.0}, lambda x: torch.clamp(x, -0.5, 1.0)),
    "clamp_min": ({"kind": "clamp", "min": -0.5, "max": None}, lambda x: torch.clamp(x, min=-0.5)),
    "clamp_max": ({"kind": "clamp", "min": None, "max": 1.0}, lambda x: torch.clamp(x, max=1.0)),
}


def activation():
    cases = []
    for name, (options, function) in ACTIVATIONS.items():
        draw = Draw(f"activation/{name}")
        x = torch.cat([EXTREMES, draw.normal(23, scale=2)])
        cases.append(case(name, options, differentiate(function, {"x": x}, draw)))
    return cases + layer_norm_cases() + variance_cases() + maximum_cases() + matmul_cases()


def layer_norm_cases():
    cases = []
    for shape, axes, eps in (([4, 6], 1, 1e-5), ([2, 3, 5], 1, 1e-5), ([2, 3, 5], 2, 1e-5), ([2, 3, 4, 5], 2, 1e-3)):
        name = f"layer_norm_rank{len(shape)}_last{axes}_eps_{eps:g}"
        draw = Draw(f"activation/{name}")
        normalized = shape[-axes:]
        inputs = {
            "x": draw.normal(*shape, scale=2),
            "weight": draw.normal(*normalized),
            "bias": draw.normal(*normalized),
        }
        run = lambda x, weight, bias: F.layer_norm(x, normalized, weight, bias, eps)  # noqa: E731
        options = {"kind": "layer_norm", "normalized_shape": normalized, "eps": eps}
        cases.append(case(name, options, differentiate(run, inputs, draw)))
    return cases


def variance_cases():
    cases = []
    for unbiased in (True, False):
        for axes in ([0], [1], [-1], [0, 2], [0, 1, 2]):
            for keepdim in (True, False):
                label = "".join(str(axis) for axis in axes).replace("-1", "last")
                flags = f"{'unbiased' if unbiased else 'biased'}{'_keepdim' if keepdim else ''}"
                name = f"var_axes{label}_{flags}"
                draw = Draw(f"activation/{name}")
                run = lambda x: torch.var(x, axes, unbiased=unbiased, keepdim=keepdim)  # noqa: E731
                options = {"kind": "var", "axes": axes, "unbiased": unbiased, "keepdim": keepdim}
                cases.append(case(name, options, differentiate(run, {"x": draw.normal(3, 4, 5)}, draw)))
    return cases


def maximum_cases():
    """max along one axis: y, the index of the chosen element, and a gradient for that element only."""
    cases = []
    for ties in (False, True):
        for axis in (0, 1, 2, -1):
            name = f"max_axis{'last' if axis < 0 else axis}{'_ties' if ties else ''}"
            draw = Draw(f"activation/{name}")
            x = draw.integers(0, 3, 3, 4, 6) if ties else draw.normal(3, 4, 6)
            tensors = differentiate(lambda leaf: leaf.max(dim=axis).values, {"x": x}, draw)
            indices = x.max(dim=axis).indices
            # inkgrad's rule for ties. A PyTorch version with another rule must not write a fixture.
            first = (x == x.amax(axis, keepdim=True)).to(torch.uint8).numpy().argmax(axis)
            if not torch.equal(indices, torch.from_numpy(first)):
                raise AssertionError(f"{name}: PyTorch did not choose the first maximum")
            options = {"kind": "max", "axis": axis, "keepdim": False}
            cases.append(case(name, options, tensors, {"indices": indices.flatten().tolist()}))
    return cases


def matmul_cases():
    shapes = {
        "matmul_2d": ([3, 5], [5, 4]),
        "matmul_batch": ([4, 3, 5], [4, 5, 2]),
        "matmul_batch_by_2d": ([4, 3, 5], [5, 2]),
        "matmul_2d_by_batch": ([3, 5], [4, 5, 2]),
        "matmul_broadcast_1": ([2, 1, 3, 4], [5, 4, 2]),
        "matmul_broadcast_both": ([2, 1, 3, 4], [1, 3, 4, 2]),
    }
    cases = []
    for name, (a_shape, b_shape) in shapes.items():
        draw = Draw(f"activation/{name}")
        inputs = {"a": draw.normal(*a_shape), "b": draw.normal(*b_shape)}
        cases.append(case(name, {"kind": "matmul"}, differentiate(torch.matmul, inputs, draw)))
    return cases
