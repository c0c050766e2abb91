"""How well every check does, on rendered scenes of fresh seeds and on real material.

    make scoreboard SCOREBOARD_ARGS="--checks congestion --cases 40"

A `Family` makes the positive and the hard negative scenes of one check; `runner` asks the check what it sees in them,
`figures` counts, `page` shows. Adding a check's scenes: a module in `families/`, one line in `families/__init__.py`.
"""
