"""The project's random numbers, written down from the C++ standard: std::mt19937_64 [rand.eng.mers] seeded by a
std::seed_seq [rand.util.seedseq], and uniform numbers of 53 bits. For policies that draw."""

MASK32, MASK64 = (1 << 32) - 1, (1 << 64) - 1


def seed_words(entropy, count):
    """The words that a seed_seq of the 32-bit words `entropy` generates."""
    s = len(entropy)
    t = 11 if count >= 623 else 7 if count >= 68 else 5 if count >= 39 else 3 if count >= 7 else (count - 1) // 2
    p = (count - t) // 2
    q = p + t
    words = [0x8B8B8B8B] * count

    def mixed(x):
        return x ^ (x >> 27)

    rounds = max(s + 1, count)
    for k in range(rounds):
        here, there, far = k % count, (k + p) % count, (k + q) % count
        first = 1664525 * mixed(words[here] ^ words[there] ^ words[(k - 1) % count]) & MASK32
        second = first + (s if k == 0 else here + (entropy[k - 1] if k <= s else 0)) & MASK32
        words[there] = words[there] + first & MASK32
        words[far] = words[far] + second & MASK32
        words[here] = second
    for k in range(rounds, rounds + count):
        here, there, far = k % count, (k + p) % count, (k + q) % count
        first = 1566083941 * mixed(words[here] + words[there] + words[(k - 1) % count] & MASK32) & MASK32
        second = first - here & MASK32
        words[there] ^= first
        words[far] ^= second
        words[here] = second
    return words


class Mersenne64:
    """mt19937_64 with the state `words`, 312 of 64 bits."""

    def __init__(self, words):
        self.words, self.at = list(words), 312

    @classmethod
    def of_number(cls, number):
        words = [number]
        for i in range(1, 312):
            words.append(6364136223846793005 * (words[-1] ^ (words[-1] >> 62)) + i & MASK64)
        return cls(words)

    @classmethod
    def of_words(cls, words):
        """Seeded by a seed_seq of 64-bit words, low halves first."""
        halves = [half for word in words for half in (word & MASK32, word >> 32)]
        seeds = seed_words(halves, 624)
        return cls(low | high << 32 for low, high in zip(seeds[0::2], seeds[1::2]))

    def twist(self):
        lower = (1 << 31) - 1
        x = self.words
        for i in range(312):
            y = (x[i] & ~lower & MASK64) | (x[(i + 1) % 312] & lower)
            x[i] = x[(i + 156) % 312] ^ (y >> 1) ^ (0xB5026F5AA96619E9 if y & 1 else 0)
        self.at = 0

    def bits(self):
        if self.at == 312:
            self.twist()
        z = self.words[self.at]
        self.at += 1
        z ^= (z >> 29) & 0x5555555555555555
        z ^= (z << 17) & 0x71D67FFFEDA60000
        z ^= (z << 37) & 0xFFF7EEE000000000
        return z ^ (z >> 43)

    def uniform(self):
        return (self.bits() >> 11) * 2.0**-53


def check():
    """The standard says what the 10,000th number is of a generator with the default seed."""
    generator = Mersenne64.of_number(5489)
    for _ in range(9999):
        generator.bits()
    assert generator.bits() == 9981545732273789042


check()
