"""Films with people, things, lamps and weather: what the scenes of the street's smaller troubles are put together from.

`views` chooses where a camera hangs, `bodies` moves people, `props` shapes things, `weather` does what light, air and
lens do, `film` renders and writes. Everything follows from a random generator that the caller seeds.
"""
