"""Building blocks shared by the networks, and how they are written: opset 17, weights stored in half precision."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper
from torch import Tensor, nn


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


def rate(step: int, steps: int, peak: float) -> float:
    """Learning rate: a hundred steps of warming up, then a cosine down to a two-hundredth."""
    cosine = 0.5 * (1 + np.cos(np.pi * step / steps))
    return float(peak * min(1.0, (step + 1) / 100) * (cosine + 0.005))


def wing(off: Tensor, width: float = 0.04, bend: float = 0.008) -> Tensor:
    """Wing loss (Feng et al. 2018): steep for small errors, linear for large ones."""
    size = off.abs()
    return torch.where(size < width, width * torch.log1p(size / bend), size - width + width * np.log1p(width / bend))


def write(network: nn.Module, side: tuple[int, int], output: str, path: Path) -> None:
    """Export for pictures of (height, width), normalisation folded in, large weights in half precision."""
    network = network.to(memory_format=torch.contiguous_format).eval()
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
    path.write_bytes(halved(onnx.load(str(path))).SerializeToString())


def halved(model: onnx.ModelProto, least: int = 256) -> onnx.ModelProto:
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
