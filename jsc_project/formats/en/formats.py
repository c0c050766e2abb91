"""How Django itself writes times: as ``jsc_project.lib.when`` does. Only what differs from its own formats."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H.i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = r"j M Y H.i \W\I\B"
