"""Losses; see operations.py."""

import torch.nn.functional as F

from .operations import ANY, SCALED, operation


def draw_reduction(draw):
    return {} if draw.chance(0.3) else {"reduction": draw.choice(["mean", "sum", "none"])}


# ---- labels -------------------------------------------------------------------------------


def draw_labels(draw, options):
    """Scores [N, classes, ...], labels and possibly class weights."""
    batch, classes = (400, 47) if draw.wide else (draw.size(6), draw.integer(1, 9))
    rest = [draw.size(4) for _ in range(draw.integer(1, 2))] if draw.chance(0.3) and not draw.wide else []
    numbers = [*range(classes)]
    if draw.chance(0.4):
        options["ignoreIndex"] = draw.choice([0, classes - 1, -100, -1])
        numbers += [options["ignoreIndex"]] * classes
    labels = draw.input(
        [batch, *rest], grad=False, values=lambda count: [float(draw.choice(numbers)) for _ in range(count)]
    )
    inputs = [draw.input([batch, classes, *rest]), labels]
    if draw.chance(0.4):
        options["weights"] = ["weight"]
        inputs.append(draw.input([classes], kind="plain", low=0, grad=False))
    return inputs


def label_arguments(labels, weight, options):
    # Without ignoreIndex no label is ignored; the default of PyTorch is -100, which is never drawn then.
    return {
        "target": labels.long(),
        "weight": weight,
        "ignore_index": options.get("ignoreIndex", -100),
        "reduction": options.get("reduction", "mean"),
    }


@operation(SCALED, 3.5)
def crossEntropy(draw):
    options = draw_reduction(draw)
    if draw.chance(0.5):
        options["labelSmoothing"] = draw.choice([0.1, 0.25, 0.5, 1.0])
    smoothing = options.get("labelSmoothing", 0.0)
    inputs = draw_labels(draw, options)
    return options, inputs, lambda logits, labels, weight=None: F.cross_entropy(
        logits, label_smoothing=smoothing, **label_arguments(labels, weight, options)
    )


@operation(SCALED, 2)
def nllLoss(draw):
    options = draw_reduction(draw)
    inputs = draw_labels(draw, options)
    return options, inputs, lambda scores, labels, weight=None: F.nll_loss(
        scores, **label_arguments(labels, weight, options)
    )


@operation(SCALED, 1.5)
def softCrossEntropy(draw):
    shape = [400, 47] if draw.wide else [draw.size(6), draw.integer(1, 9)]
    options = draw_reduction(draw)
    inputs = [draw.input(shape), draw.input(shape, kind="plain", low=0)]
    reduction = options.get("reduction", "mean")
    return options, inputs, lambda logits, targets: F.cross_entropy(logits, targets, reduction=reduction)


# ---- probabilities ------------------------------------------------------------------------


def draw_weights(draw, options, shape, names):
    """Weights that broadcast to `shape`, for some of the names."""
    options["weights"] = [name for name in names if draw.chance(0.4)]
    return [draw.input(draw.broadcast_to(shape), kind="plain", low=0, grad=False) for _ in options["weights"]]


def weight_arguments(weights, options):
    names = {"weight": "weight", "posWeight": "pos_weight"}
    arguments = {names[name]: weight for name, weight in zip(options["weights"], weights)}
    return arguments | {"reduction": options.get("reduction", "mean")}


@operation(["plain", "ties"], 1.5)
def binaryCrossEntropy(draw):
    shape, options = draw.shape(0, 4), draw_reduction(draw)
    # Where a probability is 0 or 1, the gradient of the target is infinite.
    ends = draw.kind == "ties"
    low = 0 if ends else 1
    probability = lambda count: [draw.integer(low, 64 - low) / 64 for _ in range(count)]  # noqa: E731
    edge = lambda count: [draw.choice([0.0, 0.25, 1.0]) for _ in range(count)]  # noqa: E731
    inputs = [draw.input(shape, values=edge if ends else probability), draw.input(shape, kind="plain", low=0, high=1)]
    inputs += draw_weights(draw, options, shape, ["weight"])
    return options, inputs, lambda x, target, *weights: F.binary_cross_entropy(
        x, target, **weight_arguments(weights, options)
    )


@operation(ANY, 2)
def binaryCrossEntropyWithLogits(draw):
    shape, options = draw.shape(0, 4), draw_reduction(draw)
    inputs = [draw.input(shape), draw.input(shape, kind="plain", low=0, high=1)]
    inputs += draw_weights(draw, options, shape, ["weight", "posWeight"])
    return options, inputs, lambda x, target, *weights: F.binary_cross_entropy_with_logits(
        x, target, **weight_arguments(weights, options)
    )


@operation(ANY, 1.5)
def klDiv(draw):
    shape, options = draw.shape(0, 4), {"logTarget": draw.chance(0.5)}
    if draw.chance(0.8):
        options["reduction"] = draw.choice(["mean", "sum", "none", "batchMean"])
    inputs = [draw.input(shape), draw.input(shape, low=-2 if options["logTarget"] else 0)]
    reduction = options.get("reduction", "mean").lower()
    return options, inputs, lambda x, target: F.kl_div(
        x, target, reduction=reduction, log_target=options["logTarget"]
    )


# ---- regression ---------------------------------------------------------------------------


def register_regression(name, function, draw_options=lambda draw: {}, weight=1):
    def draw_case(draw):
        shape, options, reduction = draw.shape(0, 4), draw_options(draw), draw_reduction(draw)
        inputs = [draw.input(shape), draw.input(shape)]
        return options | reduction, inputs, lambda a, b: function(a, b, **reduction, **options)

    operation(SCALED, weight, name)(draw_case)


register_regression("mse", F.mse_loss)
register_regression("l1", F.l1_loss)
register_regression("huber", F.huber_loss, lambda draw: {"delta": draw.choice([1.0, 0.5, 2.0, 0.015625])})
register_regression("smoothL1", F.smooth_l1_loss, lambda draw: {"beta": draw.choice([1.0, 0.5, 2.0, 0.0])})
