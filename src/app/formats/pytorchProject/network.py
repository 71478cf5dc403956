"""The network: blocks of convolution, batch norm, ReLU and pooling, then two linear layers.

Layer names are those of inkgrad and of the PyTorch original, so state dicts can be exchanged. Imports only torch.
"""

import torch
from torch import nn

INPUT_SIZE = (1, 28, 28)  # channels, height, width of EMNIST images
BLOCKS = ((32, 1), (64, 1), (128, 1))  # output channels and convolutions of each block


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

    blocks: output channels and number of convolutions of each block.
    hidden: units of the hidden layer.
    """

    def __init__(self, classes, dropout=0.5, blocks=BLOCKS, hidden=256, input_size=INPUT_SIZE):
        super().__init__()
        self.architecture = {"blocks": blocks, "hidden": hidden}
        self.input_size = tuple(input_size)
        channels, height, width = input_size
        layers = []
        for out_channels, convolutions in blocks:  # default: [N, 32, 14, 14], [N, 64, 7, 7], [N, 128, 3, 3]
            layers += block(channels, out_channels, convolutions)
            channels, height, width = out_channels, height // 2, width // 2
        self.conv_layers = nn.Sequential(*layers)
        self.fc_layers = nn.Sequential(
            nn.Linear(channels * height * width, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, classes),
        )

    def forward(self, x):
        return self.fc_layers(self.conv_layers(x).flatten(1))


def architecture_of(state):
    """Returns blocks and hidden units, from the names and shapes in a state dict."""
    blocks, end = [], None
    filters = {int(name.split(".")[1]): value.shape[0] for name, value in state.items() if value.dim() == 4}
    for index, channels in sorted(filters.items()):
        if index == end:  # no pooling between them
            blocks[-1] = (channels, blocks[-1][1] + 1)
        else:
            blocks.append((channels, 1))
        end = index + 3
    return {"blocks": tuple(blocks), "hidden": state["fc_layers.0.weight"].shape[0]}


def load_model(path):
    """Loads a network from a file written by inkgrad or train.py; returns it with the class names."""
    contents = torch.load(path, map_location="cpu")
    names = list(contents["class_mapping"])
    state = contents["model_state_dict"]
    input_size = contents.get("input_size", INPUT_SIZE)
    model = CharacterNet(len(names), input_size=input_size, **architecture_of(state))
    model.load_state_dict(state)
    return model, names
