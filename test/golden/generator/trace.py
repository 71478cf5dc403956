"""The training trace: 30 Adam steps of the whole network, in float64 and float32, and their divergence."""

from collections import OrderedDict

import torch
from torch import nn

from . import formula
from .fixture import case

STEPS = 30
STORED = 512
DISTURBANCE = 1e-6
DISTURBED_RUNS = 6


def network():
    """The EMNIST network. State-dict keys come from the indices of nn.Sequential."""
    conv_layers = []
    for inputs, outputs in ((1, 32), (32, 64), (64, 128)):
        conv_layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
    fc_layers = [nn.Linear(1152, 256), nn.ReLU(), nn.Dropout(0), nn.Linear(256, formula.CLASSES)]
    groups = [("conv_layers", nn.Sequential(*conv_layers)), ("flatten", nn.Flatten())]
    model = nn.Sequential(OrderedDict([*groups, ("fc_layers", nn.Sequential(*fc_layers))]))
    table = formula.state_table()
    assert [row[0] for row in table] == list(model.state_dict())
    model.load_state_dict({row[0]: torch.from_numpy(formula.initial_tensor(*row)) for row in table})
    return model


def run(dtype, options, disturbance=0.0, seed=0):
    """Returns the losses of 30 steps, the gradients of the first, and the state dict after the last."""
    model = network().to(dtype).train()
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter.data.mul_(1 + disturbance * torch.randn(parameter.shape, generator=generator))
    optimizer = torch.optim.Adam(model.parameters(), **options)
    losses, first = [], {}
    for step in range(STEPS):
        x = torch.from_numpy(formula.images(step)).to(dtype)
        loss = nn.functional.cross_entropy(model(x), torch.from_numpy(formula.labels(step)))
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            first = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
    return losses, first, model.state_dict()


def stride(tensor):
    """The k of "every k-th element is stored", which stores at most 512 elements."""
    return -(-tensor.numel() // STORED)


def sample(tensor):
    return tensor.flatten()[:: stride(tensor)].to(torch.float64)


def drift(runs, exact):
    """The largest deviation of float32 tensors from the float64 one."""
    errors = [(single.double() - exact).abs() for single in runs]
    norm = float(exact.norm())
    return {
        "max_abs": max(float(error.max()) for error in errors),
        "relative_l2": max(float(error.norm()) for error in errors) / norm if norm > 0 else None,
    }


def loss_drift(runs, exact):
    """For each step, the largest relative deviation of the runs' losses up to it."""
    worst, so_far = [], 0.0
    for step, loss in enumerate(exact):
        so_far = max([so_far, *(abs(losses[step] - loss) / loss for losses in runs)])
        worst.append(so_far)
    return worst


def training_case(name, options):
    """The trace in float64 (the exact result) and float32, and the divergence caused by rounding.

    A rounding error can flip a ReLU or a maximum and send its gradient elsewhere, so float32 runs that differ in the
    last bit diverge. The disturbed runs, float32 from weights changed by 1e-6 relative, measure by how much.
    """
    losses, first, final = run(torch.float64, options)
    plain = run(torch.float32, options)
    disturbed = [plain, *(run(torch.float32, options, DISTURBANCE, seed) for seed in range(DISTURBED_RUNS))]
    keys = [key for key in final if final[key].dtype.is_floating_point]
    tensors = {}
    for key in first:
        tensors[f"grad/{key}"], tensors[f"grad32/{key}"] = sample(first[key]), sample(plain[1][key])
    for key in keys:
        tensors[f"final/{key}"], tensors[f"final32/{key}"] = sample(final[key]), sample(plain[2][key])
    values = {
        "losses": losses,
        "losses32": plain[0],
        "num_batches_tracked": int(final["conv_layers.1.num_batches_tracked"]),
        "stride": {key: stride(final[key]) for key in keys},
        "loss_drift32": loss_drift([plain[0]], losses),
        "loss_drift_disturbed": loss_drift([one[0] for one in disturbed], losses),
        "grad_drift32": {key: drift([plain[1][key]], first[key]) for key in first},
        "final_drift32": {key: drift([plain[2][key]], final[key]) for key in keys},
        "final_drift_disturbed": {key: drift([one[2][key] for one in disturbed], final[key]) for key in keys},
    }
    report(name, options, values)
    described = {"optimizer": "adam", "betas": [0.9, 0.999], "weight_decay": 0, **options}
    described.update(batch=formula.BATCH, steps=STEPS, disturbance=DISTURBANCE)
    return case(name, described, tensors, values)


def report(name, options, values):
    print(f"trace {name} {options}: loss {values['losses'][0]:.4f} -> {values['losses'][-1]:.4f}")
    print("  deviation from float64, of float32 and of float32 from disturbed weights:")
    for step in (4, 9, 14, 19, 29):
        plain, disturbed = values["loss_drift32"][step], values["loss_drift_disturbed"][step]
        print(f"  losses of {step + 1:2d} steps, relative       {plain:.1e}  {disturbed:.1e}")
    for key, plain in values["final_drift32"].items():
        disturbed = values["final_drift_disturbed"][key]
        print(
            f"  {key:32s} max {plain['max_abs']:.1e}  {disturbed['max_abs']:.1e}"
            f"   relative L2 {plain['relative_l2']:.1e}  {disturbed['relative_l2']:.1e}"
        )


def formula_case():
    """Samples and checksums that verify formula.ts against formula.py."""
    values = {"tensors": {}, "images": [], "labels": []}
    for name, shape, center, bound in formula.state_table():
        tensor = formula.initial_tensor(name, shape, center, bound).reshape(-1)
        indices = sorted({0, tensor.size // 3, tensor.size // 2, tensor.size - 1})
        samples = [[index, float(tensor[index])] for index in indices]
        values["tensors"][name] = {"shape": shape, "samples": samples, "checksum": formula.checksum(tensor)}
    for step in range(STEPS):
        batch = formula.images(step).reshape(-1)
        indices = [0, 3000 + 37 * step, batch.size - 1]
        samples = [[index, float(batch[index])] for index in indices]
        values["images"].append({"samples": samples, "checksum": formula.checksum(batch)})
        values["labels"].append(formula.labels(step).tolist())
    return case("formula", {"batch": formula.BATCH, "classes": formula.CLASSES, "side": formula.SIDE}, values=values)


def trace():
    return [
        formula_case(),
        # The recipe's settings. Chaotic in float32: tight tolerances are possible only in float64.
        training_case("adam", {"lr": 1e-3, "eps": 1e-8}),
        # A tenth of the learning rate, and an eps that prevents Adam from amplifying rounding noise to full steps.
        training_case("adam_tame", {"lr": 1e-4, "eps": 1e-4}),
    ]
