#include <algorithm>

#include "checkpoint/refused_files.h"
#include "checkpoint/sharded_gguf.h"
#include "support/gguf_writer.h"
#include "support/tiny_model.h"

namespace multistate::test {
namespace {

namespace fs = std::filesystem;

RefusedFile with_key(const std::string& title, const std::string& message, const std::string& key,
                     const std::string& value) {
  return spoiled_gguf(title, message, [key, value](GgufWriter& w) { w.set(key, value); });
}

GgufTensorEntry& tensor(GgufWriter& writer, const std::string& name) {
  return *std::find_if(writer.tensors.begin(), writer.tensors.end(),
                       [&](const GgufTensorEntry& one) { return one.name == name; });
}

/// The tiny model in three shards, spoiled; `open` is the number of the one that is opened.
RefusedFile shards(const std::string& title, const std::string& message,
                   const std::function<void(std::vector<GgufWriter>&)>& spoil, size_t open = 1) {
  return {title, message, [spoil, open](const fs::path& folder) {
            auto parts = tiny_gguf_shards(3);
            spoil(parts);
            write_shards(parts, folder);
            return shard_path(folder, open, 3);
          }};
}

/// As they should be, but for what `change` does to the files.
RefusedFile changed_shards(const std::string& title, const std::string& message,
                           const std::function<fs::path(const fs::path& folder)>& change) {
  return {title, message, [change](const fs::path& folder) {
            write_shards(tiny_gguf_shards(3), folder);
            return change(folder);
          }};
}

}  // namespace

std::vector<RefusedFile> refused_gguf_models() {
  return {
      spoiled_gguf("no architecture", "the key 'general.architecture' is missing",
                   [](GgufWriter& w) { w.remove("general.architecture"); }),
      with_key("an adapter", "'general.type' is 'adapter'; supported: 'model'", "general.type",
               gguf_text("adapter")),
      with_key("experts", "'llama.expert_count' is '8', which is not supported; supported: '0'",
               "llama.expert_count", gguf_u32(8)),
      with_key("an unknown key of the architecture",
               "the key 'llama.attention.magic' (value 'true') is not supported",
               "llama.attention.magic", gguf_bool(true)),
      with_key("an unknown scaling of RoPE",
               "'llama.rope.scaling.type' is 'su'; supported: 'none', 'linear', 'yarn', 'longrope'",
               "llama.rope.scaling.type", gguf_text("su")),
      with_key("no layer", "the number of layers is 0; allowed are 1 to 10000", "llama.block_count",
               gguf_u32(0)),
      with_key("a billion layers", "the number of layers is 1000000000; allowed are 1 to 10000",
               "llama.block_count", gguf_u32(1'000'000'000)),
      with_key("one layer more than there are tensors for",
               "tensor 'blk.2.attn_norm.weight' is missing", "llama.block_count", gguf_u32(3)),
      with_key("heads of another kind for each layer",
               "'llama.attention.head_count' is 'an array of 2 integers'; expected an integer",
               "llama.attention.head_count", gguf_i32s({4, 4})),
      with_key("heads that cannot be shared out",
               "4 query heads cannot be shared out among 3 key/value heads",
               "llama.attention.head_count_kv", gguf_u32(3)),
      spoiled_gguf("no heads, in a model whose scale of attention depends on their number",
                   "the number of query heads is 0; allowed are 1 to 2147483648",
                   [](GgufWriter& w) {
                     for (auto& [key, value] : w.metadata) {
                       if (key.starts_with("llama.")) {
                         key.replace(0, 5, "gemma3");
                       }
                     }
                     w.set("general.architecture", gguf_text("gemma3"));
                     w.set("gemma3.block_count", gguf_u32(62));
                     w.set("gemma3.attention.key_length", gguf_u32(8));
                     w.set("gemma3.attention.head_count", gguf_u32(0));
                   }),
      spoiled_gguf("a weight is missing", "tensor 'blk.1.ffn_up.weight' is missing",
                   [](GgufWriter& w) {
                     std::erase_if(w.tensors,
                                   [](const auto& t) { return t.name == "blk.1.ffn_up.weight"; });
                   }),
      spoiled_gguf("a weight is transposed",
                   "tensor 'blk.0.ffn_down.weight' has shape [48, 32]; expected [32, 48]",
                   [](GgufWriter& w) {
                     tensor(w, "blk.0.ffn_down.weight").dimensions = {32, 48};
                   }),
      spoiled_gguf("a norm is too short",
                   "tensor 'output_norm.weight' has shape [16]; expected [32]",
                   [](GgufWriter& w) { tensor(w, "output_norm.weight").dimensions = {16}; }),
      spoiled_gguf(
          "a weight that the architecture has not",
          "tensor 'blk.0.attn_q_norm.weight' is not supported: a model of the architecture "
          "'llama' with 2 layers and this configuration has no such weight",
          [](GgufWriter& w) { w.add("blk.0.attn_q_norm.weight", {8}, 0, std::string(32, '\0')); }),
  };
}

std::vector<RefusedFile> refused_gguf_shards() {
  const std::string first = "@/tiny-00001-of-00003.gguf";
  const std::string second = "@/tiny-00002-of-00003.gguf";
  const std::string third = "@/tiny-00003-of-00003.gguf";
  const auto nothing = [](std::vector<GgufWriter>&) {};
  return {
      shards("another shard than the first is opened",
             second + ": is shard 2 of a split model ('split.no'); give the first, " + first,
             nothing, 2),
      changed_shards("a shard is missing", first + ": shard 2 of 3 is missing: " + second,
                     [](const fs::path& folder) {
                       fs::remove(shard_path(folder, 2, 3));
                       return folder;
                     }),
      changed_shards("the first shard is missing", second + ": shard 1 of 3 is missing: " + first,
                     [](const fs::path& folder) {
                       fs::remove(shard_path(folder, 1, 3));
                       fs::remove(shard_path(folder, 3, 3));
                       return folder;
                     }),
      changed_shards("the first shard has another name",
                     "@/model.gguf: is one of 3 files by 'split.count', so its name must end in "
                     "-00001-of-00003.gguf",
                     [](const fs::path& folder) {
                       fs::rename(shard_path(folder, 1, 3), folder / "model.gguf");
                       return folder / "model.gguf";
                     }),
      changed_shards("two shards are exchanged", second + ": 'split.no' is 2; expected 1",
                     [](const fs::path& folder) {
                       fs::rename(shard_path(folder, 2, 3), folder / "x");
                       fs::rename(shard_path(folder, 3, 3), shard_path(folder, 2, 3));
                       fs::rename(folder / "x", shard_path(folder, 3, 3));
                       return folder;
                     }),
      changed_shards("a shard is a whole model", second + ": 'split.no' is missing; expected 1",
                     [](const fs::path& folder) {
                       write_tiny_gguf({}, shard_path(folder, 2, 3));
                       return folder;
                     }),
      changed_shards("a shard is no GGUF file",
                     third + ": is not a GGUF file: it starts with 'Once', not with 'GGUF'",
                     [](const fs::path& folder) {
                       write_file(shard_path(folder, 3, 3), "Once upon a time");
                       return folder;
                     }),
      shards("a shard of a model in more files", third + ": 'split.count' is 4; expected 3",
             [](auto& parts) { parts[2].set("split.count", gguf_u32(4)); }),
      shards("a shard of a model with more tensors",
             third + ": 'split.tensors.count' is '40', but '20' in " + first +
                 ": they are shards of different models",
             [](auto& parts) { parts[2].set("split.tensors.count", gguf_u32(40)); }),
      shards("a shard of another architecture",
             second + ": 'general.architecture' is 'qwen3', but 'llama' in " + first +
                 ": they are shards of different models",
             [](auto& parts) { parts[1].set("general.architecture", gguf_text("qwen3")); }),
      shards("a key that only a later shard has",
             second + ": 'general.finetune' is 'chat', but missing in " + first +
                 ": they are shards of different models",
             [](auto& parts) { parts[1].set("general.finetune", gguf_text("chat")); }),
      shards("a tensor in two shards",
             third + ": tensor 'token_embd.weight' is in an earlier shard as well",
             [](auto& parts) { parts[2].tensors[0].name = "token_embd.weight"; }),
      shards("fewer tensors than were split", first + ": 'split.tensors.count' is 20; expected 19",
             [](auto& parts) { parts[1].tensors.pop_back(); }),
      shards("a tensor of another shape in a later shard",
             third + ": tensor 'output_norm.weight' has shape [16]; expected [32]",
             [](auto& parts) { parts[2].tensors.back().dimensions = {16}; }),
      shards("no number of files", first + ": 'split.count' is 0; expected 1 or more",
             [](auto& parts) { parts[0].set("split.count", gguf_u32(0)); }),
  };
}

}  // namespace multistate::test
