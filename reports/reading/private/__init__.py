"""[core] Personal data in a citizen's words, and how it is kept from those who may not see it."""

from reports.reading.private.kinds import STANDS_FOR, Kind
from reports.reading.private.masking import Masked, mask, mask_all, searchable

__all__ = ["STANDS_FOR", "Kind", "Masked", "mask", "mask_all", "searchable"]
