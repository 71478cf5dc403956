#!/usr/bin/python3
"""Trains six networks with PyTorch for ten steps and writes their data, initial weights and losses.

    python3 test/networks/generate.py

Needs PyTorch 1.13 or later (Debian's python3-torch). Uses nothing of inkgrad: the two sides must not share code.
Data and weights are float32 numbers; PyTorch trains in float64. README.md describes the file.
"""

import gzip
import json
import math
import os
import pathlib

# Plain C++ kernels on one thread, without oneDNN: the same bits on any vector unit and number of cores.
os.environ["ATEN_CPU_CAPABILITY"] = "default"

import numpy  # noqa: E402  (the environment must be set before the import of torch)
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

FIXTURE = pathlib.Path(__file__).resolve().parent / "fixture" / "networks.safetensors.gz"

STEPS = 10

TEXT = (
    "a gradient is a list of numbers, one for each weight of a network. it says how the loss changes when the "
    "weight grows a little. training makes many small steps against the gradient. after each step the loss is a bit "
    "lower, and after many steps the network has learned a task that nobody wrote down as rules. most of the work is "
    "multiplication of matrices, so a fast engine multiplies them well. the rest is care: the right shapes, the right "
    "order of steps, and a test for each part that could go wrong without a sound."
)


def float32_values(tensor):
    """Rounds to float32 numbers, so that both sides start from identical ones."""
    return tensor.to(torch.float32).double()


def prepared(model):
    """A model with float32 weights that computes in float64, in training mode."""
    model = model.double().train()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(float32_values(parameter))
    return model


def weights_of(model):
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def batches(count, *arrays, epochs=1):
    """Batches of `count` examples in order."""
    for _ in range(epochs):
        yield from zip(*(array.split(count) for array in arrays))


def minimize(loss, optimizer):
    """One step; returns the loss before it."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# ---- multilayer perceptron ----------------------------------------------------------------------


class SpiralNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3)
        )

    def forward(self, x):
        return self.layers(x)


def mlp():
    """Three spiral arms of 50 points each, in random order."""
    arm = torch.arange(150) % 3
    radius = 0.1 + 0.9 * torch.rand(150)
    angle = 4 * radius + 2 * math.pi / 3 * arm + 0.2 * torch.randn(150)
    points = float32_values(torch.stack([radius * angle.sin(), radius * angle.cos()], 1))
    model = prepared(SpiralNet())
    weights = weights_of(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = [
        minimize(F.cross_entropy(model(x), labels), optimizer)
        for x, labels in batches(30, points, arm, epochs=2)
    ]
    return weights, {"points": points, "labels": arm}, {"loss": losses}


# ---- character LSTM -----------------------------------------------------------------------------


def text_indices():
    """The text as indices into its sorted characters, and the number of different characters."""
    vocabulary = sorted(set(TEXT))
    return torch.tensor([vocabulary.index(character) for character in TEXT]), len(vocabulary)


class CharLstm(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 16)
        self.lstm = nn.LSTM(16, 32, batch_first=True)
        self.head = nn.Linear(32, vocabulary)

    def forward(self, tokens, state):
        output, state = self.lstm(self.embedding(tokens), state)
        return self.head(output), state


def char_lstm():
    """Four streams of text; each step reads 12 characters and continues from the last state."""
    streams, length = 4, 12
    text, vocabulary = text_indices()
    text = text[: streams * (STEPS * length + 1)].reshape(streams, -1)
    model = prepared(CharLstm(vocabulary))
    weights = weights_of(model)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.003)
    losses, norms, state = [], [], None
    for start in range(0, STEPS * length, length):
        logits, state = model(text[:, start : start + length], state)
        state = tuple(tensor.detach() for tensor in state)
        loss = F.cross_entropy(logits.flatten(0, 1), text[:, start + 1 : start + length + 1].flatten())
        optimizer.zero_grad()
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), 0.5).item())
        optimizer.step()
        losses.append(loss.item())
    assert min(norms) < 0.5 < max(norms), f"clipping should change some steps, not all: {norms}"
    return weights, {"text": text}, {"loss": losses}


# ---- GPT ----------------------------------------------------------------------------------------


class Gpt(nn.Module):
    def __init__(self, vocabulary, context, size=32):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, size)
        self.positions = nn.Embedding(context, size)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                size, 4, 4 * size, dropout=0, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(2)
        )
        self.norm = nn.LayerNorm(size)
        self.head = nn.Linear(size, vocabulary, bias=False)
        for table in (self.tokens, self.positions):
            nn.init.normal_(table.weight, std=0.02)
        self.head.weight = self.tokens.weight

    def forward(self, tokens):
        length = tokens.shape[1]
        x = self.tokens(tokens) + self.positions(torch.arange(length))
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        for block in self.blocks:
            x = block(x, src_mask=later)
        return self.head(self.norm(x))


def gpt():
    """Windows of 16 characters, each with the character that follows."""
    context, batch = 16, 4
    text, vocabulary = text_indices()
    starts = torch.randint(0, len(text) - context, (STEPS * batch,))
    windows = torch.stack([text[start : start + context + 1] for start in starts])
    model = prepared(Gpt(vocabulary, context))
    weights = weights_of(model)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        [
            {"params": [parameter for parameter in parameters if parameter.dim() >= 2]},
            {"params": [parameter for parameter in parameters if parameter.dim() < 2], "weight_decay": 0},
        ],
        lr=3e-3,
        betas=(0.9, 0.95),
        weight_decay=0.1,
    )
    losses = [
        minimize(F.cross_entropy(model(window[:, :-1]).flatten(0, 1), window[:, 1:].flatten()), optimizer)
        for (window,) in batches(batch, windows)
    ]
    return weights, {"windows": windows}, {"loss": losses}


# ---- autoencoder --------------------------------------------------------------------------------


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1), nn.ReLU(),
            nn.ConvTranspose2d(8, 1, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, x):
        return self.decoder(self.encoder(x))


def autoencoder():
    """Images with one round spot each."""
    center, radius = 3 + 6 * torch.rand(40, 2), 1 + 2 * torch.rand(40)
    axis = torch.arange(12)
    square = (axis - center[:, :1])[:, :, None] ** 2 + (axis - center[:, 1:])[:, None, :] ** 2
    images = float32_values(torch.exp(-square / radius[:, None, None] ** 2)[:, None])
    model = prepared(Autoencoder())
    weights = weights_of(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = [minimize(F.mse_loss(model(x), x), optimizer) for (x,) in batches(8, images, epochs=2)]
    return weights, {"images": images}, {"loss": losses}


# ---- residual network ---------------------------------------------------------------------------


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs)
        )

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.downsample(x))


class ResNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.block = ResidualBlock(3, 16, stride=2)
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        return self.fc(self.block(x).mean((2, 3)))


def resnet():
    """Noisy color images of stripes in four directions."""
    labels = torch.arange(40) % 4
    y, x = torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij")
    stripes = torch.stack([torch.sin(1.6 * distance) for distance in (x, y, (x + y) / 1.4, (x - y) / 1.4)])
    color = torch.rand(40, 3, 1, 1)
    images = float32_values(color * stripes[labels][:, None] + 0.5 * torch.randn(40, 3, 8, 8))
    model = prepared(ResNet(4))
    weights = weights_of(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3)
    losses = [
        minimize(F.cross_entropy(model(x), target), optimizer)
        for x, target in batches(8, images, labels, epochs=2)
    ]
    return weights, {"images": images, "labels": labels}, {"loss": losses}


# ---- generative adversarial network -------------------------------------------------------------


def perceptron(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, outputs)
    )


class Gan(nn.Module):
    def __init__(self):
        super().__init__()
        self.generator = perceptron(4, 2)
        self.discriminator = perceptron(2, 1)


def gan():
    """Points on a circle; the generator learns to draw them from noise."""
    batch = 16
    angle = 2 * math.pi * torch.rand(STEPS * batch)
    points = torch.stack([angle.cos(), angle.sin()], 1) + 0.05 * torch.randn(STEPS * batch, 2)
    points, noise = float32_values(points), float32_values(torch.randn(STEPS * batch, 4))
    model = prepared(Gan())
    weights = weights_of(model)
    adam = {"lr": 2e-3, "betas": (0.5, 0.999)}
    optimizer_g = torch.optim.Adam(model.generator.parameters(), **adam)
    optimizer_d = torch.optim.Adam(model.discriminator.parameters(), **adam)
    real, fake = torch.ones(batch, 1).double(), torch.zeros(batch, 1).double()
    losses = {"discriminator": [], "generator": []}
    for x, z in batches(batch, points, noise):
        drawn = model.generator(z)
        loss = F.binary_cross_entropy_with_logits(model.discriminator(x), real)
        loss = loss + F.binary_cross_entropy_with_logits(model.discriminator(drawn.detach()), fake)
        losses["discriminator"].append(minimize(loss, optimizer_d))
        loss = F.binary_cross_entropy_with_logits(model.discriminator(drawn), real)
        losses["generator"].append(minimize(loss, optimizer_g))
    return weights, {"points": points, "noise": noise}, losses


# ---- fixture ------------------------------------------------------------------------------------


def array_of(value):
    """Losses as float64, everything else as float32, little-endian."""
    if isinstance(value, list):
        return numpy.array(value, "<f8")
    return value.detach().to(torch.float32).contiguous().numpy().astype("<f4")


def encode(arrays):
    """The arrays in the safetensors format, float64 first, which keeps all of them aligned."""
    header, parts, end = {"__metadata__": {"torch": torch.__version__}}, [], 0
    for name, array in sorted(arrays.items(), key=lambda item: -item[1].itemsize):
        begin, end = end, end + array.nbytes
        kind = {8: "F64", 4: "F32"}[array.itemsize]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [begin, end]}
        parts.append(array.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


NETWORKS = {
    "mlp": mlp,
    "charLstm": char_lstm,
    "gpt": gpt,
    "autoencoder": autoencoder,
    "resnet": resnet,
    "gan": gan,
}


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.backends.mkldnn.enabled = False
    arrays = {}
    for name, network in NETWORKS.items():
        torch.manual_seed(1)
        weights, data, losses = network()
        for kind, values in {"weights": weights, "data": data, "losses": losses}.items():
            arrays.update({f"{name}/{kind}/{key}": array_of(value) for key, value in values.items()})
        for key, values in losses.items():
            print(f"{name:12s} {key:13s} {values[0]:.4f} ... {values[-1]:.4f}")
    # mtime 0: the same arrays give the same bytes.
    packed = gzip.compress(encode(arrays), compresslevel=9, mtime=0)
    FIXTURE.parent.mkdir(exist_ok=True)
    FIXTURE.write_bytes(packed)
    print(f"{FIXTURE.name}  {len(arrays)} arrays  {len(packed) / 1000:.1f} kB")


if __name__ == "__main__":
    main()
