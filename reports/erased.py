"""What stands in a report in place of its reporter's hash, once they were erased."""

ERASED = "erased:"
"""With a random word behind it: the same for their reports in one incident, so that its reporters are counted as
before, and nowhere else."""
COUNTED = f"{ERASED}counted"
"""One report of several was erased, and its reporter is counted by the others."""
