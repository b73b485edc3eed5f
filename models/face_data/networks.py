"""Building blocks shared by the networks, how they are fitted and written: opset 17, weights in half precision."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

Batch = TypeVar("Batch")

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
"""Where networks are fitted."""

USE_BFLOAT16 = DEVICE.type == "cuda" or bool(torch.cpu.get_capabilities().get("amx_bf16"))
"""Whether bfloat16 is worth it: on a GPU, and on processors that multiply matrices of it (a third of the time)."""


def batches(source: IterableDataset[Batch], processes: int) -> Iterator[Batch]:
    """Of an endless source, made in processes of their own, each with its :func:`part`."""
    return iter(DataLoader(source, batch_size=None, num_workers=processes, prefetch_factor=8))


def worker_number() -> int:
    """Number of this process among those that make pictures."""
    about = get_worker_info()
    return about.id if about else 0


class Block(nn.Module):
    """3x3 convolution, normalisation, ReLU; added to its input where the shapes allow."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.residual = inputs == outputs and stride == 1

    def forward(self, values: Tensor) -> Tensor:
        changed = nn.functional.relu(self.norm(self.convolution(values)))
        return values + changed if self.residual else changed


class Exact(nn.Linear):
    """A last layer in single precision wherever the others are not: places in 256 steps lose half a pixel."""

    def forward(self, values: Tensor) -> Tensor:
        with torch.autocast(DEVICE.type, enabled=False):
            answer: Tensor = super().forward(values.float())
        return answer


def continue_from(network: nn.Module, path: Path, pictures: Tensor) -> None:
    """Begin where a network that :func:`write` has written ended.

    Its normalisation was folded into the convolutions. Here each gets one again that changes nothing: mean and
    deviation are those of its own inputs over ``pictures``, (n, 3, h, w) as the network sees them.
    """
    model = onnx.load(str(path))
    known = {w.name.removesuffix(".half"): numpy_helper.to_array(w) for w in model.graph.initializer}
    named = {name for name, _ in network.named_parameters()}
    folded = [node for node in model.graph.node if node.op_type == "Conv" and node.input[1] not in named]
    blocks = [part for part in network.modules() if isinstance(part, Block)]
    for block, node in zip(blocks, folded, strict=True):
        block.convolution.weight.data[:] = torch.from_numpy(known[node.input[1]].astype(np.float32))
        block.norm.bias.data[:] = torch.from_numpy(known[node.input[2]].astype(np.float32))
    for name, values in network.named_parameters():
        if name in known:
            values.data[:] = torch.from_numpy(known[name].astype(np.float32))

    def neutral(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        spread, mean = torch.var_mean(inputs[0], dim=(0, 2, 3))
        norm.running_mean.copy_(mean)  # type: ignore[union-attr]
        norm.running_var.copy_(spread)  # type: ignore[union-attr]
        norm.weight.data[:] = torch.sqrt(spread + norm.eps)
        norm.bias.data[:] += mean

    hooks = [block.norm.register_forward_pre_hook(neutral) for block in blocks]
    with torch.no_grad():
        network.eval()(pictures.to(DEVICE))
    for hook in hooks:
        hook.remove()
    network.train()


def rate(step: int, steps: int, peak: float) -> float:
    """Learning rate: a hundred steps of warming up, then a cosine down to a two-hundredth."""
    cosine = 0.5 * (1 + np.cos(np.pi * step / steps))
    return float(peak * min(1.0, (step + 1) / 100) * (cosine + 0.005))


def fit(
    network: nn.Module,
    source: Iterator[Batch],
    steps: int,
    peak: float,
    loss: Callable[[Batch], tuple[Tensor, float]],
    followed: str,
) -> None:
    """Fit a network: at each step ``loss`` looks at one batch and answers the loss, and the figure that is followed.

    Every hundred steps a line tells the time and the figure's running mean; ``followed`` says what it is, such as
    ``"error {:.3f}"``.
    """
    optimiser = torch.optim.AdamW(network.parameters(), peak, weight_decay=1e-4)
    started, mean = time.monotonic(), 0.0
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = rate(step, steps, peak)
        value, figure = loss(next(source))
        optimiser.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimiser.step()
        mean = figure if step == 0 else 0.98 * mean + 0.02 * figure
        if step % 100 == 99:
            spent = time.monotonic() - started
            print(f"{step + 1} of {steps}, {spent:.0f} s, {followed.format(mean)}", flush=True)


def answer(network: nn.Module, pictures: Tensor, spread: float, middle: float) -> Tensor:
    """What a network says of (n, h, w, 3) bytes divided by ``spread``, less ``middle``; in bfloat16 if faster."""
    shown = pictures.to(DEVICE).permute(0, 3, 1, 2).float() / spread - middle
    shown = shown.contiguous(memory_format=torch.channels_last)
    with torch.autocast(DEVICE.type, dtype=torch.bfloat16, enabled=USE_BFLOAT16):
        said: Tensor = network(shown)
    return said.float()


def wing(off: Tensor, width: float = 0.04, bend: float = 0.008) -> Tensor:
    """Wing loss (Feng et al. 2018): steep for small errors, linear for large ones."""
    size = off.abs()
    return torch.where(size < width, width * torch.log1p(size / bend), size - width + width * np.log1p(width / bend))


def write_onnx(network: nn.Module, side: tuple[int, int], output: str, path: Path) -> None:
    """Export for pictures of (height, width), normalisation folded in, large weights in half precision."""
    network = network.to("cpu", memory_format=torch.contiguous_format).eval()
    example = torch.zeros(1, 3, *side)
    torch.onnx.export(
        network,
        (example,),
        str(path),
        input_names=["input"],
        output_names=[output],
        dynamic_axes={"input": {0: "n"}, output: {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    path.write_bytes(halve_weights(onnx.load(str(path))).SerializeToString())


def halve_weights(model: onnx.ModelProto, least: int = 256) -> onnx.ModelProto:
    """The same model with its weights stored in half precision and cast back when it is loaded."""
    casts = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size >= least:
            name = weight.name
            weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model
