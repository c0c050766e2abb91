"""How much OpenVINO may remember of the sizes that it has met. [core]

Networks that take pictures of any size are prepared anew for each size, and by default up to 5,000 prepared layers are
kept: with pictures of all sizes a process grew by about 5 MB for each new one and by gigabytes in an hour, for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BOUNDED: Mapping[str, Any] = {"CPU_RUNTIME_CACHE_CAPACITY": 500}
"""For ``compile_model``. Measured with both text networks: sizes in turn cost 5 % more than with everything kept, 15 %
with nothing kept; after 60 sizes 110 MB are kept instead of 265."""
