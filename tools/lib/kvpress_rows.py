"""The rows that kvpress keeps of a prompt of SmolLM2 beside those that policies keep: for tools/oracle_kvpress."""
import functools
import json
import os
import subprocess
import tempfile
import types

import philox
import smollm2

TOKENS, QUESTION, WINDOW, SINKS = 512, 20, 32, 4
PUBLISHED = "prompt: one_shot, after_prompt: keep"


def calibrate(file):
    """What `multistate calibrate` measures of the model, in `file`."""
    subprocess.run([smollm2.PROGRAM, "calibrate", smollm2.MODEL, "--data", os.path.join(os.path.dirname(smollm2.NOVEL), "emma.txt"),
                    "--output", file, "--tokens", "4096"], capture_output=True, check=True)


def query_filters(file):
    """The filters of Q-Filters [L, G, D], from a calibration."""
    import torch
    from safetensors.torch import load_file

    tensors = load_file(file)
    layers = sum(name.endswith("query_directions") for name in tensors)
    filters = []
    for layer in range(layers):
        directions, keys = (tensors[f"layers.{layer}.{name}"] for name in ("query_directions", "key_means"))
        filters.append(-directions.view(len(keys), -1, directions.shape[-1]).mean(1))
    return torch.stack(filters)


def lazy_layers():
    """SimLayerKV whose last token looks at its own row, too, as in the authors' code. Lazy layers keep 4 rows and the newest 128."""
    import kvpress
    from kvpress.utils import get_prerope_query_states
    from transformers.models.llama.modeling_llama import repeat_kv, rotate_half

    class WithOwnRow(kvpress.SimLayerKVPress):
        def is_lazy(self, module, hidden_states, keys, position_embeddings):
            cos, sin = (table[:, -1:].unsqueeze(1) for table in position_embeddings)
            query = get_prerope_query_states(module, hidden_states[:, -1:])
            query = query * cos + rotate_half(query) * sin
            logits = query @ repeat_kv(keys, module.num_key_value_groups).transpose(2, 3) * module.scaling
            weights = logits.softmax(dim=-1).mean(dim=(0, 1, 2))
            return (weights[:self.n_initial].sum() + weights[1 - self.n_recent:].sum()).item() > self.lazy_threshold

    return WithOwnRow(lazy_threshold=0.9, n_recent=129)


def comparisons(calibration):
    """Policy, its options, rows kept, the press. `calibration`: a file."""
    import kvpress

    def ratio(k):
        return 1 - k / TOKENS

    def finch(k):
        press = kvpress.FinchPress(compression_ratio=ratio(k), rerotate_keys=False)
        press.window_size, press.delimiter_token_id = QUESTION, -1  # The question's tokens; none marks where it begins.
        return press

    def qfilters(k):
        press = kvpress.QFilterPress(ratio(k))
        press.post_init_from_model = lambda model: None  # Would ask the hub for filters.
        press.q_filters = query_filters(calibration)
        return press

    window = f"window: {WINDOW}, recent: {WINDOW}"
    both = [
        ("snapkv", window, lambda k: kvpress.SnapKVPress(ratio(k), window_size=WINDOW)),
        ("cur", f"sinks: {SINKS}", lambda k: kvpress.CURPress(ratio(k), num_sinks=SINKS)),
        ("finch", "", finch),
        ("keydiff", "", lambda k: kvpress.KeyDiffPress(ratio(k))),
        ("knorm", "", lambda k: kvpress.KnormPress(ratio(k))),
        ("qfilters", f"calibration: {calibration}", qfilters),
        ("tova", "scope: layer, recent: 1", lambda k: kvpress.TOVAPress(ratio(k))),
        ("expected_attention", f"sinks: {SINKS}, every: 1",
         lambda k: kvpress.ExpectedAttentionPress(ratio(k), n_sink=SINKS)),
        ("criticalkv", f"base: snapkv, {window}",
         lambda k: kvpress.CriticalKVPress(kvpress.SnapKVPress(ratio(k), window_size=WINDOW))),
        ("leverage", "sketch: 0.75", lambda k: kvpress.LeverageScorePress(ratio(k))),
        ("compactor", "chunk: 250, sketch: 0.75", lambda k: kvpress.CompactorPress(ratio(k), chunk_size=250, blending=0.5)),
        ("streaming", f"sinks: {SINKS}", lambda k: kvpress.StreamingLLMPress(ratio(k), n_sink=SINKS)),
        # kvpress takes the safeguard of the whole share, the window's rows included: here nothing is left of it.
        ("adakv", f"{window}, safeguard: 0",
         lambda k: kvpress.AdaKVPress(kvpress.SnapKVPress(ratio(k), window_size=WINDOW), WINDOW / k)),
    ]
    both += [
        # Chunks of which whole numbers are kept.
        ("chunkkv", f"base: snapkv, size: 16, {window}",
         lambda k: kvpress.ChunkKVPress(kvpress.SnapKVPress(ratio(k), window_size=WINDOW), chunk_length=16)),
        ("kvzip", f"sinks: {SINKS}", lambda k: kvpress.KVzipPress(ratio(k), n_sink=SINKS)),
        ("kvzip", f"sinks: {SINKS}, chunk: 200", lambda k: kvpress.KVzipPress(ratio(k), n_sink=SINKS, chunk_size=200)),
        ("kvcompose", "", lambda k: kvpress.KVComposePress(compression_ratio=ratio(k))),
    ]
    all_of = [(name, options, k, press(k)) for name, options, press in both for k in (256, 64)]
    # 32 rows that stay and as many ranks of 30 chunks as there are rows: none is cut in two.
    all_of += [("lagkv", f"sinks: {SINKS}, lag: 16", k, kvpress.LagKVPress(ratio(k), n_sink=SINKS, lag_size=16))
               for k in (32 + 30 * 7, 32 + 30)]
    # At less rows kvpress falls back to SnapKV.
    return all_of + [("simlayerkv", "newest: 128", 500, lazy_layers()), ("pyramidkv", f"{window}, least: 0, beta: 4", 256,
                      kvpress.PyramidKVPress(ratio(256), window_size=WINDOW, beta=4))]


@functools.lru_cache(maxsize=None)
def normal_matrices(layer, heads, size, sketch):
    """The numbers [G, D, sketch] that policies draw at the end of the prompt, by Box and Muller."""
    import torch

    def matrix(head):
        numbers = [philox.uniform((0, 0, layer, head), TOKENS - 1, 0, draw) for draw in range(2 * size * sketch)]
        pairs = torch.tensor(numbers, dtype=torch.float64).view(size, sketch, 2)
        return (-2.0 * torch.log1p(-pairs[..., 0])).sqrt() * torch.cos(2.0 * torch.pi * pairs[..., 1])

    return torch.stack([matrix(head) for head in range(heads)])


class Recorder:
    """Which rows a press keeps of a prompt, by layer and key/value head."""

    def __init__(self, press):
        self.press, self.kept, self.layer = press, {}, None

    def __enter__(self):
        import torch

        self.compress, self.randn = self.press.compress, torch.randn
        self.press.compress, torch.randn = self.record, self.draw

    def __exit__(self, *_):
        import torch

        torch.randn = self.randn
        del self.press.compress

    def draw(self, _, heads, size, sketch, **options):
        return normal_matrices(self.layer, heads, size, sketch).unsqueeze(0).to(**options)

    def record(self, module, hidden_states, keys, values, attentions, kwargs):
        before = [{row.numpy().tobytes(): i for i, row in enumerate(head)} for head in keys[0]]
        module.masked_key_indices, self.layer = None, module.layer_idx
        found = self.compress(module, hidden_states, keys, values, attentions, kwargs)
        heads = [{places[row.numpy().tobytes()] for row in head} for places, head in zip(before, found[0][0])]
        if module.masked_key_indices is not None:  # Rows stay, to be masked.
            for head, row in zip(*(x.tolist() for x in module.masked_key_indices[1:])):
                heads[head].discard(row)
        self.kept[module.layer_idx] = heads
        return found


def rows_of_press(model, ids, press):
    import torch
    from transformers import DynamicCache

    recorder = Recorder(press)
    with torch.no_grad(), recorder, press(model):
        model.model(input_ids=ids, past_key_values=DynamicCache())
    return [recorder.kept[layer] for layer in range(model.config.num_hidden_layers)]


def rows_of_replay(model, ids, press):
    """Of a press that reads the prompt again, and masks what goes, after the prompt."""
    import torch
    from transformers import DynamicCache

    kept = []
    with torch.no_grad(), press(model):
        model.model(input_ids=ids, past_key_values=DynamicCache())
    for layer in model.model.layers:
        heads = [set(range(ids.shape[1])) for _ in range(model.config.num_key_value_heads)]
        for head, row in zip(*(x.tolist() for x in layer.self_attn.masked_key_indices[1:])):
            heads[head].discard(row)
        layer.self_attn.masked_key_indices = None
        kept.append(heads)
    return kept


def rows_of_composition(model, ids, press):
    """Of a press that composes rows of all heads, after the prompt."""
    import torch
    from transformers import DynamicCache

    kept = []
    press.compress_cache = lambda _: kept.extend(
        [{int(row) for row in mask.nonzero()} for mask in layer] for layer in press.important_mask_per_kv_head)
    with torch.no_grad(), press(model):
        model.model(input_ids=ids, past_key_values=DynamicCache())
    return kept


def compare(probe):
    """Policy, options, k, rows that only one of the two keeps, rows that kvpress keeps."""
    with tempfile.TemporaryDirectory() as folder:
        calibration = os.path.join(folder, "smollm2.safetensors")
        calibrate(calibration)
        yield from compare_with(probe, calibration)


def compare_with(probe, calibration):
    import kvpress
    import torch

    transformers = smollm2.Transformers()
    # KVzip's instruction without marks of a chat.
    transformers.tokenizer.chat_template = None
    kvpress.presses.kvzip_press.AutoTokenizer = types.SimpleNamespace(from_pretrained=lambda _: transformers.tokenizer)
    transformers.model.set_attn_implementation("sdpa")
    ids = transformers.novel_ids(TOKENS)
    cases = comparisons(calibration)
    request = {"ids": ids, "question": QUESTION,
               "runs": [{"policy": name, "state_size": k, "options": "{" + ", ".join(filter(None, [options, PUBLISHED])) + "}"}
                        for name, options, k, _ in cases]}
    done = subprocess.run([probe, smollm2.MODEL], input=json.dumps(request), capture_output=True, text=True, check=True)
    for (name, options, k, press), ours in zip(cases, json.loads(done.stdout)):
        by_type = {kvpress.KVzipPress: rows_of_replay, kvpress.KVComposePress: rows_of_composition}
        theirs = by_type.get(type(press), rows_of_press)(transformers.model, torch.tensor([ids]), press)
        differing = kept = 0
        for our_sets, their_heads in zip(ours, theirs):
            for head, rows in enumerate(their_heads):
                own = set(our_sets[head * len(our_sets) // len(their_heads)])
                differing += len(own ^ rows)
                kept += len(rows)
        yield name, options, k, differing, kept
