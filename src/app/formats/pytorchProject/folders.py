"""Reads image files in one folder per class, as torchvision's ImageFolder; optionally below train, val and test."""

import os
import re

import numpy as np

from pixels import class_indices, fit, read_image, require_prepared

PART_FOLDERS = {
    "train": re.compile("train(ing)?$", re.IGNORECASE),
    "validation": re.compile("(val|valid|validation|dev)$", re.IGNORECASE),
    "test": re.compile("test(ing)?$", re.IGNORECASE),
}
IMAGE_FILE = re.compile(r".*\.(png|jpe?g)$", re.IGNORECASE)
IGNORED = ("__MACOSX", "__pycache__")
CHUNK = 256  # images decoded at once


def folders_in(path):
    names = sorted(entry.name for entry in os.scandir(path) if entry.is_dir())
    return [name for name in names if not name.startswith(".") and name not in IGNORED]


def images_below(path, ancestors=()):
    """All image files below a folder; links are followed."""
    real = os.path.realpath(path)
    if real in ancestors:
        raise SystemExit(f"{path}: is a link to a folder that contains it; delete the link")
    entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    visible = [entry for entry in entries if not entry.name.startswith(".")]
    files = [entry.path for entry in visible if entry.is_file() and IMAGE_FILE.match(entry.name)]
    for name in folders_in(path):
        files += images_below(os.path.join(path, name), (*ancestors, real))
    return files


class FolderPart:
    """The images of one part. `texts`: the class of each file."""

    def __init__(self, path):
        self.path, self.files, self.texts = path, [], []
        for name in folders_in(path):
            files = images_below(os.path.join(path, name))
            self.files += files
            self.texts += [name] * len(files)

    def labels(self, class_names):
        return class_indices(np.array(self.texts), str, class_names, self.path)

    def images(self, shape, class_names):
        """Yields images in chunks, bytes [n, *shape]."""
        require_prepared(self.path, class_names, None, shape)
        for start in range(0, len(self.files), CHUNK):
            yield np.stack([fit(read_image(path), shape) for path in self.files[start : start + CHUNK]])


def find_folder(path, part):
    """A part of a folder; None if the folder lacks it."""
    names = folders_in(path)
    found = {key: next((name for name in names if form.match(name)), None) for key, form in PART_FOLDERS.items()}
    if found["train"] is None:
        folder = path if part == "train" else None
    else:
        folder = os.path.join(path, found[part]) if found[part] else None
    images = FolderPart(folder) if folder else None
    return images if images and images.files else None
