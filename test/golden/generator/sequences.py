"""Golden cases of the layers for sequences: LSTM, GRU, attention, transformer block, embedding."""

import math

import torch

from .fixture import Draw, case


def draw_parameters(module, draw):
    """Random float32 parameters; a float64 module."""
    module = module.double()
    for parameter in module.parameters():
        parameter.data.copy_(draw.normal(*parameter.shape, scale=0.5))
    return module


def differentiate_module(module, inputs, run, draw):
    """Runs the module and differentiates sum(r_y * y) over all outputs y.

    run(module, inputs) returns the outputs by name. Returns the inputs, state/KEY, the outputs, r_OUTPUT,
    grad_INPUT and grad/KEY. Inputs whose name contains "mask" or "indices" have no gradient.
    """
    leaves = {
        name: tensor.clone().requires_grad_("mask" not in name and "indices" not in name)
        for name, tensor in inputs.items()
    }
    outputs = run(module, leaves)
    weights = {name: draw.normal(*y.shape) for name, y in outputs.items()}
    sum((y * weights[name]).sum() for name, y in outputs.items()).backward()
    tensors = {**inputs}
    for key, value in module.state_dict().items():
        tensors[f"state/{key}"] = value
    for name, y in outputs.items():
        tensors[name], tensors[f"r_{name}"] = y, weights[name]
    for name, leaf in leaves.items():
        if leaf.grad is not None:
            tensors[f"grad_{name}"] = leaf.grad
    for key, parameter in module.named_parameters():
        tensors[f"grad/{key}"] = parameter.grad
    return tensors


# name: options; every kind has LSTM and GRU
RECURRENT = {
    "default": {},
    "one_step": {"steps": 1},
    "layers2_state": {"num_layers": 2, "state": True},
    "batch_first_nobias": {"batch_first": True, "bias": False},
    "bidirectional": {"bidirectional": True},
    "layers2_bidirectional_batch_first_state": {
        "num_layers": 2,
        "bidirectional": True,
        "batch_first": True,
        "state": True,
        "hidden_size": 2,
    },
}


def recurrent(kind):
    cases = []
    for name, options in RECURRENT.items():
        options = {
            **{"input_size": 2, "hidden_size": 3, "num_layers": 1, "bias": True},
            **{"batch_first": False, "bidirectional": False, "state": False, "steps": 5},
            **options,
        }
        draw = Draw(f"sequence/{kind}_{name}")
        arguments = {key: value for key, value in options.items() if key not in ("state", "steps")}
        module = draw_parameters({"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](**arguments), draw)
        steps, batch = options["steps"], 2
        inputs = {"x": draw.normal(*([batch, steps] if options["batch_first"] else [steps, batch]), 2)}
        if options["state"]:
            cells = options["num_layers"] * (2 if options["bidirectional"] else 1)
            for state in ["h_0", "c_0"] if kind == "lstm" else ["h_0"]:
                inputs[state] = draw.normal(cells, batch, options["hidden_size"])
        cases.append(
            case(f"{kind}_{name}", {"kind": kind, **options}, differentiate_module(module, inputs, run_recurrent, draw))
        )
    return cases


def run_recurrent(module, inputs):
    if isinstance(module, torch.nn.LSTM):
        state = (inputs["h_0"], inputs["c_0"]) if "h_0" in inputs else None
        y, (h_n, c_n) = module(inputs["x"], state)
        return {"y": y, "h_n": h_n, "c_n": c_n}
    y, h_n = module(inputs["x"], inputs.get("h_0"))
    return {"y": y, "h_n": h_n}


def cells():
    cases = []
    for kind, make in (("lstm_cell", torch.nn.LSTMCell), ("gru_cell", torch.nn.GRUCell)):
        draw = Draw(f"sequence/{kind}")
        module = draw_parameters(make(2, 3), draw)
        inputs = {"x": draw.normal(4, 2), "h_0": draw.normal(4, 3)}
        if kind == "lstm_cell":
            inputs["c_0"] = draw.normal(4, 3)

        def run(cell, leaves):
            if isinstance(cell, torch.nn.LSTMCell):
                h_n, c_n = cell(leaves["x"], (leaves["h_0"], leaves["c_0"]))
                return {"h_n": h_n, "c_n": c_n}
            return {"h_n": cell(leaves["x"], leaves["h_0"])}

        tensors = differentiate_module(module, inputs, run, draw)
        cases.append(case(kind, {"kind": kind, "input_size": 2, "hidden_size": 3, "bias": True}, tensors))
    return cases


def mask_of(draw, *shape):
    """A random boolean mask, as 0 and 1; no query is without a key, because key 0 is never masked."""
    mask = draw.integers(0, 2, *shape)
    mask[..., 0] = 0
    return mask


# name: options; "self" has one input, the others have 5 keys
ATTENTION = {
    "self": {"self": True},
    "self_causal": {"self": True, "mask": "causal"},
    "cross_batch_first_nobias": {"batch_first": True, "bias": False},
    "cross_mask": {"mask": "matrix"},
    "cross_mask_per_head": {"mask": "per_head"},
    "cross_additive_mask": {"additive": True},
    "cross_padding": {"padding": True},
    "cross_mask_and_padding": {"mask": "per_head", "padding": True, "batch_first": True},
}


def attention():
    cases = []
    for name, options in ATTENTION.items():
        options = {
            **{"embed_dim": 4, "num_heads": 2, "bias": True, "batch_first": False},
            **{"self": False, "mask": None, "additive": False, "padding": False},
            **options,
        }
        draw = Draw(f"sequence/attention_{name}")
        arguments = {key: options[key] for key in ("embed_dim", "num_heads", "bias", "batch_first")}
        module = draw_parameters(torch.nn.MultiheadAttention(**arguments), draw)
        queries, keys, batch = 3, 3 if options["self"] else 5, 2
        shape = lambda length: ([batch, length] if options["batch_first"] else [length, batch]) + [4]  # noqa: E731
        inputs = {"query": draw.normal(*shape(queries))}
        if not options["self"]:
            inputs["key"], inputs["value"] = draw.normal(*shape(keys)), draw.normal(*shape(keys))
        if options["mask"] == "causal":
            inputs["mask"] = torch.ones(queries, keys).triu(1).double()
        elif options["mask"] is not None:
            inputs["mask"] = mask_of(draw, *([] if options["mask"] == "matrix" else [batch * 2]), queries, keys)
        if options["additive"]:
            inputs["bias"] = draw.normal(queries, keys)
        if options["padding"]:
            inputs["padding_mask"] = mask_of(draw, batch, keys)
        cases.append(
            case(
                f"attention_{name}",
                {"kind": "attention", **options},
                differentiate_module(module, inputs, run_attention, draw),
            )
        )
    return cases


def run_attention(module, inputs):
    query = inputs["query"]
    y, weights = module(
        query,
        inputs.get("key", query),
        inputs.get("value", query),
        attn_mask=inputs["mask"].bool() if "mask" in inputs else inputs.get("bias"),
        key_padding_mask=inputs["padding_mask"].bool() if "padding_mask" in inputs else None,
        average_attn_weights=False,
    )
    return {"y": y, "weights": weights}


# name: options
TRANSFORMER = {
    "post_norm": {},
    "pre_norm_batch_first": {"norm_first": True, "batch_first": True},
    "pre_norm_gelu_causal": {"norm_first": True, "activation": "gelu", "causal": True},
    "post_norm_padding": {"padding": True},
}


def transformer():
    cases = []
    for name, options in TRANSFORMER.items():
        options = {
            **{"d_model": 4, "nhead": 2, "dim_feedforward": 6, "activation": "relu", "layer_norm_eps": 1e-3},
            **{"batch_first": False, "norm_first": False, "causal": False, "padding": False},
            **options,
        }
        draw = Draw(f"sequence/transformer_{name}")
        arguments = {key: value for key, value in options.items() if key not in ("causal", "padding")}
        # In training mode, because evaluation may use a fused implementation.
        module = torch.nn.TransformerEncoderLayer(**arguments, dropout=0.0)
        module = draw_parameters(module, draw)
        batch, length = 2, 3
        inputs = {"x": draw.normal(*([batch, length] if options["batch_first"] else [length, batch]), 4)}
        if options["padding"]:
            inputs["padding_mask"] = mask_of(draw, batch, length)
        causal = torch.ones(length, length).triu(1).bool() if options["causal"] else None

        def run(layer, leaves):
            padding = leaves["padding_mask"].bool() if "padding_mask" in leaves else None
            return {"y": layer(leaves["x"], src_mask=causal, src_key_padding_mask=padding)}

        tensors = differentiate_module(module, inputs, run, draw)
        cases.append(case(f"transformer_{name}", {"kind": "transformer", **options}, tensors))
    return cases


class TiedModel(torch.nn.Module):
    """A language model without memory: the output layer shares the weight of the embedding."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(5, 3)
        self.head = torch.nn.Linear(3, 5)
        self.head.weight = self.embedding.weight

    def forward(self, indices):
        return self.head(torch.tanh(self.embedding(indices)))


def embedding():
    indices = torch.tensor([[1, 4, 0], [4, 2, 4]]).double()
    run = lambda module, leaves: {"y": module(leaves["indices"].long())}  # noqa: E731
    cases = []
    for kind, make in (
        ("embedding_padding", lambda: torch.nn.Embedding(5, 3, padding_idx=4)),
        ("tied", TiedModel),
    ):
        draw = Draw(f"sequence/{kind}")
        module = draw_parameters(make(), draw)
        cases.append(case(kind, {"kind": kind}, differentiate_module(module, {"indices": indices}, run, draw)))
    return cases


def positions():
    """The encoding of the PyTorch tutorial "Language modeling with nn.Transformer"."""
    length, size = 7, 6
    position = torch.arange(length).double().unsqueeze(1)
    frequency = torch.exp(torch.arange(0, size, 2).double() * (-math.log(10000.0) / size))
    encoding = torch.zeros(length, size).double()
    encoding[:, 0::2] = torch.sin(position * frequency)
    encoding[:, 1::2] = torch.cos(position * frequency)
    return [case("positions", {"kind": "positions", "length": length, "size": size}, {"y": encoding})]


def sequence():
    return [
        *recurrent("lstm"),
        *recurrent("gru"),
        *cells(),
        *attention(),
        *transformer(),
        *embedding(),
        *positions(),
    ]
