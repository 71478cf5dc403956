"""The random numbers of inkgrad's dropout mask: Threefry-2x32 with 20 rounds (Salmon et al., SC 2011)."""

ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24]
MASK = 0xFFFFFFFF


def block(key, counter):
    """Two 32-bit words."""
    keys = [key[0], key[1], key[0] ^ key[1] ^ 0x1BD11BDA]
    x0, x1 = (counter + keys[0]) & MASK, keys[1]
    for index in range(20):
        rotation = ROTATIONS[index % 8]
        x0 = (x0 + x1) & MASK
        x1 = ((x1 << rotation | x1 >> (32 - rotation)) & MASK) ^ x0
        if index % 4 == 3:
            turn = (index + 1) // 4
            x0 = (x0 + keys[turn % 3]) & MASK
            x1 = (x1 + keys[(turn + 1) % 3] + turn) & MASK
    return [x0, x1]


def uniform(key, count):
    """The first `count` numbers of the stream, in [0, 1)."""
    words = [word for counter in range((count + 1) // 2) for word in block(key, counter)]
    return [(word >> 8) * 2.0**-24 for word in words[:count]]
