"""Finds the training, validation and test part of a data set, in the layouts that inkgrad's --data accepts.

EMNIST's or MNIST's IDX files, a NumPy .npz file, or a folder of images per class. `inkgrad data convert` converts the
other layouts (CSV, .mat, photos of characters) to these.
"""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from folders import find_folder
from idx import EmnistPart, find_idx
from npz import find_npz
from rng import Stream, stratified_split

TEST_SHARE, TEST_SEED = 0.1, 20261130  # inkgrad's, for data without a test part


@dataclass
class Source:
    """Where the data is, as in the options of train.py."""

    path: str
    split: str = "balanced"
    transposed: bool = False  # MNIST's files and .npz files with rows and columns exchanged


@dataclass
class Selection:
    """Images of a part, by index."""

    part: Any  # has `files`, `labels` and `images`
    labels: np.ndarray  # of the whole part
    indices: np.ndarray


def find_part(source, name):
    """The part train, validation or test; None if the data set lacks it."""
    path = source.path
    if path.lower().endswith(".npz") and os.path.isfile(path):
        return find_npz(path, name, source.transposed)
    if not os.path.isdir(path):
        raise SystemExit(f"--data {path}: is neither a folder nor a .npz file; pass an existing one")
    for folder in (path, os.path.join(path, "gzip"), os.path.join(path, "raw")):
        if any(find_idx(folder, source, part) for part in ("train", "test")):
            return find_idx(folder, source, name)
    archives = sorted(file for file in os.listdir(path) if file.lower().endswith(".npz"))
    if len(archives) > 1:
        raise SystemExit(f"--data {path}: contains several data files ({', '.join(archives)}); pass one of them")
    if archives:
        return find_npz(os.path.join(path, archives[0]), name, source.transposed)
    return find_folder(path, name)


def open_part(source, name, class_names):
    """All images of a part; None if the data set lacks it."""
    part = find_part(source, name)
    if part is None:
        return None
    labels = part.labels(class_names)
    return Selection(part, labels, np.arange(len(labels)))


def divide(selection, share, stream):
    """Takes a share of each class out of a selection; returns the rest and the share."""
    kept, taken = stratified_split(selection.labels[selection.indices], share, stream)
    rest, part = (Selection(selection.part, selection.labels, selection.indices[chosen]) for chosen in (kept, taken))
    return rest, part


def open_train_and_test(source, class_names):
    """Both parts. Without a test part, a tenth of each class is the test part: the same images as in inkgrad."""
    train, test = (open_part(source, name, class_names) for name in ("train", "test"))
    if train is None:
        raise SystemExit(
            f"--data {source.path}: contains no known training data; expected EMNIST's or MNIST's files, a .npz file, "
            "or a folder of PNG or JPEG images for each class"
        )
    if test is None and not isinstance(train.part, EmnistPart):
        train, test = divide(train, TEST_SHARE, Stream(TEST_SEED).split("test"))
    return train, test


def open_training_data(source, class_names, fraction, seed):
    """Training and validation images. Without a validation part, the seed selects the same images as in inkgrad."""
    train, _ = open_train_and_test(source, class_names)
    validation = open_part(source, "validation", class_names)
    return divide(train, fraction, Stream(seed).split("validation")) if validation is None else (train, validation)


def open_test_data(source, class_names):
    test = open_part(source, "test", class_names) or open_train_and_test(source, class_names)[1]
    if test is None:
        raise SystemExit(f"--data {source.path}: lacks the test part of EMNIST {source.split}; download its files")
    return test
