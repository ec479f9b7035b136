"""The random numbers of policies, written down from Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011): Philox
4x32-10, a function of a counter and a key. The key is that of seed, sample, layer and set; the counter says step, position and draw."""

MASK32 = (1 << 32) - 1


def philox4x32(counter, key, rounds=10):
    """Four words of 32 bits."""
    c, k = list(counter), list(key)
    for _ in range(rounds):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & MASK32, a >> 32 ^ c[3] ^ k[1], a & MASK32]
        k = [k[0] + 0x9E3779B9 & MASK32, k[1] + 0xBB67AE85 & MASK32]
    return c


def uniform(words, step, position, draw=0):
    """In [0, 1), 53 bits; `words`: seed, sample, layer and set."""
    seed, sample, layer, rows = words
    key = philox4x32([sample & MASK32, sample >> 32, layer, rows], [seed & MASK32, seed >> 32])[:2]
    high, low, _, _ = philox4x32([step, position, draw, 0], key)
    return ((high << 32 | low) >> 11) * 2.0**-53


if __name__ == "__main__":
    # Known answers of the authors' library (Random123, kat_vectors).
    assert philox4x32([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert philox4x32([MASK32] * 4, [MASK32] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    assert philox4x32([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]) == [
        0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]
    for words, place in (((0, 0, 0, 0), (0, 0, 0)), ((3, 5, 2, 1), (9, 4, 0)), ((3, 5, 2, 1), (9, 4, 1)),
                         (((1 << 40) + 7, (1 << 33) + 1, 29, 2), (4095, 17, 8))):
        print(words, place, uniform(words, *place).hex())
