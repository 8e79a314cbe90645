"""Compares models of PyTorch with those of the library.

    python3 cases.py make FILE.pt SEED COUNT       random models with inputs and outputs, in one file
    python3 cases.py run FILE.safetensors FILE.pt  the outputs of models whose weights the library wrote
"""

import json
import os
import sys
from collections import OrderedDict

import torch
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from safetensors_file import read


class Model(nn.Module):
    """[embedding or convolution] -> recurrent layers -> [layer normalisation] -> linear, one output for each step."""

    def __init__(self, c):
        super().__init__()
        width = c["input_size"]
        if c["front"] == "embedding":
            self.embedding = nn.Embedding(c["classes"], width)
        elif c["front"] == "conv":
            self.conv = nn.Conv1d(width, width, 3, dilation=2)
        kinds = {"rnn_tanh": nn.RNN, "rnn_relu": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
        extra = {"nonlinearity": c["kind"][4:]} if c["kind"].startswith("rnn") else {}
        if c["projection"]:
            extra["proj_size"] = c["projection"]
        self.rnn = kinds[c["kind"]](
            width, c["hidden_size"], c["layers"], bias=c["bias"], bidirectional=c["bidirectional"], batch_first=True, **extra
        )
        width = (c["projection"] or c["hidden_size"]) * (2 if c["bidirectional"] else 1)
        if c["norm"]:
            self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, 3)
        self.c = c

    def forward(self, x, lengths):
        if self.c["front"] == "embedding":
            x = self.embedding(x.long())
        elif self.c["front"] == "conv":
            x = self.conv(nn.functional.pad(x.transpose(1, 2), (4, 0))).transpose(1, 2)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths.long(), batch_first=True, enforce_sorted=False)
        y, state = self.rnn(packed)
        y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
        if self.c["norm"]:
            y = self.norm(y)
        y = self.linear(y)
        inside = torch.arange(y.shape[1])[None, :, None] < lengths[:, None, None]
        h, cell = state if isinstance(state, tuple) else (state, torch.zeros(0))
        return OrderedDict(output=torch.where(inside, y, torch.zeros(())), h_n=h, c_n=cell)


def draw(c):
    if c["front"] == "embedding":
        x = torch.randint(c["classes"], (c["batch"], c["time"])).double()
    else:
        x = torch.randn(c["batch"], c["time"], c["input_size"]).float().double()
    return x, torch.randint(1, c["time"] + 1, (c["batch"],)).double()


def make(path, seed, count):
    torch.manual_seed(int(seed))
    pick = lambda *choices: choices[torch.randint(len(choices), ()).item()]
    cases, configs = OrderedDict(), []
    for k in range(int(count)):
        kind = ("rnn_tanh", "rnn_relu", "lstm", "gru")[k % 4]
        c = {
            "kind": kind, "front": pick("none", "embedding", "conv"), "classes": 6, "input_size": pick(1, 2, 3),
            "hidden_size": pick(2, 3, 4), "layers": pick(1, 2, 3), "bias": pick(True, True, False),
            "bidirectional": pick(True, False), "norm": pick(True, False), "batch": pick(1, 2, 3), "time": pick(1, 4, 6),
            "projection": pick(0, 1) if kind == "lstm" else 0,
        }
        model = Model(c).float()
        for p in model.parameters():
            nn.init.normal_(p, std=0.7)
        weights = model.state_dict()
        if k == 0:  # not contiguous
            weights["linear.weight"] = weights["linear.weight"].t().contiguous().t()
        x, lengths = draw(c)
        model.load_state_dict(weights)
        state = OrderedDict((name, w.clone() if k else w) for name, w in weights.items())
        with torch.no_grad():
            out = model.double()(x, lengths)
        cases[str(k)] = {"model": state, "input": x, "lengths": lengths, **out}
        configs.append(c)
    config = torch.tensor(list(json.dumps(configs).encode()), dtype=torch.uint8)
    torch.save({"configs": config, "cases": cases, "note": "a string", "epoch": 3}, path)


def run(source, target):
    tensors, metadata = read(source)
    outputs = {}
    for k, c in enumerate(json.loads(metadata["configs"])):
        model = Model(c).double()
        prefix = f"{k}.model."
        # Strict: every name exists, and no other.
        model.load_state_dict({n[len(prefix) :]: t for n, t in tensors.items() if n.startswith(prefix)}, strict=True)
        with torch.no_grad():
            outputs[str(k)] = model(tensors[f"{k}.input"].double(), tensors[f"{k}.lengths"])
    torch.save(outputs, target)


{"make": make, "run": run}[sys.argv[1]](*sys.argv[2:])
