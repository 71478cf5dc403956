"""Draws the cases of an op and computes outputs and gradients in float64, and in float32 for comparison."""

import re
import sys

import torch

from .draw import Draw, Input, Redraw, apply_steps

FLOAT32_MAX = torch.finfo(torch.float32).max
FLOAT32_MIN = torch.finfo(torch.float32).tiny

#: Wide cases of every op.
WIDE_CASES = 2

#: Largest difference between PyTorch's own float32 and float64 results of a case that is compared in float32.
FLOAT32_AGREEMENT = 1e-3


def direction_of(draw, shape):
    """The gradient that the backward pass starts from: random, or the expanded 1 that `sum` passes on."""
    if draw.chance(0.15):
        steps = [["expand", shape]] if shape else []
        return Input(torch.ones([], dtype=torch.float64), steps, grad=False)
    return draw.input(shape, kind="plain", grad=False)


def run(case, dtype):
    """Outputs, and the gradient of every input that has one."""
    leaves = []
    for one in case["inputs"]:
        if one.same >= 0:
            leaves.append(leaves[one.same])
            continue
        leaf = one.base.to(dtype).clone()
        leaves.append(leaf.requires_grad_(one.grad))
    inputs = case["inputs"]
    sources = [inputs[one.same] if one.same >= 0 else one for one in inputs]
    # Contiguous: the gradient of PyTorch 1.13's batch_norm is wrong for an expanded weight or a permuted direction.
    views = [apply_steps(leaf, one.steps).contiguous() for leaf, one in zip(leaves, sources)]
    outputs = case["run"](*views)
    outputs = list(outputs) if isinstance(outputs, tuple) else [outputs]
    if outputs[0].requires_grad:
        if case["direction"] is None:
            case["direction"] = direction_of(case["draw"], list(outputs[0].shape))
        direction = apply_steps(case["direction"].base.to(dtype), case["direction"].steps).contiguous()
        outputs[0].backward(direction)
    else:
        for one in inputs:
            one.grad = False
    gradients = [
        torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
        for leaf, one in zip(leaves, inputs)
        if one.grad and one.same < 0
    ]
    return [tensor.detach() for tensor in outputs], gradients


def agree(exact, single, floor):
    """Whether a float32 result has the NaN and infinities of the float64 result, and about its values."""
    single = single.double()
    overflow = exact.abs() > FLOAT32_MAX
    exact = torch.where(overflow, exact.sign() * torch.inf, exact)
    finite = exact.isfinite()
    if not (finite == single.isfinite()).all():
        return False
    if not ((exact == single) | (exact.isnan() & single.isnan()) | finite).all():
        return False
    if not finite.any():
        return True
    exact, single = exact[finite], single[finite]
    allowed = max(FLOAT32_AGREEMENT * max(floor, exact.abs().max().item()), FLOAT32_MIN)
    return ((exact - single).abs() <= allowed).all().item()


def generate(name, operation, seed, count):
    """Draws `count` cases of an op, the last WIDE_CASES of them wide."""
    cases, failures = [], {}
    attempt = 0
    while len(cases) < count:
        attempt += 1
        if attempt > 40 * count + 200:
            raise RuntimeError(f"{name}: only {len(cases)} of {count} cases after {attempt} attempts: {failures}")
        draw = Draw(f"{seed}/{name}/{attempt}", operation.kinds, operation.exponents, count - len(cases) <= WIDE_CASES)
        try:
            options, inputs, function = operation.draw(draw)
            case = {"op": name, "kind": draw.kind, "options": options, "inputs": inputs, "run": function}
            case |= {"draw": draw, "direction": None}
            case["outputs"], case["gradients"] = run(case, torch.float64)
            single = run(case, torch.float32)
        except Redraw:
            continue
        except (RuntimeError, ValueError, IndexError) as error:
            # PyTorch rejects the case, as it does with some empty dimensions.
            message = re.sub(r"\d+", "#", str(error).split("\n")[0])[:100]
            failures[message] = failures.get(message, 0) + 1
            continue
        pairs = zip(case["outputs"] + case["gradients"], single[0] + single[1])
        case["float32"] = all(agree(exact, other, 0 if draw.exponent else 1) for exact, other in pairs)
        cases.append(case)
    for message, times in failures.items():
        print(f"{name}: PyTorch rejected {times} cases: {message}", file=sys.stderr)
    return cases
