"""Golden cases of the layers of a convolutional network: conv2d, batch norm, pooling."""

import torch
import torch.nn.functional as F

from .fixture import Draw, case, differentiate

# name: (x, weight, options that differ from PyTorch's defaults)
CONV2D = {
    "k3": ([2, 3, 7, 6], [4, 3, 3, 3], {}),
    "k3_pad1": ([2, 4, 7, 6], [5, 4, 3, 3], {"padding": 1}),
    "k3_pad1_network": ([3, 1, 9, 9], [8, 1, 3, 3], {"padding": 1}),
    "k3_pad1_single_pixel": ([2, 3, 1, 1], [2, 3, 3, 3], {"padding": 1}),
    "k1": ([2, 4, 5, 3], [6, 4, 1, 1], {}),
    "k1_stride2": ([2, 4, 7, 6], [3, 4, 1, 1], {"stride": 2}),
    "k5_pad2": ([2, 2, 7, 6], [3, 2, 5, 5], {"padding": 2}),
    "k5_stride2_pad1": ([1, 2, 9, 8], [3, 2, 5, 5], {"stride": 2, "padding": 1}),
    "k3x2_pad1x2": ([2, 4, 7, 6], [3, 4, 3, 2], {"padding": [1, 2]}),
    "k3_stride2_pad1": ([2, 4, 7, 6], [4, 4, 3, 3], {"stride": 2, "padding": 1}),
    "k3_stride2x1": ([2, 4, 7, 6], [3, 4, 3, 3], {"stride": [2, 1]}),
    "k3_stride2x1_pad1x2": ([2, 4, 7, 6], [3, 4, 3, 3], {"stride": [2, 1], "padding": [1, 2]}),
    "k3_dilation2": ([2, 3, 7, 6], [4, 3, 3, 3], {"dilation": 2}),
    "k3_dilation2_pad1_stride2": ([2, 3, 8, 7], [2, 3, 3, 3], {"dilation": 2, "padding": 1, "stride": 2}),
    "k3_dilation2x1_pad1x2": ([1, 3, 7, 6], [4, 3, 3, 3], {"dilation": [2, 1], "padding": [1, 2]}),
    "k3_groups2_pad1": ([2, 4, 7, 6], [6, 2, 3, 3], {"groups": 2, "padding": 1}),
    "k3_groups2_stride2_dilation2": (
        [2, 4, 7, 6],
        [4, 2, 3, 3],
        {"groups": 2, "stride": 2, "padding": 1, "dilation": 2},
    ),
    "k3_depthwise_pad1": ([2, 4, 7, 6], [4, 1, 3, 3], {"groups": 4, "padding": 1}),
    "k3x2_depthwise_x2": ([2, 3, 5, 6], [6, 1, 3, 2], {"groups": 3, "stride": [2, 1]}),
}


def conv2d():
    cases = []
    for name, (x_shape, w_shape, options) in CONV2D.items():
        options = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, **options}
        for bias in (True, False):
            full_name = name if bias else f"{name}_nobias"
            draw = Draw(f"conv2d/{full_name}")
            inputs = {"x": draw.normal(*x_shape), "weight": draw.normal(*w_shape, scale=0.3)}
            if bias:
                inputs["bias"] = draw.normal(w_shape[0])
            run = lambda *operands: F.conv2d(*operands, **options)  # noqa: E731
            cases.append(case(full_name, {**options, "bias": bias}, differentiate(run, inputs, draw)))
    return cases


# name: (x, momentum, eps)
BATCHNORM = {
    "default": ([4, 3, 5, 4], 0.1, 1e-5),
    "momentum_0.3": ([4, 3, 5, 4], 0.3, 1e-5),
    "eps_1e-3": ([3, 4, 3, 5], 0.1, 1e-3),
    "momentum_0.3_eps_1e-3": ([2, 5, 4, 3], 0.3, 1e-3),
    "n1": ([1, 3, 4, 5], 0.1, 1e-5),
    "n2_hw1": ([2, 4, 1, 1], 0.1, 1e-5),
}


def batch_norm_layer(draw, channels, momentum, eps):
    layer = torch.nn.BatchNorm2d(channels, eps=eps, momentum=momentum).double()
    layer.weight.data.copy_(1 + draw.normal(channels, scale=0.25))
    layer.bias.data.copy_(draw.normal(channels, scale=0.5))
    # Rounded, because 1 + a float32 stored as float64 is not representable in float32.
    layer.weight.data.copy_(layer.weight.data.float())
    return layer


def batchnorm():
    cases = []
    for name, (shape, momentum, eps) in BATCHNORM.items():
        options = {"momentum": momentum, "eps": eps}
        draw = Draw(f"batchnorm/{name}")
        layer = batch_norm_layer(draw, shape[1], momentum, eps)
        cases.append(case(f"{name}_train", {**options, "training": True}, *train_batches(layer, shape, draw)))
        cases.append(case(f"{name}_eval", {**options, "training": False}, *evaluate(layer, shape, draw)))
    return cases


def train_batches(layer, shape, draw):
    """Three batches in train mode: y and gradients of the first, running statistics after one and three."""
    # Each channel has a different mean and spread, so that batch statistics are far from 0 and 1.
    mean, spread = draw.normal(1, shape[1], 1, 1, scale=3), 1 + draw.normal(1, shape[1], 1, 1).abs()
    batches = [(draw.normal(*shape) * spread + mean).float().double() for _ in range(3)]

    def run(x, weight, bias):
        # F.batch_norm as called by nn.BatchNorm2d.forward, with separate leaves as weight and bias.
        layer.num_batches_tracked += 1
        statistics = (layer.running_mean, layer.running_var)
        return F.batch_norm(x, *statistics, weight, bias, True, layer.momentum, layer.eps)

    affine = (layer.weight.data.clone(), layer.bias.data.clone())
    tensors = differentiate(run, dict(zip(("x", "weight", "bias"), (batches[0], *affine))), draw)
    tensors["running_mean_1"], tensors["running_var_1"] = layer.running_mean.clone(), layer.running_var.clone()
    values = {"num_batches_tracked_1": int(layer.num_batches_tracked)}
    for batch in batches[1:]:
        run(batch, *affine)
    tensors["x_2"], tensors["x_3"] = batches[1:]
    tensors["running_mean_3"], tensors["running_var_3"] = layer.running_mean.clone(), layer.running_var.clone()
    values["num_batches_tracked_3"] = int(layer.num_batches_tracked)
    return tensors, values


def evaluate(layer, shape, draw):
    """Eval mode with the running statistics of three training batches."""
    statistics = [tensor.float().double() for tensor in (layer.running_mean, layer.running_var)]
    run = lambda x, weight, bias: F.batch_norm(x, *statistics, weight, bias, False, 0.0, layer.eps)  # noqa: E731
    inputs = {"x": draw.normal(*shape), "weight": layer.weight.data.clone(), "bias": layer.bias.data.clone()}
    tensors = differentiate(run, inputs, draw)
    tensors["running_mean"], tensors["running_var"] = statistics
    return tensors, {}


# name: (x, options); "ties" draws integers from 0 to 2, "constant" repeats one number
MAX_POOL = {
    "max_k2": ([2, 3, 6, 4], {"kernel_size": 2}),
    "max_k2_odd": ([2, 3, 7, 5], {"kernel_size": 2}),
    "max_k2_ties": ([2, 3, 7, 6], {"kernel_size": 2}),
    "max_k2_constant": ([1, 2, 6, 5], {"kernel_size": 2}),
    "max_k3_stride2": ([2, 3, 9, 7], {"kernel_size": 3, "stride": 2}),
    "max_k3_stride2_pad1": ([2, 3, 7, 8], {"kernel_size": 3, "stride": 2, "padding": 1}),
    "max_k3_stride2_pad1_ties": ([2, 3, 7, 8], {"kernel_size": 3, "stride": 2, "padding": 1}),
    "max_k3_stride2_pad1_constant": ([1, 2, 7, 8], {"kernel_size": 3, "stride": 2, "padding": 1}),
    "max_k3_stride1_pad1_ties": ([2, 2, 5, 6], {"kernel_size": 3, "stride": 1, "padding": 1}),
    "max_k2x3": ([2, 3, 7, 8], {"kernel_size": [2, 3]}),
    "max_k2x3_stride1x2_ties": ([2, 3, 6, 8], {"kernel_size": [2, 3], "stride": [1, 2]}),
    "max_k2_stride1x2": ([2, 2, 5, 6], {"kernel_size": 2, "stride": [1, 2]}),
}
AVERAGE_POOL = {
    "avg_k2": ([2, 3, 6, 4], {"kernel_size": 2}),
    "avg_k2_odd": ([2, 3, 7, 5], {"kernel_size": 2}),
    "avg_k3_stride2": ([2, 3, 9, 7], {"kernel_size": 3, "stride": 2}),
    "avg_k3_stride2_pad1": ([2, 3, 7, 8], {"kernel_size": 3, "stride": 2, "padding": 1}),
    "avg_k3_stride2_pad1_exclude": (
        [2, 3, 7, 8],
        {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
    ),
    "avg_k2x3_stride1x2": ([2, 3, 6, 8], {"kernel_size": [2, 3], "stride": [1, 2]}),
    "avg_k2x3_pad1_exclude": ([2, 3, 6, 8], {"kernel_size": [2, 3], "padding": 1, "count_include_pad": False}),
}


def pool():
    cases = []
    for name, (shape, options) in MAX_POOL.items():
        options = {"stride": options["kernel_size"], "padding": 0, "dilation": 1, **options}
        draw = Draw(f"pool/{name}")
        x = draw.normal(*shape)
        if name.endswith("ties"):
            x = draw.integers(0, 3, *shape)
        elif name.endswith("constant"):
            x = torch.full(shape, -1.5, dtype=torch.float64)
        tensors = differentiate(lambda leaf: F.max_pool2d(leaf, **options), {"x": x}, draw)
        # PyTorch's index is the position in the H x W plane of one channel: row * W + column.
        indices = F.max_pool2d(x, **options, return_indices=True)[1]
        cases.append(case(name, {"kind": "max", **options}, tensors, {"indices": indices.flatten().tolist()}))
    for name, (shape, options) in AVERAGE_POOL.items():
        options = {"stride": options["kernel_size"], "padding": 0, "count_include_pad": True, **options}
        draw = Draw(f"pool/{name}")
        tensors = differentiate(lambda leaf: F.avg_pool2d(leaf, **options), {"x": draw.normal(*shape)}, draw)
        cases.append(case(name, {"kind": "avg", **options}, tensors))
    draw = Draw("pool/adaptive_avg_1")
    inputs = {"x": draw.normal(2, 3, 5, 7)}
    tensors = differentiate(lambda leaf: F.adaptive_avg_pool2d(leaf, 1), inputs, draw)
    cases.append(case("adaptive_avg_1", {"kind": "adaptive_avg", "output_size": 1}, tensors))
    return cases
