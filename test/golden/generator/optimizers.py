"""Golden cases of the optimizers, gradient clipping and the initializers' bounds."""

import math

import torch
from torch import nn

from .fixture import Draw, case

STEPS = 10

# name: (class, options)
OPTIMIZERS = {
    "sgd": ("sgd", {"lr": 0.1}),
    "sgd_momentum": ("sgd", {"lr": 0.1, "momentum": 0.9}),
    "sgd_nesterov": ("sgd", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "sgd_weight_decay": ("sgd", {"lr": 0.1, "weight_decay": 0.01}),
    "sgd_momentum_weight_decay": ("sgd", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    "sgd_dampening": ("sgd", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    "adam": ("adam", {"lr": 1e-3}),
    "adam_custom": ("adam", {"lr": 0.01, "betas": [0.8, 0.95], "eps": 1e-6}),
    "adam_weight_decay": ("adam", {"lr": 1e-3, "weight_decay": 0.1}),
    "adamw": ("adamw", {"lr": 1e-3, "weight_decay": 0.05}),
    "adamw_default": ("adamw", {"lr": 1e-3}),
    "sgd_maximize": ("sgd", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01, "maximize": True}),
    "adam_amsgrad": ("adam", {"lr": 1e-2, "betas": [0.8, 0.7], "amsgrad": True}),
    "adam_amsgrad_weight_decay": ("adam", {"lr": 1e-3, "weight_decay": 0.1, "amsgrad": True}),
    "adam_maximize": ("adam", {"lr": 1e-3, "weight_decay": 0.1, "maximize": True}),
    "adamw_amsgrad_maximize": ("adamw", {"lr": 1e-3, "amsgrad": True, "maximize": True}),
    "rmsprop": ("rmsprop", {"lr": 0.01}),
    "rmsprop_custom": ("rmsprop", {"lr": 1e-3, "alpha": 0.8, "eps": 1e-4}),
    "rmsprop_weight_decay": ("rmsprop", {"lr": 0.01, "weight_decay": 0.1}),
    "rmsprop_momentum": ("rmsprop", {"lr": 1e-3, "momentum": 0.9}),
    "rmsprop_centered": ("rmsprop", {"lr": 1e-3, "centered": True}),
    "rmsprop_all": (
        "rmsprop",
        {"lr": 1e-3, "alpha": 0.9, "weight_decay": 0.1, "momentum": 0.9, "centered": True, "maximize": True},
    ),
    "adagrad": ("adagrad", {"lr": 0.1}),
    "adagrad_lr_decay": ("adagrad", {"lr": 0.1, "lr_decay": 0.2, "weight_decay": 0.1}),
    "adagrad_initial": ("adagrad", {"lr": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3}),
    "adagrad_maximize": ("adagrad", {"lr": 0.01, "weight_decay": 0.1, "maximize": True}),
}
DEFAULTS = {
    "sgd": {"momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False},
    "adam": {"betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0},
    "adamw": {"betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.01},
    "rmsprop": {"alpha": 0.99, "eps": 1e-8, "weight_decay": 0, "momentum": 0, "centered": False},
    "adagrad": {"lr_decay": 0, "weight_decay": 0, "initial_accumulator_value": 0, "eps": 1e-10},
}
CLASSES = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}


def optim():
    cases = []
    for name, (kind, options) in OPTIMIZERS.items():
        draw = Draw(f"optim/{name}")
        initial = draw.normal(12)
        # Gradients from 1e-4 to 10, the fourth always zero, to test Adam's eps and division by zero.
        scales = torch.logspace(-4, 1, 12, dtype=torch.float64)
        scales[3] = 0
        gradients = (draw.normal(STEPS, 12) * scales).float().double()
        parameter = nn.Parameter(initial.clone())
        optimizer = CLASSES[kind]([parameter], **options)
        after = []
        for gradient in gradients:
            parameter.grad = gradient.clone()
            optimizer.step()
            after.append(parameter.detach().clone())
        tensors = {"initial": initial, "gradients": gradients, "after": torch.stack(after)}
        cases.append(case(name, {"kind": kind, **DEFAULTS[kind], **options}, tensors))
    return cases + clipping_cases()


def clipping_cases():
    cases = []
    for name, options, scale in (
        ("clip_norm_above", {"kind": "clip_grad_norm", "max_norm": 1.0}, 2.0),
        ("clip_norm_below", {"kind": "clip_grad_norm", "max_norm": 1.0}, 0.05),
        ("clip_norm_zero", {"kind": "clip_grad_norm", "max_norm": 1.0}, 0.0),
        ("clip_norm_1", {"kind": "clip_grad_norm", "max_norm": 1.0, "norm_type": 1.0}, 2.0),
        ("clip_norm_3", {"kind": "clip_grad_norm", "max_norm": 1.0, "norm_type": 3.0}, 2.0),
        ("clip_norm_half", {"kind": "clip_grad_norm", "max_norm": 1.0, "norm_type": 0.5}, 0.02),
        ("clip_norm_inf", {"kind": "clip_grad_norm", "max_norm": 1.0, "norm_type": math.inf}, 2.0),
        ("clip_norm_inf_below", {"kind": "clip_grad_norm", "max_norm": 9.0, "norm_type": math.inf}, 2.0),
        ("clip_norm_1_zero", {"kind": "clip_grad_norm", "max_norm": 1.0, "norm_type": 1.0}, 0.0),
        ("clip_norm_3_zero", {"kind": "clip_grad_norm", "max_norm": 1.0, "norm_type": 3.0}, 0.0),
        ("clip_value", {"kind": "clip_grad_value", "clip_value": 0.5}, 1.0),
    ):
        draw = Draw(f"optim/{name}")
        before = [draw.normal(3, 4, scale=scale), draw.normal(5, scale=scale)]
        parameters = [nn.Parameter(torch.zeros_like(gradient)) for gradient in before]
        for parameter, gradient in zip(parameters, before):
            parameter.grad = gradient.clone()
        values = {}
        if options["kind"] == "clip_grad_norm":
            norm_type = options.get("norm_type", 2.0)
            values["norm"] = float(nn.utils.clip_grad_norm_(parameters, options["max_norm"], norm_type))
        else:
            nn.utils.clip_grad_value_(parameters, options["clip_value"])
        tensors = {"before_0": before[0], "before_1": before[1]}
        tensors.update({"after_0": parameters[0].grad, "after_1": parameters[1].grad})
        cases.append(case(name, options, tensors, values))
    return cases


class Recorder(torch.Tensor):
    """A tensor that records the distribution an initializer fills it with, so that bounds come from PyTorch's code."""

    def uniform_(self, low=0.0, high=1.0):
        self.drawn = {"distribution": "uniform", "low": float(low), "high": float(high)}
        return self

    def normal_(self, mean=0.0, std=1.0):
        self.drawn = {"distribution": "normal", "mean": float(mean), "std": float(std)}
        return self


SHAPES = {"linear_1152_256": [256, 1152], "conv_32_64_3": [64, 32, 3, 3]}


def init():
    # The default initialization of the weights of nn.Linear and nn.Conv2d.
    default = {"mode": "fan_in", "nonlinearity": "leaky_relu", "a": math.sqrt(5)}
    initializers = {"default_weight": (nn.init.kaiming_uniform_, default)}
    for distribution in ("uniform", "normal"):
        kaiming = getattr(nn.init, f"kaiming_{distribution}_")
        for mode in ("fan_in", "fan_out"):
            for nonlinearity, a in (("relu", 0), ("leaky_relu", 0.01), ("leaky_relu", 0.2)):
                options = {"mode": mode, "nonlinearity": nonlinearity, "a": a}
                initializers[f"kaiming_{distribution}_{mode}_{nonlinearity}_{a:g}"] = (kaiming, options)
        xavier = getattr(nn.init, f"xavier_{distribution}_")
        for gain in (1.0, nn.init.calculate_gain("relu"), nn.init.calculate_gain("tanh")):
            initializers[f"xavier_{distribution}_gain_{gain:.3f}"] = (xavier, {"gain": gain})
    cases = [gains_case()]
    for shape_name, shape in SHAPES.items():
        fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
        fans = {"fan_in": fan_in, "fan_out": fan_out}
        for name, (initialize, options) in initializers.items():
            tensor = torch.empty(shape).as_subclass(Recorder)
            initialize(tensor, **options)
            options = {"initialiser": initialize.__name__.rstrip("_"), "shape": shape, **options}
            cases.append(case(f"{name}/{shape_name}", options, values={**fans, **tensor.drawn}))
    cases.append(case("default_bias/linear_1152_256", {"shape": [256]}, values=bias_bound(nn.Linear(1152, 256))))
    cases.append(case("default_bias/conv_32_64_3", {"shape": [64]}, values=bias_bound(nn.Conv2d(32, 64, 3))))
    return cases


def bias_bound(layer):
    """The bound of the default bias of nn.Linear and nn.Conv2d, recorded during reset_parameters."""
    recorded = {}
    original = nn.init.uniform_
    nn.init.uniform_ = lambda tensor, low, high: recorded.update(distribution="uniform", low=low, high=high)
    try:
        layer.reset_parameters()
    finally:
        nn.init.uniform_ = original
    return recorded


def gains_case():
    values = {name: nn.init.calculate_gain(name) for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "selu")}
    values["leaky_relu"] = nn.init.calculate_gain("leaky_relu")
    values["leaky_relu_0.2"] = nn.init.calculate_gain("leaky_relu", 0.2)
    values["leaky_relu_sqrt5"] = nn.init.calculate_gain("leaky_relu", math.sqrt(5))
    return case("gains", values=values)
