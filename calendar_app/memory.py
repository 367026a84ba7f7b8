"""How a process that lives long holds little memory."""

from __future__ import annotations

import ctypes

# mallopt(3): of how many heaps the threads of a process share, and how much of what is free at the
# end of a heap stays with it.
_M_ARENA_MAX = -8
_HEAPS = 2
_M_TRIM_THRESHOLD = -1
_KEPT_FREE = 64 * 1024


def hold_little() -> bool:
    """Let the threads of this process and its children share heaps, and give back what is free.

    glibc gives each thread a heap of its own, which keeps the memory of its largest answer. Answers
    whether that is possible here.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_M_ARENA_MAX, _HEAPS) and mallopt(_M_TRIM_THRESHOLD, _KEPT_FREE))
