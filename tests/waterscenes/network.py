"""The water model while it learns: general features of EfficientNet-Lite0, kept as they are, and small heads.

Where the features come from, and how both run in the service: ``analytics.water_model``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from analytics.water_model import BLOCKS, CHANNELS, FEATURES_SHA256, TAPS

Features = tuple[Tensor, Tensor, Tensor]


class SameConv(nn.Conv2d):
    """TensorFlow's "same" padding for even sides, which these weights were trained with."""

    def forward(self, x: Tensor) -> Tensor:
        total = self.kernel_size[0] - self.stride[0]
        before, after = total // 2, total - total // 2
        x = functional.pad(x, (before, after, before, after))
        return functional.conv2d(x, self.weight, self.bias, self.stride, 0, 1, self.groups)


class Block(nn.Module):
    """An inverted residual; names as in the weights file."""

    def __init__(self, kernel: int, stride: int, expansion: int, out: int, into: int) -> None:
        super().__init__()
        wide = into * expansion
        self.keeps, self.expands = stride == 1 and into == out, expansion > 1
        if self.expands:
            self._expand_conv, self._bn0 = nn.Conv2d(into, wide, 1, bias=False), nn.BatchNorm2d(wide, eps=1e-3)
        self._depthwise_conv = SameConv(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, eps=1e-3)
        self._project_conv, self._bn2 = nn.Conv2d(wide, out, 1, bias=False), nn.BatchNorm2d(out, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = self._bn2(self._project_conv(functional.relu6(self._bn1(self._depthwise_conv(y)))))
        return x + y if self.keeps else y


class Backbone(nn.Module):
    """RGB 0-255 ``(N, 3, H, W)``, sides in multiples of 32, to features at a quarter, an eighth and a sixteenth."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem, self._bn0 = SameConv(3, 32, 3, 2, bias=False), nn.BatchNorm2d(32, eps=1e-3)
        self._blocks = nn.ModuleList([Block(*block) for block in BLOCKS])

    def forward(self, x: Tensor) -> Features:
        x = functional.relu6(self._bn0(self._conv_stem((x - 127.0) / 128.0)))
        found = {}
        for number, block in enumerate(self._blocks):
            x = block(x)
            if number in TAPS:
                found[TAPS[number]] = x
        return found["quarter"], found["eighth"], found["sixteenth"]


def backbone(path: Path) -> Backbone:
    """The pretrained features, not to be trained further.

    Raises:
        ValueError: not the file that the package ships.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != FEATURES_SHA256:
        raise ValueError(f"{path.name} has sha256 {digest}, expected {FEATURES_SHA256}")
    model = Backbone()
    missing, _ = model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), strict=False)
    assert not missing, missing
    return model.eval()


def _mixed(into: int, out: int, kernel: int = 1, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(into, out, kernel, padding=kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), nn.ReLU(inplace=True))


def _around(into: int, out: int) -> nn.Sequential:
    """A look at the neighbours, then across the channels."""
    return nn.Sequential(_mixed(into, into, 3, into), _mixed(into, out))


def _enlarged(x: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)


class Head(nn.Module):
    """Features to two logits per quarter pixel: water surface, floating piece. Also the same at an eighth."""

    def __init__(self, width: int = 64, dropped: float = 0.3) -> None:
        super().__init__()
        self.scales = nn.ModuleDict({name: nn.BatchNorm2d(n, affine=False) for name, n in CHANNELS.items()})
        self.dropped = nn.Dropout2d(dropped)
        self.meaning = nn.Sequential(_mixed(112 + 2, width), _around(width, width), _around(width, width))
        self.shapes = _mixed(40, width // 2)
        self.joined = nn.Sequential(_mixed(width + width // 2, width), _around(width, width), nn.Dropout2d(0.1))
        self.coarse = nn.Conv2d(width, 2, 1)
        self.narrowed = _mixed(width, 24)
        self.edges = nn.Sequential(_mixed(24 + 24, 24), _around(24, 24))
        self.fine = nn.Conv2d(24, 2, 1)

    def forward(self, quarter: Tensor, eighth: Tensor, sixteenth: Tensor) -> tuple[Tensor, Tensor]:
        quarter, eighth = self.scales["quarter"](quarter), self.scales["eighth"](eighth)
        sixteenth = self.dropped(self.scales["sixteenth"](sixteenth))
        x = self.meaning(torch.cat([sixteenth, _places(sixteenth)], 1))
        x = self.joined(torch.cat([_enlarged(x, eighth), self.shapes(eighth)], 1))
        coarse = self.coarse(x)
        fine = self.fine(self.edges(torch.cat([_enlarged(self.narrowed(x), quarter), quarter], 1)))
        return coarse, _enlarged(coarse, quarter) + fine


def _places(like: Tensor) -> Tensor:
    """Row and column of each cell, -1 to 1: water lies below, sky above."""
    count, _, height, width = like.shape
    rows = torch.linspace(-1, 1, height).view(1, 1, height, 1).expand(count, 1, height, width)
    columns = torch.linspace(-1, 1, width).view(1, 1, 1, width).expand(count, 1, height, width)
    return torch.cat([rows, columns], 1)


class Heads(nn.Module):
    """Heads that learnt apart, some for water and some for pieces: mean probabilities, ``(N, 2, H / 4, W / 4)``."""

    def __init__(self, water: list[Head], pieces: list[Head]) -> None:
        super().__init__()
        self.water, self.pieces = nn.ModuleList(water), nn.ModuleList(pieces)

    def forward(self, quarter: Tensor, eighth: Tensor, sixteenth: Tensor) -> Tensor:
        planes = []
        for channel, heads in enumerate((self.water, self.pieces)):
            found = [torch.sigmoid(head(quarter, eighth, sixteenth)[1][:, channel : channel + 1]) for head in heads]
            planes.append(torch.stack(found).mean(dim=0))
        return torch.cat(planes, dim=1)
