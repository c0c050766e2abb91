"""What is deleted when its time is over: old deliveries, and files that no row refers to."""

from __future__ import annotations


def purge() -> None:
    """Daily."""
