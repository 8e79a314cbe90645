"""Random recurrent models as PyTorch computes them in float64, with all gradients, in one safetensors file.

    python3 drawn.py FILE.safetensors SEED COUNT [LARGEST]    layers of 1 to LARGEST (default 4) units

Each model has two tensors of numbers one after another, in the order of drawn.ts: "K.given" (weights, input, states and upstream
gradients, exact in float32) and "K.wanted" (outputs, final states and gradients). The metadata describe the models.
"""

import json
import sys

import numpy
import torch
from torch import nn


class ResetBefore(nn.Module):
    """A GRU whose reset gate acts before the recurrent product: nn.GRU has only the other form."""

    def __init__(self, width, size, bias):
        super().__init__()
        like = nn.GRU(width, size, bias=bias)
        for name, parameter in like.named_parameters():
            self.register_parameter(name, parameter)
        self.bias = bias

    def forward(self, x, lengths, h):
        biases = (self.bias_ih_l0, self.bias_hh_l0) if self.bias else (0, 0)
        n = h.shape[1]
        out = []
        for t in range(x.shape[1]):
            a = x[:, t] @ self.weight_ih_l0.T + biases[0]
            b = h @ self.weight_hh_l0[: 2 * n].T + (biases[1][: 2 * n] if self.bias else 0)
            r, z = torch.sigmoid(a[:, : 2 * n] + b).split(n, 1)
            c = (r * h) @ self.weight_hh_l0[2 * n :].T + (biases[1][2 * n :] if self.bias else 0)
            new = torch.tanh(a[:, 2 * n :] + c)
            h = torch.where((t < lengths)[:, None], new + z * (h - new), h)
            out.append(h * (t < lengths)[:, None])
        return torch.stack(out, 1), [h]


def one_direction(layer, reverse, width):
    """One direction of a layer, as a function of the sequences, their lengths and the initial state."""
    size, bias, projection = layer["hidden"], layer["bias"], layer["projection"]
    if layer["kind"] == "gru_before":
        module = ResetBefore(width, size, bias)
        plain = module
    else:
        kinds = {"rnn_tanh": nn.RNN, "rnn_relu": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
        extra = {"nonlinearity": layer["kind"][4:]} if layer["kind"].startswith("rnn") else {}
        if projection:
            extra["proj_size"] = projection
        module = kinds[layer["kind"]](width, size, bias=bias, batch_first=True, **extra)

        def plain(x, lengths, *states):
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            states = [state[None] for state in states]
            y, last = module(packed, tuple(states) if len(states) == 2 else states[0])
            y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
            return y, [state[0] for state in (last if isinstance(last, tuple) else (last,))]

    def turned(x, lengths):
        steps = torch.arange(x.shape[1])[None]
        order = torch.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
        return torch.gather(x, 1, order[:, :, None].expand_as(x))

    def run(x, lengths, *states):
        if not reverse:
            return plain(x, lengths, *states)
        y, last = plain(turned(x, lengths), lengths, *states)
        return turned(y, lengths), last

    return module, run


def draw(pick, largest):
    layers = []
    for _ in range(pick(1, 1, 2, 3) if largest > 3 else pick(1, 2)):
        kind = pick("rnn_tanh", "rnn_relu", "lstm", "gru", "gru_before")
        hidden = 1 + pick(*range(largest))
        projected = kind == "lstm" and hidden > 1 and pick(True, False)
        layers.append({
            "kind": kind, "direction": pick("forward", "reverse", "both"), "hidden": hidden,
            "bias": pick(True, True, False), "projection": 1 + pick(*range(hidden - 1)) if projected else 0,
        })
    return {
        "embedding": pick(0, 0, 5), "input": pick(1, 2, 3), "layers": layers, "batch": pick(1, 2, 3),
        "time": pick(1, 2, 3, 5, 7), "lengths": None, "states": pick(True, False),
        "end": pick("all", "last", "mean", "max"), "heads": [pick(1, 2, 3) for _ in range(pick(1, 1, 2, 3))],
        "varying": pick(True, False),
    }


def compute(c):
    given, parameters = [], []

    def numbers(*shape, scale=1.0):
        value = (torch.randn(*shape) * scale).float().double()
        given.append(value)
        return value.requires_grad_()

    def weights(module):
        for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_hr_l0", "weight", "bias"):
            parameter = getattr(module, name, None)
            if isinstance(parameter, nn.Parameter):
                parameter.data = numbers(*parameter.shape, scale=0.7).detach()
                parameters.append(parameter)

    width, batch, time = c["input"], c["batch"], c["time"]
    table = nn.Embedding(c["embedding"], width).double() if c["embedding"] else None
    if table is not None:
        weights(table)
    layers = []
    for layer in c["layers"]:
        ways = {"forward": [False], "reverse": [True], "both": [False, True]}[layer["direction"]]
        built = [one_direction(layer, reverse, width) for reverse in ways]
        for module, _ in built:
            module.double()
            weights(module)
        layers.append([run for _, run in built])
        width = (layer["projection"] or layer["hidden"]) * len(ways)
    heads = [nn.Linear(width, size).double() for size in c["heads"]]
    for head in heads:
        weights(head)
    lengths = torch.randint(1, time + 1, (batch,)) if c["varying"] else torch.full((batch,), time)
    c["lengths"] = lengths.tolist() if c["varying"] else None

    if table is not None:
        ids = torch.randint(c["embedding"], (batch, time))
        given.append(ids.double())
        x, y = None, table(ids)
    else:
        x = y = numbers(batch, time, c["input"])

    def state(layer):
        sizes = [layer["projection"] or layer["hidden"]] + ([layer["hidden"]] if layer["kind"] == "lstm" else [])
        return [numbers(batch, n) if c["states"] else torch.zeros(batch, n).double() for n in sizes]

    initial, final = [], []
    for layer, runs in zip(c["layers"], layers):
        outputs, lasts = [], []
        for run in runs:
            own = state(layer)
            initial += own
            out, last = run(y, lengths, *own)
            outputs.append(out)
            lasts.append(last[0])
            final += last
        y = torch.cat(outputs, 2)
    inside = (torch.arange(time)[None] < lengths[:, None])[:, :, None]
    if c["end"] == "last":
        y = torch.cat(lasts, 1)
    elif c["end"] == "mean":
        y = (y * inside).sum(1) / lengths[:, None]
    elif c["end"] == "max":
        y = y.masked_fill(~inside, -torch.inf).max(1)[0]
    outputs = [head(y) for head in heads]
    if c["end"] == "all":
        outputs = [torch.where(inside, out, torch.zeros(()).double()) for out in outputs]
    total = sum((value * numbers(*value.shape).detach()).sum() for value in outputs + final)
    starts = ([x] if x is not None else []) + (initial if c["states"] else [])
    gradients = torch.autograd.grad(total, starts + parameters, allow_unused=True)
    gradients = [torch.zeros_like(of) if d is None else d for d, of in zip(gradients, starts + parameters)]
    flat = lambda values: torch.cat([value.detach().reshape(-1) for value in values]).numpy()
    return flat(given).astype(numpy.float32), flat(outputs + final + gradients)


def main(path, seed, count, largest=4):
    torch.manual_seed(int(seed))
    torch.set_num_threads(1)
    pick = lambda *choices: choices[torch.randint(len(choices), ()).item()]
    header, data, at, configs = {}, [], 0, []
    for k in range(int(count)):
        c = draw(pick, int(largest))
        for name, values in zip(("given", "wanted"), compute(c)):
            kind = "F32" if values.dtype == numpy.float32 else "F64"
            header[f"{k}.{name}"] = {"dtype": kind, "shape": [values.size], "data_offsets": [at, at + values.nbytes]}
            data.append(values.tobytes())
            at += values.nbytes
        del c["varying"]
        configs.append(c)
    about = {"configs": json.dumps(configs, separators=(",", ":")), "pytorch": torch.__version__}
    text = json.dumps({"__metadata__": about, **header}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(data))


main(*sys.argv[1:])
