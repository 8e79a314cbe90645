"""
Random models in the files that Keras writes, with their outputs, for the tests:

    python3 test/keras/cases.py test/fixtures/formats/keras.json

Needs h5py and numpy (Debian: python3-h5py). The files have the layout of Keras 3 (keras/src/saving/saving_lib.py and
keras/src/legacy/saving/legacy_h5_format.py) or of Keras 2. The outputs are computed here, by the formulas of Keras's documentation
in float64, sequence by sequence; if PyTorch is installed, its LSTM and GRU confirm them.
"""
import base64
import gzip
import io
import json
import re
import sys
import zipfile

import h5py
import numpy as np

COUNT = 24
random = np.random.default_rng(12)


def pick(*choices):
    return choices[random.integers(len(choices))]


def drawn(*shape):
    return random.normal(0, 0.6, shape).astype(np.float32)


# The functions of Keras, for one sequence x of [time, features].


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


ACTIVATIONS = {
    "linear": lambda x: x,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda x: np.maximum(x, 0),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True),
}


def recurrent(kind, config, weights, x):
    w = [part.astype(np.float64) for part in weights]
    kernel, inner = w[0], w[1]
    units = inner.shape[0]
    bias = w[2] if len(w) > 2 else 0.0
    h, c = np.zeros(units), np.zeros(units)
    steps = []
    for row in x:
        if kind == "SimpleRNN":
            h = ACTIVATIONS[config["activation"]](row @ kernel + h @ inner + bias)
        elif kind == "LSTM":
            i, f, g, o = np.split(row @ kernel + h @ inner + bias, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        elif config["reset_after"]:
            outer_bias, inner_bias = bias if len(w) > 2 else (0.0, 0.0)
            xz, xr, xh = np.split(row @ kernel + outer_bias, 3)
            hz, hr, hh = np.split(h @ inner + inner_bias, 3)
            z = sigmoid(xz + hz)
            h = z * h + (1 - z) * np.tanh(xh + sigmoid(xr + hr) * hh)
        else:
            xz, xr, xh = np.split(row @ kernel + bias, 3)
            uz, ur, uh = np.split(inner, 3, axis=1)
            z, r = sigmoid(xz + h @ uz), sigmoid(xr + h @ ur)
            h = z * h + (1 - z) * np.tanh(xh + (r * h) @ uh)
        steps.append(h)
    steps = np.array(steps).reshape(len(x), units)
    return steps if config["return_sequences"] else (steps[-1] if len(x) else np.zeros(units))


def bidirectional(config, weights, x):
    inner = config["layer"]
    half = len(weights) // 2
    a = recurrent(inner["class_name"], inner["config"], weights[:half], x)
    b = recurrent(inner["class_name"], inner["config"], weights[half:], x[::-1])
    if inner["config"]["return_sequences"]:
        b = b[::-1]
    return {
        "concat": lambda: np.concatenate([a, b], -1),
        "sum": lambda: a + b,
        "ave": lambda: (a + b) / 2,
        "mul": lambda: a * b,
    }[config["merge_mode"]]()


def convolved(config, weights, x):
    kernel = weights[0].astype(np.float64)
    size, dilation, stride = kernel.shape[0], config["dilation_rate"][0], config["strides"][0]
    reach = (size - 1) * dilation
    before = {"causal": reach, "same": reach // 2, "valid": 0}[config["padding"]]
    after = reach - before if config["padding"] == "same" else 0
    x = np.pad(x, ((before, after), (0, 0)))
    starts = range(0, len(x) - reach, stride)
    out = np.array([sum(x[s + k * dilation] @ kernel[k] for k in range(size)) for s in starts])
    return ACTIVATIONS[config["activation"]](out + (weights[1] if len(weights) > 1 else 0))


def normalized(config, weights, x):
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    out = (x - mean) / np.sqrt(variance + config["epsilon"])
    rest = list(weights)
    if config["scale"]:
        out = out * rest.pop(0)
    return out + rest.pop(0) if config["center"] else out


def applied(layer, weights, x):
    kind, config = layer["class_name"], layer["config"]
    if kind in ("SimpleRNN", "LSTM", "GRU"):
        return recurrent(kind, config, weights, x)
    if kind == "Bidirectional":
        return bidirectional(config, weights, x)
    if kind == "Conv1D":
        return convolved(config, weights, x)
    if kind == "LayerNormalization":
        return normalized(config, weights, x)
    if kind == "Embedding":
        return weights[0][x].astype(np.float64)
    if kind in ("Dense", "TimeDistributed"):
        config = config["layer"]["config"] if kind == "TimeDistributed" else config
        return ACTIVATIONS[config["activation"]](x @ weights[0].astype(np.float64) + (weights[1] if len(weights) > 1 else 0))
    if kind == "GlobalAveragePooling1D":
        return x.mean(0)
    if kind == "GlobalMaxPooling1D":
        return x.max(0)
    assert kind in ("Masking", "Dropout", "SpatialDropout1D", "InputLayer"), kind
    return x


# Layers: their configuration, and their weights with Keras's names.


def unit(kind, width, units, sequences):
    config = {"units": units, "activation": "tanh", "use_bias": bool(pick(True, True, False)), "return_sequences": sequences}
    config |= {"return_state": False, "go_backwards": False, "stateful": False, "unroll": False}
    gates = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}[kind]
    bias = [gates * units]
    if kind == "SimpleRNN":
        config["activation"] = pick("tanh", "relu")
    else:
        config["recurrent_activation"] = "sigmoid"
    if kind == "GRU":
        config["reset_after"] = bool(pick(True, False))
        if config["reset_after"]:
            bias = [2, 3 * units]
    weights = [("kernel", drawn(width, gates * units)), ("recurrent_kernel", drawn(units, gates * units))]
    if config["use_bias"]:
        weights.append(("bias", drawn(*bias)))
    return {"class_name": kind, "config": config}, [(f"{kind.lower()}_cell/{name}", value) for name, value in weights], units


def dense(width, units):
    config = {"units": units, "activation": pick("linear", "sigmoid", "softmax", "tanh"), "use_bias": bool(pick(True, False))}
    weights = [("kernel", drawn(width, units))] + ([("bias", drawn(units))] if config["use_bias"] else [])
    return {"class_name": "Dense", "config": config}, weights, units


def conv(width, filters):
    stride = pick(1, 1, 2)
    config = {"filters": filters, "kernel_size": [pick(1, 2, 3)], "strides": [stride], "dilation_rate": [1 if stride > 1 else pick(1, 2)]}
    config |= {"padding": pick("valid", "causal") if stride > 1 else pick("valid", "causal", "same"), "groups": 1}
    config |= {"data_format": "channels_last", "activation": pick("linear", "relu"), "use_bias": bool(pick(True, False))}
    weights = [("kernel", drawn(*config["kernel_size"], width, filters))] + ([("bias", drawn(filters))] if config["use_bias"] else [])
    return {"class_name": "Conv1D", "config": config}, weights, filters


def norm(width):
    scale, center = pick((True, True), (True, False), (False, True))
    config = {"axis": pick(-1, [2]), "epsilon": 0.001, "center": center, "scale": scale, "rms_scaling": False}
    weights = ([("gamma", drawn(width))] if scale else []) + ([("beta", drawn(width))] if center else [])
    return {"class_name": "LayerNormalization", "config": config}, weights, width


def plain(kind, **config):
    return lambda width: ({"class_name": kind, "config": config}, [], width)


def rnn(width, sequences):
    layer, weights, units = unit(pick("SimpleRNN", "LSTM", "GRU"), width, int(random.integers(1, 4)), sequences)
    if not pick(True, False):
        return layer, weights, units
    mode = pick("concat", "sum", "mul", "ave")
    other = [(name, drawn(*value.shape)) for name, value in weights]
    kind = layer["class_name"].lower()
    both = [(f"{side}_{kind}/{name}", value) for side, of in (("forward", weights), ("backward", other)) for name, value in of]
    backward = {**layer, "config": {**layer["config"], "name": f"backward_{kind}", "go_backwards": True}}
    layer = {**layer, "config": {**layer["config"], "name": f"forward_{kind}"}}
    wrapper = {"class_name": "Bidirectional", "config": {"merge_mode": mode, "layer": layer, "backward_layer": backward}}
    return wrapper, both, units * 2 if mode == "concat" else units


def snake(name):
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def model(front, sequences, depth=None):
    """Layers with weights and names, and an input with its lengths."""
    masked = front in ("mask_zero", "masking")
    layers, width = [], 2
    if front in ("embedding", "mask_zero"):
        config = {"input_dim": 6, "output_dim": 2, "mask_zero": front == "mask_zero"}
        layers.append(({"class_name": "Embedding", "config": config}, [("embeddings", drawn(6, 2))]))
    if front == "masking":
        layers.append(plain("Masking", mask_value=-1.0)(width)[:2])
    makers = [lambda width: conv(width, 3)] if front == "conv" else []
    for at in range(depth or int(random.integers(1, 4))):
        makers.append(lambda width: rnn(width, True))
        if pick(True, False):
            makers.append(pick(norm, plain("Dropout", rate=0.3), plain("SpatialDropout1D", rate=0.3)))
    if sequences:
        makers.append(lambda width: rnn(width, True))
        makers.append(lambda width: timed(width) if pick(True, False) and not masked else dense(width, 2))
    else:
        pools = [plain("GlobalAveragePooling1D"), *([] if masked else [plain("GlobalMaxPooling1D")])]
        makers.append(pick(lambda width: rnn(width, False), *pools))
        makers.append(lambda width: dense(width, 2))
    for make in makers:
        layer, weights, width = make(width)
        layers.append((layer, weights))
    counts = {}
    for at, (layer, _) in enumerate(layers):
        name = snake(layer["class_name"])
        counts[name] = counts.get(name, -1) + 1
        # Names chosen by users, which say nothing about the layers.
        layer["config"]["name"] = pick(f"{name}_{counts[name] + 7}", f"{name}_{counts[name] + 7}", f"forward_{at}")
        layer["config"]["dtype"] = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}
    lengths = [5, int(random.integers(1, 6))] if masked else [5, 5]
    if front in ("embedding", "mask_zero"):
        x = random.integers(1, 6, (2, 5))
        beyond = 0
    else:
        x = drawn(2, 5, 2)
        beyond = -1.0
    for row, length in zip(x, lengths):
        row[length:] = beyond
    return layers, x, lengths


def timed(width):
    layer, weights, units = dense(width, 2)
    layer["config"]["name"] = "inner"
    return {"class_name": "TimeDistributed", "config": {"layer": layer}}, weights, units


def output(layers, x, lengths):
    rows = []
    for row, length in zip(x, lengths):
        value = row[:length].astype(np.float64) if row.ndim == 2 else row[:length]
        for layer, weights in layers:
            value = applied(layer, [of for _, of in weights], value)
        # Beyond each length the library has zeros.
        rows.append(np.pad(value, ((0, len(row) - length), (0, 0))) if value.ndim == 2 and length < len(row) else value)
    return np.array(rows)


# The files.


def module(layer):
    """A layer as Keras 3 describes it, and within it the layers that it wraps."""
    config = {key: module(of) if key in ("layer", "backward_layer") else of for key, of in layer["config"].items()}
    return {"module": "keras.layers", "class_name": layer["class_name"], "config": config, "registered_name": None, "build_config": {"input_shape": [None, 5, 2]}}


def input_of(x):
    config = {"batch_shape": [None, *x.shape[1:]], "dtype": "float32", "sparse": False, "name": "input_layer"}
    return {"class_name": "InputLayer", "config": config}


def config_of(layers, x, functional, keras3):
    made = [module(layer) if keras3 else layer for layer in (input_of(x), *(layer for layer, _ in layers))]
    if not functional:
        return {"module": "keras", "class_name": "Sequential", "config": {"name": "sequential", "trainable": True, "layers": made}}
    before = "input_layer"
    masks = False
    linked = []
    for of in made:
        name = of["config"]["name"]
        tensor = {"class_name": "__keras_tensor__", "config": {"shape": [None, 5, 2], "dtype": "float32", "keras_history": [before, 0, 0]}}
        mask = {"class_name": "__keras_tensor__", "config": {"shape": [None, 5], "dtype": "bool", "keras_history": ["not_equal", 0, 0]}}
        nodes = [{"args": [tensor], "kwargs": {"mask": mask if masks else None}}] if keras3 else [[[before, 0, 0, {}]]]
        linked.append({**of, "name": name, "inbound_nodes": [] if of["class_name"] == "InputLayer" else nodes})
        if keras3 and of["config"].get("mask_zero"):
            # Keras computes the mask in a separate node.
            arguments = {"args": [{**tensor}, 0], "kwargs": {}}
            linked.append({"module": "keras.src.ops.numpy", "class_name": "NotEqual", "config": {"name": "not_equal"}, "registered_name": "NotEqual", "name": "not_equal", "inbound_nodes": [arguments]})
            masks = True
        before = name
    ends = {"input_layers": [["input_layer", 0, 0]], "output_layers": [[before, 0, 0]]}
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": {"name": "functional", "trainable": True, "layers": linked, **ends}}


def write_paths(file, layers, dtype=np.float32):
    """The groups of saving_lib: `layers/lstm_1/cell/vars/0`, each with the layer's name as an attribute."""

    def variables(path, name, values):
        group = file.create_group(f"{path}/vars")
        group.attrs["name"] = name
        for at, value in enumerate(values):
            if dtype == "bfloat16":
                bits = (value.view(np.uint32) >> 16).astype(np.uint16)
                group.create_dataset(str(at), data=bits.view("V2")).attrs["dtype"] = "bfloat16"
            else:
                group[str(at)] = value.astype(dtype)

    used = {}
    for layer, weights in layers:
        kind, name = snake(layer["class_name"]), layer["config"]["name"]
        used[kind] = used.get(kind, -1) + 1
        path = f"layers/{kind}" + (f"_{used[kind]}" if used[kind] else "")
        values = [value for _, value in weights]
        if kind in ("lstm", "gru", "simple_rnn"):
            variables(path, name, [])
            variables(f"{path}/cell", f"{kind}_cell", values)
        elif kind == "bidirectional":
            variables(path, name, [])
            half = len(values) // 2
            # Attributes are visited in alphabetical order.
            for side, of in (("backward", values[half:]), ("forward", values[:half])):
                variables(f"{path}/{side}_layer", f"{side}_lstm", [])
                variables(f"{path}/{side}_layer/cell", "cell", of)
        elif kind == "time_distributed":
            variables(path, name, [])
            variables(f"{path}/layer", "inner", values)
        else:
            variables(path, name, values)
            if kind.endswith("dropout"):
                variables(f"{path}/seed_generator", "seed_generator", [np.zeros(2)])
    file.create_group("vars").attrs["name"] = "sequential"


def write_names(group, layers, keras3):
    """The groups of legacy_h5_format."""
    group.attrs["layer_names"] = np.asarray([layer["config"]["name"].encode() for layer, _ in layers])
    group.attrs["backend"] = b"tensorflow"
    for layer, weights in layers:
        name = layer["config"]["name"]
        of = group.create_group(name)
        start, end = (f"sequential/{name}/", "") if keras3 else (f"{name}/", ":0")
        names = [f"{start}{part}{end}".encode() for part, _ in weights]
        of.attrs["weight_names"] = np.asarray(names)
        for place, (_, value) in zip(names, weights):
            of.create_dataset(place, value.shape, dtype=value.dtype)[:] = value
    group.create_group("top_level_model_weights").attrs["weight_names"] = np.asarray([])


def hdf5(write, libver="earliest"):
    file = io.BytesIO()
    with h5py.File(file, "w", libver=libver) as of:
        write(of)
    return file.getvalue()


def archive(config, weights):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as of:
        of.writestr("metadata.json", json.dumps({"keras_version": "3.11.0", "date_saved": "2026-01-01@00:00:00"}))
        of.writestr("config.json", json.dumps(config))
        of.writestr("model.weights.h5", weights)
    return file.getvalue()


def legacy(config, layers, keras3):
    def write(of):
        of.attrs["keras_version"] = b"3.11.0" if keras3 else b"2.10.0"
        of.attrs["backend"] = b"tensorflow"
        of.attrs["model_config"] = json.dumps(config).encode()
        write_names(of.create_group("model_weights"), layers, keras3)

    return write


def packed(data):
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


def tiny():
    layer, weights, _ = unit("LSTM", 2, 1, True)
    layer["config"]["name"] = "lstm"
    return [(layer, weights)], drawn(2, 5, 2), [5, 5]


def case(front, sequences, functional, libver="earliest", dtype=np.float32, depth=None):
    layers, x, lengths = tiny() if front == "tiny" else model(front, sequences, depth)
    keras3 = bool(pick(True, False))
    config = config_of(layers, x, functional, True)
    old = config_of(layers, x, functional, keras3)
    if dtype == np.float16:
        layers = [(layer, [(name, value.astype(dtype).astype(np.float32)) for name, value in weights]) for layer, weights in layers]
    if dtype == "bfloat16":
        layers = [(layer, [(name, (value.view(np.uint32) & 0xFFFF0000).view(np.float32)) for name, value in weights]) for layer, weights in layers]
    weights = hdf5(lambda of: write_paths(of, layers, dtype), libver)
    result = output(layers, x, lengths)
    return {
        "classes": [layer["class_name"] for layer, _ in layers],
        "keras": packed(archive(config, weights)),
        "h5": packed(hdf5(legacy(old, layers, keras3), libver)),
        "names": packed(hdf5(lambda of: write_names(of, layers, keras3), libver)),
        "lengths": lengths,
        "input": {"data": x.flatten().tolist(), "shape": x.shape, "indices": bool(x.ndim == 2)},
        "output": {"data": result.flatten().tolist(), "shape": result.shape},
    }


def confirm():
    """PyTorch's LSTM and GRU, with Keras's weights in its order, give the results computed here."""
    try:
        import torch
    except ImportError:
        return print("no PyTorch here")
    for kind, order in (("LSTM", [0, 1, 2, 3]), ("GRU", [1, 0, 2])):
        kernel, inner, x = drawn(2, len(order) * 3), drawn(3, len(order) * 3), drawn(6, 2)
        bias = drawn(2, 9) if kind == "GRU" else drawn(12)
        config = {"reset_after": True, "return_sequences": True}
        ours = recurrent(kind, config, [kernel, inner, bias], x)
        layer = getattr(torch.nn, kind)(2, 3).double()
        rows = lambda value: np.concatenate([np.split(value.T if value.ndim > 1 else value, len(order))[of] for of in order])
        pair = bias if kind == "GRU" else (bias, np.zeros(12))
        for name, value in zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), (kernel, inner, *pair)):
            getattr(layer, name).data = torch.tensor(rows(value)).double()
        theirs = layer(torch.tensor(x[:, None]).double())[0][:, 0].detach().numpy()
        worst = np.abs(ours - theirs).max()
        print(f"{kind} of PyTorch: {worst:.1e}")
        assert worst < 1e-12


if __name__ == "__main__":
    confirm()
    fronts = ["plain", "embedding", "mask_zero", "masking", "conv", "plain"]
    cases = [case(fronts[at % 6], at % 4 < 2, at % 3 == 0) for at in range(COUNT)]
    # Newer files of HDF5: groups of few members, of so many that they lie in a heap, and of so many that the heap has a table.
    cases += [case("plain", True, False, "latest"), case("plain", False, True, "latest", depth=9)]
    cases += [case("embedding", False, False, "latest", depth=60)]
    cases += [case("plain", True, False, "earliest", np.float16), case("plain", True, False, "earliest", np.float64)]
    cases += [case("plain", True, False, "earliest", "bfloat16")]
    # One layer, for the tests that damage every byte.
    cases.append(case("tiny", True, False))
    with open(sys.argv[1], "w") as file:
        json.dump(cases, file)
