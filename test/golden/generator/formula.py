"""The formula of the training trace's weights, images and labels; formula.ts is the same in TypeScript.

Integer arithmetic modulo 2^32, then + - * on float64 in a fixed order, rounded to float32 once: both languages give
identical bits, so only the trace's results are stored.
"""

import math

import numpy as np

BATCH = 16
CLASSES = 47
SIDE = 28
BLOBS = 3
SALT = "trace3"  # of four salts tried, the one whose trace is least sensitive to rounding (README.md)


def hash_name(name):
    """FNV-1a, 32 bits, over the ASCII bytes of the salt, a slash and the name."""
    value = 0x811C9DC5
    for byte in f"{SALT}/{name}".encode("ascii"):
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def hash_index(seed, index):
    """The index times an odd constant, xor the seed, through the finalizer of MurmurHash3 (Appleby)."""
    with np.errstate(over="ignore"):  # overflow modulo 2^32 is intended
        value = np.uint32(seed) ^ ((np.asarray(index).astype(np.uint32) + np.uint32(1)) * np.uint32(0x9E3779B1))
        value = (value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        value = (value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        return value ^ (value >> np.uint32(16))


def unit(name, index):
    """[-1, 1) on a 2^-23 grid: the upper 24 bits of the hash."""
    return (hash_index(hash_name(name), index) >> np.uint32(8)).astype(np.float64) * 2.0**-23 - 1.0


# The state dict in PyTorch's order: name, shape, center, bound. An element is center + bound * unit(name, i).
def state_table():
    table = []

    def add(name, shape, center, bound):
        table.append((name, shape, center, bound))

    for block, (inputs, outputs) in enumerate(((1, 32), (32, 64), (64, 128))):
        conv, norm = f"conv_layers.{4 * block}", f"conv_layers.{4 * block + 1}"
        bound = 1 / math.sqrt(inputs * 9)
        add(f"{conv}.weight", [outputs, inputs, 3, 3], 0.0, bound)
        add(f"{conv}.bias", [outputs], 0.0, bound)
        add(f"{norm}.weight", [outputs], 1.0, 0.125)
        add(f"{norm}.bias", [outputs], 0.0, 0.125)
        add(f"{norm}.running_mean", [outputs], 0.0, 0.0)
        add(f"{norm}.running_var", [outputs], 1.0, 0.0)
        add(f"{norm}.num_batches_tracked", [], 0.0, 0.0)
    for name, inputs, outputs in (("fc_layers.0", 1152, 256), ("fc_layers.3", 256, CLASSES)):
        bound = 1 / math.sqrt(inputs)
        add(f"{name}.weight", [outputs, inputs], 0.0, bound)
        add(f"{name}.bias", [outputs], 0.0, bound)
    return table


def initial_tensor(name, shape, center, bound):
    index = np.arange(int(np.prod(shape)), dtype=np.uint32)
    return (center + bound * unit(name, index)).astype(np.float32).reshape(shape)


def labels(step):
    sample = np.arange(step * BATCH, (step + 1) * BATCH)
    return (hash_index(hash_name("labels"), sample) % np.uint32(CLASSES)).astype(np.int64)


def images(step):
    """[16, 1, 28, 28] in [-1, 1): three round blobs at positions given by the label, with jitter, and grain."""
    batch = np.zeros((BATCH, 1, SIDE, SIDE), dtype=np.float32)
    row = np.arange(SIDE, dtype=np.float64)[:, None]
    column = np.arange(SIDE, dtype=np.float64)[None, :]
    for index, label in enumerate(labels(step)):
        sample = step * BATCH + index
        ink = np.zeros((SIDE, SIDE))
        for blob in range(BLOBS):
            at = (int(label) * BLOBS + blob) * 2
            dy = row - (13.5 + 8.0 * unit("blobs", at) + unit("jitter", sample * 2))
            dx = column - (13.5 + 8.0 * unit("blobs", at + 1) + unit("jitter", sample * 2 + 1))
            inside = 1.0 - (dy * dy + dx * dx) * 0.03125
            ink = ink + np.where(inside > 0, inside * inside, 0.0)
        grain = unit("grain", sample * SIDE * SIDE + np.arange(SIDE * SIDE)).reshape(SIDE, SIDE)
        batch[index, 0] = 0.875 * (2.0 * np.minimum(ink, 1.0) - 1.0) + 0.125 * grain
    return batch


def checksum(values):
    """The sum of (2i + 1) times the bit pattern of element i, modulo 2^32."""
    bits = np.ascontiguousarray(values, dtype="<f4").reshape(-1).view("<u4").astype(np.uint64)
    odd = 2 * np.arange(bits.size, dtype=np.uint64) + 1
    return int((bits * odd).sum(dtype=np.uint64)) & 0xFFFFFFFF  # uint64 wraps, and 2^32 divides 2^64
