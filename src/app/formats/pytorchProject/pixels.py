"""Conversion of images to the form that the network expects: bytes [channels, height, width]."""

import numpy as np

CHARACTER = (1, 28, 28)  # arrays of this form are in EMNIST's form already


def import_pillow():
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise SystemExit("reading or resizing images requires the package Pillow; install it with pip install Pillow")
    return Image, ImageOps


def read_image(path):
    """Returns an image file as bytes [height, width, channels] with 1 or 3 channels, on white paper."""
    Image, ImageOps = import_pillow()
    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file)
            image.load()
    except (OSError, SyntaxError) as error:
        raise SystemExit(f"{path}: not a readable image ({error}); replace or delete this file")
    if image.mode.startswith("I"):  # 16 bits
        return (np.asarray(image).astype(np.float64) / 257).round().astype(np.uint8)[:, :, None]
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    pixels = np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))
    return pixels.reshape(pixels.shape[0], pixels.shape[1], -1)


def fit(pixels, shape):
    """Resizes bytes [height, width, channels] to the shape of the network's input, by bicubic interpolation."""
    channels, height, width = shape
    if pixels.shape != (height, width, channels):
        Image, _ = import_pillow()
        image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
        image = image.resize((width, height), Image.BICUBIC).convert("L" if channels == 1 else "RGB")
        pixels = np.asarray(image).reshape(height, width, channels)
    return pixels.transpose(2, 0, 1)


def fit_all(images, shape):
    """`fit` for a chunk of images [n, height, width, channels]."""
    if images.shape[1:] == (shape[1], shape[2], shape[0]):
        return images.transpose(0, 3, 1, 2)
    return np.stack([fit(image, shape) for image in images])


def require_prepared(name, class_names, stored, shape):
    """Rejects images of characters whose ink has to be found first, as inkgrad does by default."""
    are_characters = shape[0] == 1 and all(len(text) == 1 for text in class_names)
    if are_characters and stored != CHARACTER:
        raise SystemExit(
            f"{name}: the classes are characters, whose ink inkgrad finds before training; convert the images with "
            "`inkgrad data convert`, and pass the folder that it writes"
        )


def class_indices(labels, text_of, class_names, name):
    """Index in the model of each label. text_of: maps a label to the name of its class."""
    index_of = {text: index for index, text in enumerate(class_names)}
    values, inverse = np.unique(labels, return_inverse=True)
    texts = [text_of(value) for value in values.tolist()]
    for text in texts:
        if text not in index_of:
            raise SystemExit(f"{name}: class {text!r} is not one of the {len(class_names)} classes of the model")
    return np.array([index_of[text] for text in texts], dtype=np.int64)[inverse.reshape(-1)]


def numbered_names(texts):
    """Maps the labels 0, 1, ... to texts."""
    table = {str(index): str(text) for index, text in enumerate(texts)}
    return lambda label: table.get(str(label), f"number {label}, which has no name")


def listed_names(folder):
    """Maps a label to its line in classes.txt of a folder; to its own text if there is no such file."""
    try:
        with open(f"{folder or '.'}/classes.txt", encoding="utf-8") as file:
            return numbered_names(line.strip() for line in file.read().splitlines())
    except FileNotFoundError:
        return str
