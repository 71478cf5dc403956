"""Writes cases to a compressed file; README.md describes the format."""

import gzip
import json
import math
import pathlib

import numpy
import torch

GRID = 64
NAN, INFINITY, MINUS_INFINITY, MINUS_ZERO = -32768, 32767, -32767, -32766

#: Bits of a float64 that are kept: a relative error of 2^-41, far below the tolerance, for a smaller file.
MANTISSA_BITS = 40


def encode_grid(tensor, exponent):
    """Multiples of 2^exponent / 64 as integers; special values as the largest and smallest integers."""
    flat = tensor.reshape(-1).numpy()
    with numpy.errstate(invalid="ignore"):
        integers = numpy.where(numpy.isfinite(flat), flat / 2.0**exponent * GRID, 0)
    if not (numpy.all(integers == numpy.rint(integers)) and numpy.all(abs(integers) < 32000)):
        raise ValueError("an input is not on the grid")
    integers = integers.astype("<i2")
    integers[numpy.isnan(flat)] = NAN
    integers[flat == math.inf] = INFINITY
    integers[flat == -math.inf] = MINUS_INFINITY
    integers[(flat == 0) & numpy.signbit(flat)] = MINUS_ZERO
    return integers


def rounded(tensor):
    """Rounds finite values to MANTISSA_BITS bits."""
    flat = tensor.detach().to(torch.float64).reshape(-1).numpy()
    mantissa, exponent = numpy.frexp(flat)
    with numpy.errstate(invalid="ignore", over="ignore"):
        result = numpy.ldexp(numpy.rint(mantissa * 2.0**MANTISSA_BITS), exponent - MANTISSA_BITS)
    return numpy.where(numpy.isfinite(flat), result, flat)


def shuffled(array):
    """All first bytes, then all second bytes, and so on: equal bytes become neighbors and compress."""
    return array.view(numpy.uint8).reshape(-1, array.itemsize).T.tobytes()


def json_value(value):
    """Replaces numbers that JSON cannot represent by the strings "NaN", "Infinity" and "-Infinity"."""
    if isinstance(value, dict):
        return {key: json_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def describe(one):
    """Header of an input: only what differs from the defaults."""
    if one.same >= 0:
        return {"same": one.same}
    header = {"shape": list(one.base.shape)}
    if one.steps:
        header["view"] = one.steps
    if one.exponent:
        header["exponent"] = one.exponent
    if one.grad:
        header["grad"] = True
    return header


def write(path, seed, cases):
    """Writes the cases; returns the size of the file in bytes."""
    headers, inputs, expected = [], [numpy.zeros(0, "<i2")], [numpy.zeros(0, "<f8")]
    for case in cases:
        arrays = [one for one in case["inputs"] if one.same < 0]
        arrays += [] if case["direction"] is None else [case["direction"]]
        inputs += [encode_grid(one.base, one.exponent) for one in arrays]
        expected += [rounded(tensor) for tensor in case["outputs"] + case["gradients"]]
        header = {"op": case["op"], "kind": case["kind"], "options": json_value(case["options"])}
        header["inputs"] = [describe(one) for one in case["inputs"]]
        if case["direction"] is not None:
            header["direction"] = describe(case["direction"])
        header["outputs"] = [list(tensor.shape) for tensor in case["outputs"]]
        if not case["float32"]:
            header["float32"] = False
        headers.append(header)
    inputs, expected = numpy.concatenate(inputs), numpy.concatenate(expected).astype("<f8")
    head = {"torch": torch.__version__, "seed": seed, "inputs": len(inputs), "expected": len(expected)}
    lines = ",\n".join(json.dumps(header, separators=(",", ":"), allow_nan=False) for header in headers)
    text = f"{json.dumps(head)[:-1]}, \"cases\": [\n{lines}\n]}}\n".encode("ascii")
    body = len(text).to_bytes(4, "little") + text + shuffled(inputs) + shuffled(expected)
    # mtime 0: the same cases give the same bytes.
    packed = gzip.compress(body, compresslevel=9, mtime=0)
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_bytes(packed)
    return len(packed)
