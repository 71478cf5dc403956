"""Reads EMNIST from the official files (gzipped IDX) and sets a part of the training images aside.

Images come out upright, as uint8 [N, 1, 28, 28]; `normalise` makes of them what the network takes.
"""

import gzip
import math
import os

import torch

IMAGES, LABELS = 0x803, 0x801
FIRST_LABEL = {"letters": 1}  # every other split counts from 0


def read_idx(path, magic):
    """The bytes of an IDX file behind its header, and the sizes that the header states."""
    opener = gzip.open if os.path.exists(path + ".gz") else open
    with opener(path + ".gz" if opener is gzip.open else path, "rb") as file:
        content = bytearray(file.read())
    axes = magic & 255
    numbers = [int.from_bytes(content[at : at + 4], "big") for at in range(0, 4 + 4 * axes, 4)]
    found, sizes = numbers[0], numbers[1:]
    if found != magic or len(content) != 4 + 4 * axes + math.prod(sizes):
        raise ValueError(f"{path}: this is not the IDX file it should be, or it is damaged")
    return torch.frombuffer(content, dtype=torch.uint8, offset=4 + 4 * axes).reshape(sizes)


def read_part(folder, split, part):
    """Images [N, 1, 28, 28] and labels [N], which count from 0."""
    base = os.path.join(folder, f"emnist-{split}-{part}")
    stored = read_idx(f"{base}-images-idx3-ubyte", IMAGES)
    labels = read_idx(f"{base}-labels-idx1-ubyte", LABELS).long() - FIRST_LABEL.get(split, 0)
    if len(stored) != len(labels):
        raise ValueError(f"{base}: {len(stored)} images, but {len(labels)} labels")
    return stored.transpose(1, 2).unsqueeze(1).contiguous(), labels  # stored images lie on their side


def split_validation(labels, fraction, seed):
    """Indices to train on and indices to validate on, the same share of every class; the same on every process."""
    generator = torch.Generator().manual_seed(seed)
    training, validation = [], []
    for label in labels.unique().tolist():
        members = (labels == label).nonzero().flatten()
        members = members[torch.randperm(len(members), generator=generator)]
        count = round(fraction * len(members))
        validation.append(members[:count])
        training.append(members[count:])
    return torch.cat(training).sort().values, torch.cat(validation).sort().values


def normalise(images):
    """Bytes to -1 (ground) to 1 (ink)."""
    return (images.float() / 255 - 0.5) / 0.5
