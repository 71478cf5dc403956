"""The network: three blocks of convolution, batch norm, ReLU and pooling, then two linear layers.

Layer names are those of inkgrad and of the PyTorch original, so state dicts can be exchanged. Imports only torch.
"""

import torch
from torch import nn

INPUT_SIZE = (1, 28, 28)  # channels, height, width of EMNIST images
CHANNELS = (32, 64, 128)


def block(in_channels, out_channels, convolutions):
    layers = []
    for channels in [in_channels] + [out_channels] * (convolutions - 1):
        layers += [
            nn.Conv2d(channels, out_channels, kernel_size=3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        ]
    return layers + [nn.MaxPool2d(2)]


class CharacterNet(nn.Module):
    """Maps normalized images [N, *input_size] to logits [N, classes].

    convolutions: number of convolutions in each of the three blocks.
    """

    def __init__(self, classes, dropout=0.5, convolutions=(1, 1, 1), input_size=INPUT_SIZE):
        super().__init__()
        self.convolutions = convolutions
        self.input_size = tuple(input_size)
        channels, height, width = input_size
        first, second, third = convolutions
        self.conv_layers = nn.Sequential(
            *block(channels, 32, first),  # 28 x 28: [N, 32, 14, 14]
            *block(32, 64, second),  # [N, 64, 7, 7]
            *block(64, 128, third),  # [N, 128, 3, 3]
        )
        self.fc_layers = nn.Sequential(
            nn.Linear(128 * (height // 8) * (width // 8), 256),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(256, classes),
        )

    def forward(self, x):
        return self.fc_layers(self.conv_layers(x).flatten(1))


def convolutions_of(state):
    """Returns the number of convolutions in each block, from the filter shapes in a state dict."""
    filters = [value.shape[0] for value in state.values() if value.dim() == 4]
    return tuple(filters.count(channels) for channels in CHANNELS)


def load_model(path):
    """Loads a network from a file written by inkgrad or train.py; returns it with the class names."""
    contents = torch.load(path, map_location="cpu")
    names = list(contents["class_mapping"])
    state = contents["model_state_dict"]
    input_size = contents.get("input_size", INPUT_SIZE)
    model = CharacterNet(len(names), convolutions=convolutions_of(state), input_size=input_size)
    model.load_state_dict(state)
    return model, names
