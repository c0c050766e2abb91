"""``reseal_secrets``: after a new first key in JSC_FIELD_KEYS, put everything stored encrypted under it.

When nothing is left ``unopened``, the old keys can be taken out of JSC_FIELD_KEYS. Safe to repeat, and while the
service runs.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cameras.models import Camera
from jsc_project.lib.command import JscCommand
from jsc_project.lib.crypto import column_reseal
from reports.models import OffenderPlate, WebhookDelivery


class Command(JscCommand):
    help = "Encrypt stored credentials, deliveries and plates again, with the first of JSC_FIELD_KEYS."

    def run(self, **options: Any) -> dict[str, Any]:
        # Not through save: no history entry is owed to a change of the lock, and no index has to be rebuilt.
        cameras = column_reseal(Camera.objects.all(), "source_secrets")
        deliveries = column_reseal(WebhookDelivery.objects.all(), "body_encrypted")
        plates = column_reseal(OffenderPlate.objects.all(), "sealed")
        return {"cameras": asdict(cameras), "deliveries": asdict(deliveries), "plates": asdict(plates)}

    def tell(self, answer: dict[str, Any]) -> None:
        for what, counts in answer.items():
            self.stdout.write(f"{what}: {', '.join(f'{count} {name}' for name, count in counts.items())}")
