"""Continues a training of the library on several processes, and writes the weights.

    python3 ddp.py FROM.safetensors TO.pt [PROCESSES]

FROM holds the state_dict under `model.`, and the batch of each step: `inputs.N` [batch, time] of indices, `targets.N`
[batch]. Each process takes its share of every batch (PyTorch's distributed data-parallel, over gloo), and all make the
same step of Adam.
"""

import os
import sys

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from safetensors_file import read


class Model(nn.Module):
    def __init__(self, weights):
        super().__init__()
        classes, width = weights["embedding.weight"].shape
        outputs, hidden = weights["linear.weight"].shape
        self.embedding = nn.Embedding(classes, width)
        self.lstm = nn.LSTM(width, hidden, batch_first=True)
        self.linear = nn.Linear(hidden, outputs)

    def forward(self, x):
        y, _ = self.lstm(self.embedding(x))
        return self.linear(y[:, -1])


def work(rank, world, source, target, rendezvous):
    torch.set_num_threads(1)
    # All processes are on one machine; without a name gloo may choose an interface that reaches no process.
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=world)
    tensors, metadata = read(source)
    weights = {name[6:]: tensor for name, tensor in tensors.items() if name.startswith("model.")}
    model = Model(weights)
    model.load_state_dict(weights)
    parallel = DistributedDataParallel(model)
    optimizer = torch.optim.Adam(parallel.parameters(), lr=float(metadata["learningRate"]))
    for step in range(int(metadata["steps"])):
        # Equal shares, so that the mean of the processes' gradients is the gradient of the batch.
        x = tensors[f"inputs.{step}"].long().chunk(world)[rank]
        y = tensors[f"targets.{step}"].long().chunk(world)[rank]
        optimizer.zero_grad()
        nn.functional.cross_entropy(parallel(x), y).backward()
        optimizer.step()
    if rank == 0:
        torch.save(model.state_dict(), target)
    dist.destroy_process_group()


if __name__ == "__main__":
    source, target, *rest = sys.argv[1:]
    world = int(rest[0]) if rest else 2
    rendezvous = f"{target}.rendezvous"
    mp.spawn(work, args=(world, source, target, rendezvous), nprocs=world)
