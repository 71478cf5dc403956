"""Reads EMNIST from the official files (gzipped IDX): upright images, uint8 [N, 1, 28, 28]."""

import gzip
import math
import os

import torch

IMAGES, LABELS = 0x803, 0x801
FIRST_LABEL = {"letters": 1}  # labels of the other splits start at 0


def read_idx(path, magic):
    """Returns the contents of an IDX file as a tensor of the shape in its header."""
    opener = gzip.open if os.path.exists(path + ".gz") else open
    with opener(path + ".gz" if opener is gzip.open else path, "rb") as file:
        content = bytearray(file.read())
    axes = magic & 255
    numbers = [int.from_bytes(content[offset : offset + 4], "big") for offset in range(0, 4 + 4 * axes, 4)]
    actual_magic, sizes = numbers[0], numbers[1:]
    if actual_magic != magic or len(content) != 4 + 4 * axes + math.prod(sizes):
        raise ValueError(f"{path}: not the expected IDX file, or damaged")
    return torch.frombuffer(content, dtype=torch.uint8, offset=4 + 4 * axes).reshape(sizes)


def read_part(folder, split, part):
    """Returns images [N, 1, 28, 28] and labels [N]; labels start at 0."""
    base = os.path.join(folder, f"emnist-{split}-{part}")
    stored = read_idx(f"{base}-images-idx3-ubyte", IMAGES)
    labels = read_idx(f"{base}-labels-idx1-ubyte", LABELS).long() - FIRST_LABEL.get(split, 0)
    if len(stored) != len(labels):
        raise ValueError(f"{base}: {len(stored)} images, but {len(labels)} labels")
    return stored.transpose(1, 2).unsqueeze(1).contiguous(), labels  # files store images transposed
