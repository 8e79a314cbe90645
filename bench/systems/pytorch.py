"""Native PyTorch, on one thread, or on the number given by the last argument. Speaks the protocol of protocol.ts."""

import ctypes
import json
import platform
import resource
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
torch.set_num_interop_threads(1)

SLOW_MS, WARM_MS = 4000, 500


def read(path):
    with open(path, "rb") as file:
        content = bytearray(file.read())
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    types = {"F32": torch.float32, "I32": torch.int32}
    tensors = {}
    for name, entry in header.items():
        first, end = entry["data_offsets"]
        part = content[8 + length + first : 8 + length + end]
        tensors[name] = torch.frombuffer(part, dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return tensors


class Model(nn.Module):
    """Embedding or one-hot vectors, recurrent layers, and a head, if the workload has them. Time-major."""

    def __init__(self, workload):
        super().__init__()
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[workload["cell"]]
        self.input = workload["input"]
        self.classes = workload["inputSize"]
        if self.input == "embedding":
            self.embedding = nn.Embedding(workload["vocabulary"], workload["inputSize"])
        self.rnn = kind(workload["inputSize"], workload["hiddenSize"], workload["layers"])
        head = workload.get("head")
        self.last = workload["task"] == "train" and (head is None or head["outputs"] == "last")
        if head is not None:
            self.head = nn.Linear(workload["hiddenSize"], head["size"])

    def forward(self, inputs):
        if self.input == "embedding":
            inputs = self.embedding(inputs)
        elif self.input == "oneHot":
            inputs = F.one_hot(inputs, self.classes).float()
        output, _ = self.rnn(inputs)
        if self.last:
            output = output[-1]
        return self.head(output) if hasattr(self, "head") else output


def square_mean(tensor):
    return tensor.double().square().mean().item()


def training(workload, model, inputs, tensors):
    targets = tensors["targets"]
    if workload["loss"] == "crossEntropy":
        flat = targets.long().t().reshape(-1) if targets.dim() == 2 else targets.long()

        def loss_of(output):
            return F.cross_entropy(output.reshape(-1, output.shape[-1]), flat)
    else:

        def loss_of(output):
            return F.mse_loss(output, targets)

    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[workload["optimizer"]["type"]]
    optimizer = kind(model.parameters(), lr=workload["optimizer"]["learningRate"])
    clip_norm = workload.get("clipNorm")
    last = [0.0]

    def run():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model(inputs))
        loss.backward()
        if clip_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        last[0] = loss.item()

    return run, lambda: last


def gradients(_, model, inputs, tensors):
    d_output = tensors["dOutput"].transpose(0, 1).contiguous()
    inputs = inputs.detach().requires_grad_()
    kept = []

    def run():
        model.zero_grad(set_to_none=True)
        inputs.grad = None
        output = model(inputs)
        output.backward(d_output)
        kept[:] = [model.rnn.weight_hh_l0.grad, inputs.grad]

    return run, lambda: [square_mean(tensor) for tensor in kept]


def inference(_, model, inputs, __):
    kept = []

    @torch.inference_mode()
    def run():
        kept[:] = [model(inputs)]

    return run, lambda: [square_mean(tensor) for tensor in kept]


def step(workload, model, inputs, _):
    cell = nn.LSTMCell(workload["inputSize"], workload["hiddenSize"])
    cell.load_state_dict({name[:-3]: value for name, value in model.rnn.state_dict().items()})
    x = inputs[0]
    zeros = torch.zeros(workload["batch"], workload["hiddenSize"])
    state = [(zeros, zeros)]

    @torch.inference_mode()
    def run():
        state[0] = cell(x, state[0])

    return run, lambda: [square_mean(tensor) for tensor in state[0]]


def prepare(workload, tensors):
    model = Model(workload)
    given = {"inputs", "targets", "dOutput"}
    model.load_state_dict({name: value for name, value in tensors.items() if name not in given})
    inputs = tensors["inputs"].transpose(0, 1).contiguous()
    if inputs.dtype == torch.int32:
        inputs = inputs.long()
    tasks = {"train": training, "gradients": gradients, "infer": inference, "step": step}
    return tasks[workload["task"]](workload, model, inputs, tensors)


def blas():
    """A note on the processor whose kernels OpenBLAS uses; None if it is another library."""
    try:
        with open("/proc/self/maps") as maps:
            path = next(line.split()[-1] for line in maps if "libblas" in line or "libopenblas" in line)
        core = ctypes.CDLL(path).openblas_get_corename
        core.restype = ctypes.c_char_p
        return {"differs": f"OpenBLAS computes as on {core().decode()}"}
    except (AttributeError, OSError, StopIteration):
        return {}


def answer(message):
    print(json.dumps(message), flush=True)


def timed_round(run, milliseconds):
    """The mean time of one run, of runs in sequence for at least `milliseconds`."""
    start = time.perf_counter()
    runs, times, spent = 0, 1, 0.0
    while runs == 0 or spent < milliseconds:
        for _ in range(times):
            run()
        runs += times
        times = (runs + 3) // 4
        spent = (time.perf_counter() - start) * 1000
    return spent / runs


def main():
    try:
        run, values_of = prepare(json.loads(sys.argv[1]), read(sys.argv[2]))
        first = timed_round(run, 0)
        values = [list(values_of())]
        if first < SLOW_MS:
            run()
            values.append(list(values_of()))
            timed_round(run, WARM_MS)
        runtime = f"python {platform.python_version()}, torch {torch.__version__}"
        answer({"ready": {"runtime": runtime, "values": values, "firstMs": first, **blas()}})
        for line in iter(sys.stdin.readline, ""):
            answer({"ms": timed_round(run, json.loads(line)["round"])})
        answer({"peakRssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})
    except Exception as error:
        answer({"cannot": str(error).splitlines()[0]})


main()
