"""llama.cpp's rules for a SentencePiece vocabulary in a GGUF file (tokenizer.ggml.model = llama), as plain code."""

import heapq
import re

UNKNOWN, CONTROL, USER_DEFINED = 2, 3, 4


class GgufSentencePiece:
    """`fields`: of gguf.GGUFReader."""

    def __init__(self, fields):
        value = lambda key, default=None: fields[f"tokenizer.ggml.{key}"].contents() if f"tokenizer.ggml.{key}" in fields else default
        self.tokens, self.scores, types = value("tokens"), value("scores"), value("token_type")
        self.prefix = " " if value("add_space_prefix", True) else ""
        self.ids = {}
        for i, token in enumerate(self.tokens):
            self.ids.setdefault(token, i)
        cut = sorted((token for token, kind in zip(self.tokens, types) if kind in (UNKNOWN, CONTROL, USER_DEFINED)), key=len, reverse=True)
        self.cut = re.compile("|".join(map(re.escape, cut))) if cut else None

    def piece(self, text):
        """Joins the pair with the highest score, the leftmost of equal ones, until none is a token."""
        symbols = list(text)
        before, behind = list(range(-1, len(symbols) - 1)), [*range(1, len(symbols)), -1]
        queue = []

        def consider(left, right):
            joined = symbols[left] + symbols[right] if min(left, right) >= 0 else None
            if joined in self.ids:
                heapq.heappush(queue, (-self.scores[self.ids[joined]], left, right, joined))

        for i in range(1, len(symbols)):
            consider(i - 1, i)
        while queue:
            _, left, right, joined = heapq.heappop(queue)
            if not symbols[left] or not symbols[right] or symbols[left] + symbols[right] != joined or behind[left] != right:
                continue
            symbols[left], symbols[right] = joined, ""
            behind[left] = behind[right]
            if behind[left] >= 0:
                before[behind[left]] = left
            consider(before[left], left)
            consider(left, behind[left])
        ids = []
        for symbol in filter(None, symbols):
            ids += [self.ids[symbol]] if symbol in self.ids else [self.ids[f"<0x{byte:02X}>"] for byte in symbol.encode()]
        return ids

    def encode(self, text):
        ids, done = [], 0
        matches = [*self.cut.finditer(text)] if self.cut else []
        for begin, end, token in [*((m.start(), m.end(), m[0]) for m in matches), (len(text), len(text), None)]:
            if begin > done:
                ids += self.piece((self.prefix + text[done:begin]).replace(" ", "\u2581"))
            if token is not None:
                ids.append(self.ids[token])
            done = end
        return ids
