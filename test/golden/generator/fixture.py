"""Drawing of inputs, differentiation, and writing of fixtures, independent of any op.

Inputs are drawn in float32, so that both sides start from identical numbers. PyTorch computes in float64, and the
result is rounded to float32 once. A golden value therefore contains no float32 rounding errors of PyTorch, and a
test's tolerance covers only inkgrad's error.
"""

import base64
import json
import math
import pathlib
import zlib

import torch

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures"


class Draw:
    """Random float32 numbers, stored as float64, that depend only on the case's name, not on other cases."""

    def __init__(self, name):
        self.generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))

    def normal(self, *shape, scale=1.0):
        drawn = torch.randn(shape, generator=self.generator, dtype=torch.float32) * scale
        return drawn.double()

    def integers(self, low, high, *shape):
        """Integers low, ..., high - 1, which give many ties."""
        return torch.randint(low, high, shape, generator=self.generator).double()

    def labels(self, classes, count):
        return torch.randint(0, classes, (count,), generator=self.generator)


def case(name, options=None, tensors=None, values=None):
    return {"name": name, "options": options or {}, "tensors": tensors or {}, "values": values or {}}


def differentiate(function, inputs, draw):
    """Returns the inputs, y = function(*inputs), a random r, and grad_<input> = d sum(y * r) / d input."""
    leaves = {name: tensor.clone().requires_grad_(True) for name, tensor in inputs.items()}
    y = function(*leaves.values())
    r = draw.normal(*y.shape)
    (y * r).sum().backward()
    tensors = {**inputs, "r": r, "y": y.detach()}
    for name, leaf in leaves.items():
        tensors[f"grad_{name}"] = leaf.grad
    return tensors


def encode_tensor(tensor):
    """Shape and base64 of the little-endian float32 values in row-major order."""
    values = tensor.detach().to(torch.float32).contiguous().numpy().astype("<f4")
    return {"shape": list(tensor.shape), "data": base64.b64encode(values.tobytes()).decode("ascii")}


def encode_value(value):
    """Replaces numbers that JSON cannot represent by the strings "NaN", "Infinity" and "-Infinity"."""
    if isinstance(value, dict):
        return {key: encode_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode_value(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def encode_case(golden):
    return json.dumps(
        {
            "name": golden["name"],
            "options": encode_value(golden["options"]),
            "tensors": {name: encode_tensor(tensor) for name, tensor in golden["tensors"].items()},
            "values": encode_value(golden["values"]),
        },
        allow_nan=False,
    )


def write_fixture(name, cases):
    """Writes one case per line, so that a diff shows which case changed. Returns the size in bytes."""
    if len({golden["name"] for golden in cases}) != len(cases):
        raise ValueError(f"{name}: two cases share a name")
    lines = ",\n".join(encode_case(golden) for golden in cases)
    text = f'{{"torch": {json.dumps(torch.__version__)}, "cases": [\n{lines}\n]}}\n'
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(text, encoding="ascii")
    return len(text)
