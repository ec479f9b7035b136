"""SentencePiece, tekken and tiktoken vocabularies that packages bring, with reference encoders, for tools/oracle_spm."""

import heapq
import json
import pathlib
import re
import struct

MISTRAL_FILES = ["tokenizer.model.v1", "mistral_instruct_tokenizer_240216.model.v2", "mistral_instruct_tokenizer_240323.model.v3",
                 "mistral_instruct_tokenizer_241114.model.v7"]
TEKKEN_FILES = ["tekken_240718.json", "tekken_240911.json"]
CONTROL, USER_DEFINED = 3, 4

HOSTILE = [
    "", " ", "  ", "   a", "a   ", "\t", "\n", "\n\n", "\r\n", " \n \t x", "a\n\n\nb", "Hello world", " Hello", "Hello,  world!\n",
    "\u2581", "\u2581a \u2581", "e\u0301", "\u00e9", "\u212b", "\ufb01", "\uff21\uff22", "\u00a0", "\u3000x", "\u200b\u200d", "\u180e", "\ufeffx",
    "\u0301", "\U0001f600", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "\u4e16\u754c", "\u0e2a\u0e27\u0e31\u0e2a",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "\u202eabc\u202c", "12345 1,234.5 1e-5", "\u0661\u0662\u0663 \u2167 \u00bd", "IT'S it's 'LL \u2019s",
    "\u017f'\u017f", "a" * 300, "ab" * 200, "!?" * 100, " " * 100, "\n" * 50, "\x01\x02\x7f", "\U0010ffff", "\ue000", "\ud7ff", "<0x41>", "<|x|>",
    "def f(x):\n\treturn x ** 2  # comment\n", "https://a.example/b?c=d&e=%20", "\u0130\u0131\u1e9e\u00df", "x\u0300\u0301\u0302\u0303y", "[ INST ] ( )",
]


def write_safetensors(folder, vocabulary_size):
    """A Llama of one layer whose weights are zeros: `multistate` wants a model around a tokenizer."""
    hidden = 4
    layer = "model.layers.0."
    shapes = {"model.embed_tokens.weight": [vocabulary_size, hidden], "model.norm.weight": [hidden]}
    for name in ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"):
        shapes[f"{layer}{name}.weight"] = [hidden, hidden]
    for name in ("input_layernorm", "post_attention_layernorm"):
        shapes[f"{layer}{name}.weight"] = [hidden]
    header, offset = {}, 0
    for name, shape in shapes.items():
        size = 4
        for side in shape:
            size *= side
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + offset)
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": vocabulary_size, "hidden_size": hidden,
              "intermediate_size": hidden, "num_hidden_layers": 1, "num_attention_heads": 1, "num_key_value_heads": 1,
              "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": True}
    (folder / "config.json").write_text(json.dumps(config))


def folder_with(work, name, file, vocabulary_size, target):
    """A model folder with a tokenizer file under the name that Hugging Face folders have."""
    folder = pathlib.Path(work) / name
    folder.mkdir()
    write_safetensors(folder, vocabulary_size)
    (folder / target).symlink_to(file)
    return folder


def gguf_with(work, name, source):
    """A GGUF model around the vocabulary of a file that has nothing else."""
    import gguf
    import numpy

    reader = gguf.GGUFReader(source)
    path = pathlib.Path(work) / f"{name}.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    hidden = 32
    for key, value in (("context_length", 64), ("embedding_length", hidden), ("feed_forward_length", hidden), ("block_count", 1),
                       ("attention.head_count", 1), ("attention.head_count_kv", 1)):
        writer.add_uint32(f"llama.{key}", value)
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    for key, field in reader.fields.items():
        if not key.startswith("tokenizer."):
            continue
        value = field.contents()
        types = [kind for kind in field.types if kind != gguf.GGUFValueType.ARRAY]
        if isinstance(value, list):
            writer.add_key_value(key, value, gguf.GGUFValueType.ARRAY, sub_type=types[0])
        else:
            writer.add_key_value(key, value, types[0])
    tokens = len(reader.fields["tokenizer.ggml.tokens"].data)
    zeros = lambda *shape: numpy.zeros(shape, numpy.float32)
    writer.add_tensor("token_embd.weight", zeros(tokens, hidden))
    writer.add_tensor("output_norm.weight", zeros(hidden))
    for part in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
        writer.add_tensor(f"blk.0.{part}.weight", zeros(hidden, hidden))
    for part in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.0.{part}.weight", zeros(hidden))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


class GgufSentencePiece:
    """llama.cpp's rules for tokenizer.ggml.model = llama, as plain code."""

    def __init__(self, path):
        import gguf

        fields = gguf.GGUFReader(path).fields
        value = lambda key, default=None: fields[f"tokenizer.ggml.{key}"].contents() if f"tokenizer.ggml.{key}" in fields else default
        self.tokens, self.scores, types = value("tokens"), value("scores"), value("token_type")
        self.prefix = " " if value("add_space_prefix", True) else ""
        self.ids = {}
        for i, token in enumerate(self.tokens):
            self.ids.setdefault(token, i)
        cut = sorted((token for token, kind in zip(self.tokens, types) if kind in (CONTROL, USER_DEFINED)), key=len, reverse=True)
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


def package_cases(work):
    """Name, model for multistate, and reference, of every file that mistral-common and llama-models bring."""
    import importlib.resources

    import sentencepiece
    import tiktoken.load
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer

    data = importlib.resources.files("mistral_common") / "data"
    for name in MISTRAL_FILES:
        reference = sentencepiece.SentencePieceProcessor(model_file=str(data / name))
        yield name, folder_with(work, name, data / name, reference.vocab_size(), "tokenizer.model"), reference.encode
    for name in TEKKEN_FILES:
        reference = Tekkenizer.from_file(data / name)
        encode = lambda text, reference=reference: reference.encode(text, bos=False, eos=False)
        yield name, folder_with(work, name, data / name, reference.n_words, "tekken.json"), encode
    file = importlib.resources.files("llama_models") / "llama3" / "tokenizer.model"
    pattern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
    ranks = tiktoken.load.load_tiktoken_bpe(str(file))
    reference = tiktoken.Encoding(name="llama3", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    yield "llama3 tokenizer.model", folder_with(work, "llama3", file, len(ranks) + 256, "tokenizer.model"), reference.encode_ordinary


def published_cases(work, models):
    """Name, model, and texts with ids, of llama.cpp's vocabularies of this kind (folder vendor/llama.cpp/models)."""
    for name in ("llama-spm", "phi-3"):
        source = pathlib.Path(models) / f"ggml-vocab-{name}.gguf"
        texts = open(source.with_suffix(".gguf.inp"), encoding="utf-8", newline="").read().split("\n__ggml_vocab_test__\n")
        ids = [[int(word) for word in line.split()] for line in source.with_suffix(".gguf.out").read_text().splitlines()]
        yield name, gguf_with(work, name, source), [*zip(texts, ids)]
