#!/usr/bin/python3
"""PyTorch as a contender of the comparison of ops, on one thread.

    python3 pytorch.py

Implements bench/ops/protocol.ts on stdin and stdout. Requires only PyTorch 1.13 or later.
"""

import json
import math
import statistics
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)

GRADIENT_SEED, DIGEST_SEED = 100, 200
MASK = 0xFFFFFFFF


def uniform(count, seed):
    """The numbers of inputs.ts, in float64."""
    bits = (torch.arange(count, dtype=torch.int64) + seed * 0x9E3779B9) & MASK
    bits = ((bits ^ (bits >> 16)) * 0x85EBCA6B) & MASK
    bits = ((bits ^ (bits >> 13)) * 0xC2B2AE35) & MASK
    return ((bits ^ (bits >> 16)) >> 8).double() / 2**24


def draw(values, shape, seed):
    """An input; indices are integers and flags are booleans, as PyTorch expects them."""
    numbers = uniform(math.prod(shape), seed).reshape(shape)
    if values["kind"] == "uniform":
        return (values["low"] + (values["high"] - values["low"]) * numbers).float()
    if values["kind"] == "index":
        return (values["limit"] * numbers).floor().long()
    return numbers < 0.5


def digest(array):
    weights = uniform(array.numel(), DIGEST_SEED)
    values = array.detach().double().flatten()
    mean, size = (weights @ values).item() / len(values), (weights @ values.abs()).item() / len(values)
    if not math.isfinite(mean):
        raise ValueError("the result is not finite")
    return {"mean": mean, "size": size}


class Case:
    """The inputs of a case, and the gradient of its output."""

    def __init__(self, request):
        names = "abcdefgh"[: len(request["inputs"])]
        self.call = eval(f"lambda {', '.join(names)}: {request['torch']}", {"torch": torch, "F": F})
        self.inputs = []
        for seed, one in enumerate(request["inputs"]):
            self.inputs.append(draw(one["values"], one["shape"], seed).requires_grad_(one["grad"]))
        with torch.no_grad():
            shape = self.call(*self.inputs).shape
        self.gradient = draw({"kind": "uniform", "low": -1, "high": 1}, shape, GRADIENT_SEED)

    def check(self):
        output = self.call(*self.inputs)
        if output.requires_grad:
            output.backward(self.gradient)
        gradients = [x.grad for x in self.inputs if x.grad is not None]
        reply = {"digests": [digest(array) for array in [output, *gradients]]}
        self.drop_gradients()
        return reply

    def round(self, direction, seconds):
        step = self.forward if direction == "forward" else self.backward
        times, total, deadline = [], 0, time.perf_counter() + 3 * seconds
        while True:
            times.append(step())
            total += times[-1]
            self.drop_gradients()
            if total >= seconds or time.perf_counter() >= deadline:
                return {"steps": len(times), "milliseconds": 1000 * statistics.median(times)}

    def forward(self):
        with torch.no_grad():
            start = time.perf_counter()
            output = self.call(*self.inputs)
            del output
            return time.perf_counter() - start

    def backward(self):
        output = self.call(*self.inputs)
        start = time.perf_counter()
        output.backward(self.gradient)
        del output
        return time.perf_counter() - start

    def drop_gradients(self):
        for x in self.inputs:
            x.grad = None


def send(reply):
    print(json.dumps(reply), flush=True)


case = None


def answer(command):
    global case
    if command["cmd"] == "load":
        case = Case(command["case"])
        return {"loaded": command["case"]["title"]}
    if command["cmd"] == "check":
        return case.check()
    return case.round(command["direction"], command["seconds"])


send(
    {
        "ready": True,
        "tasks": [],
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__},
    }
)
for line in sys.stdin:
    try:
        send(answer(json.loads(line)))
    except Exception as error:  # reported to the parent process, which handles it
        send({"error": str(error).strip().split("\n")[0]})
