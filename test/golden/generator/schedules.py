"""Golden cases of the learning-rate schedules, computed by PyTorch in Python's float64."""

import math

import torch
from torch.optim import lr_scheduler

from .fixture import Draw, case

PLATEAU_EPOCHS = 60

# name: (options that differ from the defaults, name of the metric curve)
PLATEAU = {
    "default": ({}, "falling"),
    "patience_0": ({"patience": 0}, "falling"),
    "patience_2": ({"patience": 2}, "falling"),
    "patience_2_emnist": ({"patience": 2, "factor": 0.1}, "noisy"),
    "patience_10_flat": ({"patience": 10}, "flat"),
    "max": ({"mode": "max", "patience": 2}, "rising"),
    "max_abs": ({"mode": "max", "patience": 2, "threshold_mode": "abs", "threshold": 0.01}, "rising"),
    "max_rel_negative": ({"mode": "max", "patience": 2, "threshold": 0.01}, "negative"),
    "min_abs": ({"patience": 2, "threshold_mode": "abs", "threshold": 0.05}, "falling"),
    "min_rel_large_threshold": ({"patience": 2, "threshold": 0.1}, "falling"),
    "min_rel_negative": ({"patience": 2, "threshold": 0.01}, "negative"),
    "threshold_0_ties": ({"patience": 2, "threshold": 0}, "ties"),
    "ties": ({"patience": 2}, "ties"),
    "factor_0.5": ({"factor": 0.5, "patience": 2}, "noisy"),
    "cooldown_3": ({"factor": 0.5, "patience": 1, "cooldown": 3}, "flat"),
    "cooldown_5_noisy": ({"factor": 0.5, "patience": 2, "cooldown": 5}, "noisy"),
    "min_lr": ({"factor": 0.3, "patience": 1, "min_lr": 1e-4}, "flat"),
    "eps": ({"factor": 0.5, "patience": 1, "eps": 1e-3}, "flat"),
    "eps_small": ({"factor": 0.1, "patience": 0, "eps": 1e-12}, "flat"),
    "nan": ({"factor": 0.5, "patience": 2}, "nan"),
    "nan_max": ({"mode": "max", "factor": 0.5, "patience": 2}, "nan"),
    "infinite": ({"factor": 0.5, "patience": 2}, "infinite"),
}
PLATEAU_DEFAULTS = {
    "mode": "min",
    "factor": 0.1,
    "patience": 10,
    "threshold": 1e-4,
    "threshold_mode": "rel",
    "cooldown": 0,
    "min_lr": 0,
    "eps": 1e-8,
}


def curve(kind):
    """60 metrics on a 1/1024 grid: exact in both languages, and often equal."""
    noise = Draw(f"plateau/{kind}").normal(PLATEAU_EPOCHS).tolist()
    grid = lambda value: round(value * 1024) / 1024  # noqa: E731
    epochs = range(PLATEAU_EPOCHS)
    falling = [grid(0.3 + 1.2 * math.exp(-epoch / 6) + 0.01 * noise[epoch]) for epoch in epochs]
    if kind == "rising":
        return [grid(0.9 - 0.6 * math.exp(-epoch / 6) + 0.01 * noise[epoch]) for epoch in epochs]
    if kind == "negative":
        return [value - 2 for value in falling]
    if kind == "noisy":
        return [grid(0.4 + math.exp(-epoch / 4) + 0.1 * abs(noise[epoch])) for epoch in epochs]
    if kind == "flat":
        return [1.0] * PLATEAU_EPOCHS
    if kind == "ties":
        return [1 - 0.125 * min(epoch // 5, 4) for epoch in epochs]
    if kind == "nan":
        return [math.nan if epoch in (0, 7, 8, 9, 10, 30) else falling[epoch] for epoch in epochs]
    if kind == "infinite":
        return [math.inf if epoch in (0, 7, 8, 9, 10, 30) else falling[epoch] for epoch in epochs]
    return falling


def plateau():
    cases = []
    for name, (chosen, kind) in PLATEAU.items():
        options = {**PLATEAU_DEFAULTS, **chosen}
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.01)
        scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        traced = {key: [] for key in ("metrics", "lr", "best", "num_bad_epochs", "cooldown_counter")}
        for metric in curve(kind):
            scheduler.step(metric)
            traced["metrics"].append(metric)
            traced["lr"].append(optimizer.param_groups[0]["lr"])
            traced["best"].append(float(scheduler.best))
            traced["num_bad_epochs"].append(scheduler.num_bad_epochs)
            traced["cooldown_counter"].append(scheduler.cooldown_counter)
        cases.append(case(name, {"lr": 0.01, **options}, values=traced))
    return cases


def warmup_cosine(warmup, total, floor):
    """The factor for step t = 0, 1, ...: linear to 1 at the last warm-up step, then half a cosine."""

    def factor(step):
        if step < warmup:
            return (step + 1) / warmup
        progress = min(1, (step - warmup) / (total - warmup))
        return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))

    return factor


def trace(build, steps, kind="sgd", lr=0.1):
    """The optimizer's settings in each step 0 ... steps - 1, with a scheduler step after each."""
    parameters = [torch.nn.Parameter(torch.zeros(1))]
    sgd = kind == "sgd"
    optimizer = torch.optim.SGD(parameters, lr=lr, momentum=0.9) if sgd else torch.optim.Adam(parameters, lr=lr)
    scheduler = build(optimizer)
    rates, momenta = [], []
    for step in range(steps):
        group = optimizer.param_groups[0]
        rates.append(float(group["lr"]))
        momenta.append(float(group["momentum"] if sgd else group["betas"][0]))
        optimizer.step()
        if step + 1 < steps:
            scheduler.step()
    return {"lr": rates}, {"momentum" if sgd else "beta1": momenta}


ONE_CYCLE = {
    "default": {},
    "custom": {"pct_start": 0.25, "div_factor": 10, "final_div_factor": 100, "base_momentum": 0.8, "max_momentum": 0.9},
}
ONE_CYCLE_DEFAULTS = {
    "max_lr": 0.1,
    "total_steps": 50,
    "pct_start": 0.3,
    "cycle_momentum": True,
    "base_momentum": 0.85,
    "max_momentum": 0.95,
    "div_factor": 25,
    "final_div_factor": 10000,
    "three_phase": False,
}


def group_trace(build, steps):
    """The learning rates of two parameter groups (initially 0.1 and 0.03) in each step 0 ... steps - 1."""
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))]} for _ in range(2)]
    groups[1]["lr"] = 0.03
    optimizer = torch.optim.SGD(groups, lr=0.1)
    scheduler = build(optimizer)
    rates = {"lr": [], "lr_1": []}
    for step in range(steps):
        for key, group in zip(rates, optimizer.param_groups):
            rates[key].append(float(group["lr"]))
        optimizer.step()
        if step + 1 < steps:
            scheduler.step()
    return rates


def warmup(optimizer):
    return lr_scheduler.LambdaLR(optimizer, lambda step: (step + 1) / 5)


def group_cases():
    """Schedules of two parameter groups."""
    builds = {
        "exponential": (
            {"kind": "exponential", "gamma": 0.9},
            lambda optimizer: lr_scheduler.ExponentialLR(optimizer, gamma=0.9),
        ),
        "lambda": (
            {"kind": "lambda"},
            lambda optimizer: lr_scheduler.LambdaLR(
                optimizer, [lambda step: 1 / (1 + step), lambda step: 0.5 ** (step // 4)]
            ),
        ),
        "sequential": (
            {"kind": "sequential", "milestones": [5], "gamma": 0.9},
            lambda optimizer: lr_scheduler.SequentialLR(
                optimizer, [warmup(optimizer), lr_scheduler.ExponentialLR(optimizer, gamma=0.9)], milestones=[5]
            ),
        ),
        "sequential_three": (
            {"kind": "sequential", "milestones": [5, 12], "gamma": 0.9, "step_size": 4},
            lambda optimizer: lr_scheduler.SequentialLR(
                optimizer,
                [
                    warmup(optimizer),
                    lr_scheduler.ExponentialLR(optimizer, gamma=0.9),
                    lr_scheduler.StepLR(optimizer, step_size=4),
                ],
                milestones=[5, 12],
            ),
        ),
    }
    for name, options in {
        "warm_restarts": {"T_0": 7, "T_mult": 1, "eta_min": 0.0},
        "warm_restarts_2": {"T_0": 4, "T_mult": 2, "eta_min": 1e-3},
        "warm_restarts_3": {"T_0": 1, "T_mult": 3, "eta_min": 0.0},
    }.items():
        builds[name] = (
            {"kind": "warm_restarts", **options},
            lambda optimizer, options=options: lr_scheduler.CosineAnnealingWarmRestarts(optimizer, **options),
        )
    return [case(name, options, values=group_trace(build, 40)) for name, (options, build) in builds.items()]


WARMUP_COSINE = {"warmup_cosine": (5, 0.0), "warmup_cosine_floor": (8, 0.05), "warmup_cosine_0": (0, 0.0)}


def schedule():
    cases = []
    options = {"step_size": 7, "gamma": 0.3}
    rates, _ = trace(lambda optimizer: lr_scheduler.StepLR(optimizer, **options), 50)
    cases.append(case("step", {"kind": "step", "lr": 0.1, **options}, values=rates))
    options = {"T_max": 40, "eta_min": 1e-3}
    rates, _ = trace(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, **options), 41)
    cases.append(case("cosine", {"kind": "cosine", "lr": 0.1, **options}, values=rates))
    for name, (warmup, floor) in WARMUP_COSINE.items():
        options = {"warmup_steps": warmup, "total_steps": 50, "floor": floor}
        factor = warmup_cosine(warmup, 50, floor)
        rates, _ = trace(lambda optimizer: lr_scheduler.LambdaLR(optimizer, factor), 60)
        cases.append(case(name, {"kind": "warmup_cosine", "lr": 0.1, **options}, values=rates))
    for name, chosen in ONE_CYCLE.items():
        for anneal in ("cos", "linear"):
            for kind in ("sgd", "adam"):
                options = {**ONE_CYCLE_DEFAULTS, **chosen, "anneal_strategy": anneal}
                build = lambda optimizer: lr_scheduler.OneCycleLR(optimizer, **options)  # noqa: E731
                rates, momenta = trace(build, 50, kind)
                described = {"kind": "one_cycle", "optimizer": kind, **options}
                cases.append(case(f"one_cycle_{name}_{anneal}_{kind}", described, values={**rates, **momenta}))
    return cases + group_cases()
