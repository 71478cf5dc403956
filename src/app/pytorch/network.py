"""The network: three blocks of convolution, batch norm, ReLU and pooling, then two linear layers.

Layer names are inkgrad's and the PyTorch original's, so state dicts go back and forth. Imports torch only.
"""

import torch
from torch import nn

INPUT_SIZE = (1, 28, 28)


def block(in_channels, out_channels):
    return [
        nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
        nn.MaxPool2d(2),
    ]


class CharacterNet(nn.Module):
    """Normalised images [N, 1, 28, 28] to logits [N, classes]."""

    def __init__(self, classes, dropout=0.5):
        super().__init__()
        self.conv_layers = nn.Sequential(
            *block(1, 32),  # [N, 32, 14, 14]
            *block(32, 64),  # [N, 64, 7, 7]
            *block(64, 128),  # [N, 128, 3, 3]
        )
        self.fc_layers = nn.Sequential(
            nn.Linear(128 * 3 * 3, 256),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(256, classes),
        )

    def forward(self, x):
        return self.fc_layers(self.conv_layers(x).flatten(1))


def load_model(path):
    """A network from a file that inkgrad or train.py wrote, and the name of each class."""
    contents = torch.load(path, map_location="cpu")
    names = list(contents["class_mapping"])
    model = CharacterNet(len(names))
    model.load_state_dict(contents["model_state_dict"])
    return model, names
