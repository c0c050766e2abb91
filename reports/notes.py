"""What a camera's page tells of how it has been judged."""

from __future__ import annotations

from django.utils.safestring import SafeString


def camera_judged(camera_id: int) -> SafeString:
    # At call time: the admin's modules may be imported only once all apps are there.
    from reports.admin.precision import camera_precision

    return camera_precision(camera_id)
