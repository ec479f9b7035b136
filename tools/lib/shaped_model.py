"""Model files with the shapes of a large model and random weights, to measure speed with."""
import itertools
import json
import os
import random
import struct

# What multiplies and what lies in a cache of Llama 2 7B; its number of layers is the caller's.
LLAMA_2_7B = {"hidden_size": 4096, "intermediate_size": 11008, "num_attention_heads": 32, "num_key_value_heads": 32,
              "vocab_size": 32000, "max_position_embeddings": 4096}
SMALL = {"hidden_size": 64, "intermediate_size": 160, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 320,
         "max_position_embeddings": 4096}
ONE = b"\x80\x3f"  # In bfloat16, the upper half of a float32, as all weights are.


def random_weights(count, seed=0):
    """Numbers of either sign from 2^-6 to 2^-5."""
    source = random.Random(seed)
    low = source.randbytes(count).translate(bytes(0x80 | byte & 0x7F for byte in range(256)))
    high = source.randbytes(count).translate(bytes(byte & 0x80 | 0x3C for byte in range(256)))
    weights = bytearray(2 * count)
    weights[0::2], weights[1::2] = low, high
    return bytes(weights)


def shapes_of(config):
    """Name to shape of every tensor."""
    hidden, inner, words = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
    keys = hidden // config["num_attention_heads"] * config["num_key_value_heads"]
    shapes = {"model.embed_tokens.weight": (words, hidden)}
    for layer in range(config["num_hidden_layers"]):
        for name, shape in {"self_attn.q_proj": (hidden, hidden), "self_attn.k_proj": (keys, hidden),
                            "self_attn.v_proj": (keys, hidden), "self_attn.o_proj": (hidden, hidden),
                            "mlp.gate_proj": (inner, hidden), "mlp.up_proj": (inner, hidden), "mlp.down_proj": (hidden, inner),
                            "input_layernorm": (hidden,), "post_attention_layernorm": (hidden,)}.items():
            shapes[f"model.layers.{layer}.{name}.weight"] = shape
    return shapes | {"model.norm.weight": (hidden,), "lm_head.weight": (words, hidden)}


def write(folder, shape, layers):
    """A folder in Hugging Face's form, without a tokenizer. Weights repeat: an odd number of random ones, so that no two rows of a
    matrix are alike."""
    config = shape | {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_hidden_layers": layers, "hidden_act": "silu",
                      "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": False, "torch_dtype": "bfloat16"}
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump(config, file)
    header, end = {}, 0
    for name, sizes in shapes_of(config).items():
        begin, end = end, end + 2 * (sizes[0] * sizes[1] if len(sizes) == 2 else sizes[0])
        header[name] = {"dtype": "BF16", "shape": list(sizes), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    block = random_weights(1_000_003)
    with open(os.path.join(folder, "model.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in header.values():
            size = tensor["data_offsets"][1] - tensor["data_offsets"][0]
            for piece in [ONE * (size // 2)] if len(tensor["shape"]) == 1 else pieces(block, size):
                file.write(piece)
    return folder


def pieces(block, size):
    for begin in itertools.count(0, len(block)):
        if begin >= size:
            return
        yield block[:size - begin]
