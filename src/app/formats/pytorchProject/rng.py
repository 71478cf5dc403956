"""inkgrad's random numbers: the same seed selects the same validation images and the same order of every epoch.

The generator is Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2,
3", SC 2011). Streams are split by name.
"""

import numpy as np

ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
PARITY = 0x1BD11BDA
MASK = 0xFFFFFFFF
END_OF_NAME = 0x110000  # one more than the largest code point
SPLITTING = 0x80000000  # second word of the counters that derive keys


def threefry(key, counters, high=0):
    """The two 32-bit words for each counter; arithmetic in 64 bits, reduced to 32."""
    keys = [key[0], key[1], key[0] ^ key[1] ^ PARITY]
    x0 = (np.asarray(counters, dtype=np.uint64) + np.uint64(keys[0])) & np.uint64(MASK)
    x1 = np.full_like(x0, (high + keys[1]) & MASK)
    for number in range(20):
        rotation = ROTATIONS[number % 8]
        x0 = (x0 + x1) & np.uint64(MASK)
        x1 = ((x1 << np.uint64(rotation)) | (x1 >> np.uint64(32 - rotation))) & np.uint64(MASK)
        x1 ^= x0
        if number % 4 == 3:
            injection = (number + 1) // 4
            x0 = (x0 + np.uint64(keys[injection % 3])) & np.uint64(MASK)
            x1 = (x1 + np.uint64(keys[(injection + 1) % 3] + injection)) & np.uint64(MASK)
    return x0, x1


class Stream:
    """A stream of random numbers, by seed. `split` derives an independent one."""

    def __init__(self, seed):
        self.key = (seed & MASK, seed >> 32)

    def split(self, name):
        key = self.key
        for code in [ord(character) for character in name] + [END_OF_NAME]:
            x0, x1 = threefry(key, [code], SPLITTING)
            key = (int(x0[0]), int(x1[0]))
        stream = Stream(0)
        stream.key = key
        return stream

    def permutation(self, n):
        """A random order of 0 .. n-1 (Fisher-Yates), from the start of the stream."""
        bits = np.stack(threefry(self.key, np.arange((n + 1) // 2)), axis=1).reshape(-1)[: max(n - 1, 0)]
        last = np.arange(n - 1, 0, -1)
        order = list(range(n))
        for i, j in zip(last.tolist(), ((bits * (last + 1).astype(np.uint64)) >> np.uint64(32)).tolist()):
            order[i], order[j] = order[j], order[i]
        return np.array(order, dtype=np.int64)


def stratified_split(labels, fraction, stream):
    """Indices of both parts, in order: the second has round(fraction * images) of each class."""
    is_second = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels).tolist():
        members = np.flatnonzero(labels == label)
        order = stream.split(f"class-{label}").permutation(len(members))
        is_second[members[order[: int(fraction * len(members) + 0.5)]]] = True
    return np.flatnonzero(~is_second), np.flatnonzero(is_second)
