"""What can go wrong between a stored clip and a stored run. Errors of the core live beside the core."""

from __future__ import annotations

from jsc_project.lib.errors import JscError


class ClipWithoutFile(JscError, ValueError):
    """Asked to analyse a clip that holds no footage."""

    code = "clip_without_file"


class AnalysisTimedOut(JscError, TimeoutError):
    """The footage could not be analysed within the time given."""

    code = "analysis_timed_out"
    retryable = True


class FootageChanged(JscError, ValueError):
    """The clip is not the footage any more that a run was made of."""

    code = "footage_changed"
