"""Reads NumPy's .npz archives of images and labels, with the names of arrays that inkgrad accepts."""

import math
import os

import numpy as np

from pixels import class_indices, fit_all, listed_names, numbered_names, require_prepared

# Images and labels of each part, in lower case. The first pair present counts.
ARRAYS = {
    "train": [
        ("x_train", "y_train"),
        ("train_images", "train_labels"),
        ("images", "labels"),
        ("data", "labels"),
        ("data", "target"),
        ("x", "y"),
    ],
    "validation": [("x_val", "y_val"), ("x_valid", "y_valid"), ("val_images", "val_labels")],
    "test": [("x_test", "y_test"), ("test_images", "test_labels")],
}
CLASS_NAMES = ("class_names", "classes", "label_names", "target_names")
CHUNK = 4096  # images converted at once


def channels_last(images, name):
    """Returns images as [N, height, width, channels] with 1 or 3 channels."""
    shape = images.shape
    if images.ndim == 2:
        for channels in (1, 3):
            side = math.isqrt(shape[1] // channels)
            if side >= 2 and side * side * channels == shape[1]:
                return images.reshape(-1, side, side, channels)
    if images.ndim == 3:
        return images[:, :, :, None]
    if images.ndim == 4 and shape[3] in (1, 3):
        return images
    if images.ndim == 4 and shape[1] in (1, 3):
        return images.transpose(0, 2, 3, 1)
    expected = "[N, H, W], [N, H, W, C] or [N, C, H, W] with 1 or 3 channels"
    raise SystemExit(f"{name}: images of shape {shape}, expected {expected}; reshape the array")


def byte_scale(images, name):
    """The factor that maps the values of an array to 0 ... 255: 255 if all are from 0 to 1, otherwise 1."""
    low, high = images.min(), images.max()
    if low >= 0 and high <= 1:
        return 255
    if low >= 0 and high <= 255 and (images.dtype.kind in "iu" or not np.any(images % 1)):
        return 1
    raise SystemExit(f"{name}: pixels from {low} to {high}, expected 0 to 255, or floats from 0 to 1; scale the array")


class NpzPart:
    """One part of an archive. Reads a whole array at once, because it is compressed."""

    def __init__(self, path, keys, transposed):
        self.path, self.keys, self.transposed = path, keys, transposed
        self.files = [path]

    def read(self, key):
        with np.load(self.path) as archive:
            names = {name.lower(): name for name in archive.files}
            return archive[names[key]] if key in names else None

    def labels(self, class_names):
        labels = self.read(self.keys[1])
        if labels.ndim not in (1, 2) or labels.size != len(labels):
            raise SystemExit(f"{self.path}: labels of shape {labels.shape}, expected [N], one class per image")
        listed = next((names for names in map(self.read, CLASS_NAMES) if names is not None), None)
        text_of = listed_names(os.path.dirname(self.path)) if listed is None else numbered_names(listed)
        if labels.dtype.kind == "f" and not np.any(labels % 1):  # whole numbers
            labels = labels.astype(np.int64)
        return class_indices(labels.reshape(-1), text_of, class_names, self.path)

    def images(self, shape, class_names):
        """Yields upright images in chunks, bytes [n, *shape]."""
        name = f"{self.path}: {self.keys[0]}"
        images = self.read(self.keys[0])
        scale = byte_scale(images, name)
        images = channels_last(images, name)
        require_prepared(name, class_names, (images.shape[3], *images.shape[1:3]), shape)
        for start in range(0, len(images), CHUNK):
            chunk = images[start : start + CHUNK]
            chunk = chunk.transpose(0, 2, 1, 3) if self.transposed else chunk
            pixels = chunk.astype(np.uint8) if scale == 1 else np.floor(chunk * 255.0 + 0.5).astype(np.uint8)
            yield fit_all(pixels, shape)


def find_npz(path, part, transposed):
    """A part of an archive; None if the archive lacks it."""
    with np.load(path) as archive:
        names = {name.lower() for name in archive.files}
    keys = next((keys for keys in ARRAYS[part] if names.issuperset(keys)), None)
    return None if keys is None else NpzPart(path, keys, transposed)
