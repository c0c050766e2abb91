"""HLS: recorded and live playlists.

``playlist`` (what one says), ``reader`` (getting it, through the master), ``dating`` (dates and packets), ``store``
(segments as files), ``around`` (the segments of a window), ``follower`` and ``live`` (a playlist that grows),
``settings``, ``source``.
"""
