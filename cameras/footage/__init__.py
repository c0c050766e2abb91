"""Footage: where it comes from, what it covers, and how pictures are taken out of it.

- ``window``, ``frame``, ``source``: the words everything else is said in. A source is asked for a
  window and answers with one MP4, its true start, and the ranges that it really covers.
- ``registry``: kind of source -> class. ``folder``: segments on a disk (``segments`` lists them, ``names``
  reads starts from names, ``timeline`` lays them out and cuts the seams, ``folder_settings`` checks).
  Another source is another file here, and one line in ``registry``; ``tests/cameras/footage_contract``
  is the suite it must pass.
- ``decode``: ``probe`` and ``read_frames``, the only ways to a file's facts and pictures (``limits``).
- ``child`` starts the process that libav runs in and kills it; ``wire`` is what the two say.
- In that process, and without Django: ``decode_child`` (limits), ``jobs``, ``demux`` (allow-lists, packets),
  ``decoding``, ``sampling`` (which frames), ``still``, ``join`` (segments into one file).

Times: a frame's ``t_s`` is its presentation time from the clip's first frame that can be shown, never a
count of frames over a rate. ``media_start_at + t_s`` is its true time, with the camera's clock put right.
Nothing is imported here: the child's start-up is paid for every file.
"""
