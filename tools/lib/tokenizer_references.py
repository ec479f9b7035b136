"""What other programs make of the tokenizers in tokenizer_material: functions from a text to ids."""

import pathlib

# Steps in front of byte-level BPE by the names of llama.cpp, as the models' own tokenizers have them.
_WORD = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?"
_REST = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_LLAMA3 = _WORD + r"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + _REST
_QWEN2 = _WORD + r"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + _REST
_QWEN35 = _WORD + r"[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + _REST


def of_json(path):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def of_gguf(path):
    """By `tokenizers`; SentencePiece, which it does not know by scores, by gguf_sentencepiece. None where its steps are not known here."""
    from gguf import GGUFReader
    from gguf_sentencepiece import GgufSentencePiece
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers as steps

    fields = GGUFReader(path).fields
    if fields["tokenizer.ggml.model"].contents() == "llama":
        return GgufSentencePiece(fields).encode
    value = lambda key: fields["tokenizer.ggml." + key].contents()
    split = lambda pattern: [steps.Split(Regex(pattern), "isolated"), steps.ByteLevel(add_prefix_space=False, use_regex=False)]
    gpt2 = [steps.ByteLevel(add_prefix_space=False, use_regex=True)]
    digits = [steps.Digits(individual_digits=True)]
    cjk = steps.Split(Regex("[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"), "isolated")
    plain = [steps.ByteLevel(add_prefix_space=False, use_regex=False)]
    known = {  # name: (normalizer, steps, ignore_merges)
        "llama-bpe": (None, split(_LLAMA3), True),
        "qwen2": (normalizers.NFC(), split(_QWEN2), False),
        "qwen35": (None, split(_QWEN35), False),
        "gpt-2": (None, gpt2, False),
        "mpt": (normalizers.NFC(), gpt2, False),
        "starcoder": (None, digits + gpt2, False),
        "refact": (None, digits + gpt2, False),
        "smollm": (None, digits + gpt2, False),
        "command-r": (normalizers.NFC(), digits + gpt2, False),
        "falcon": (None, [steps.Punctuation("contiguous"), *gpt2, steps.Digits(individual_digits=False),
                          steps.Split(Regex("[0-9][0-9][0-9]"), "isolated")], False),
        "deepseek-coder": (None, [*(steps.Split(Regex(pattern), "isolated") for pattern in ("[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+")),
                                  cjk, *digits, *plain], False),
    }
    if value("model") != "gpt2" or value("pre") not in known:
        return None
    normalizer, pre_tokenizer, ignore_merges = known[value("pre")]
    tokens = value("tokens")
    merges = [tuple(merge.split(" ")) for merge in value("merges")]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges, ignore_merges=ignore_merges))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = steps.Sequence(pre_tokenizer)
    kinds = list(zip(tokens, value("token_type")))
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token, kind in kinds if kind == 3])
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token, kind in kinds if kind == 4])
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def of_sentencepiece(path):
    """Control tokens are cut out first, as a tokenizer for models has to; the text behind one begins with the dummy space again."""
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    control = [processor.id_to_piece(i) for i in range(processor.get_piece_size()) if processor.is_control(i) or processor.is_unknown(i)]
    return lambda text: None if any(token in text for token in control) else processor.encode(text)


def of_tiktoken(path):
    """Llama 3's: its package's expression; texts with special tokens have no reference here."""
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe

    encoding = tiktoken.Encoding("llama3", pat_str=_LLAMA3, mergeable_ranks=load_tiktoken_bpe(str(path)), special_tokens={})
    return lambda text: None if "<|" in text else encoding.encode(text, disallowed_special=())


def of_qwen(path):
    """As its package does: of the text in form NFC, with all special tokens."""
    import tiktoken
    import unicodedata
    from tiktoken.load import load_tiktoken_bpe

    ranks = load_tiktoken_bpe(str(path))
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<|extra_{i}|>" for i in range(205))]
    encoding = tiktoken.Encoding("qwen", pat_str=_QWEN2, mergeable_ranks=ranks,
                                 special_tokens={token: len(ranks) + i for i, token in enumerate(special)})
    return lambda text: encoding.encode(unicodedata.normalize("NFC", text), allowed_special="all", disallowed_special=())


def of_tekken(path):
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer

    tokenizer = Tekkenizer.from_file(path)
    special = [token["token_str"] if isinstance(token, dict) else token.token_str for token in tokenizer._all_special_tokens]
    return lambda text: None if any(token in text for token in special) else tokenizer.encode(text, bos=False, eos=False)


BY_KIND = {  # kind of material: (program, its function)
    "json": ("tokenizers", of_json),
    "gguf": ("tokenizers", of_gguf),
    "sentencepiece": ("sentencepiece", of_sentencepiece),
    "tiktoken": ("tiktoken", of_tiktoken),
    "qwen": ("tiktoken", of_qwen),
    "tekken": ("mistral-common", of_tekken),
}


def published(path):
    """llama.cpp's test strings with the ids beside the vocabulary; {} where there are none."""
    outputs = pathlib.Path(f"{path}.out")
    if not outputs.exists():
        return {}
    lines = outputs.read_text(encoding="ascii").split("\n")
    return {text: [int(word) for word in line.split()] for text, line in zip(strings(path), lines)}


def strings(path):
    inputs = pathlib.Path(f"{path}.inp").read_bytes().decode("utf-8")
    return inputs.split("\n__ggml_vocab_test__\n")
