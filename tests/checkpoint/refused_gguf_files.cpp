#include <fmt/format.h>

#include "checkpoint/refused_files.h"
#include "support/gguf_writer.h"
#include "support/tiny_model.h"

namespace multistate::test {
namespace {

constexpr const char* kTypes =
    "F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K, IQ4_NL, IQ4_XS, "
    "BF16, MXFP4";

/// A file "m.gguf" with the bytes that `make` returns.
RefusedFile bytes(const std::string& title, const std::string& message,
                  const std::function<std::string()>& make) {
  return {title, "@/m.gguf: " + message, [make](const std::filesystem::path& folder) {
            write_file(folder / "m.gguf", make());
            return folder / "m.gguf";
          }};
}

RefusedFile with_type(const std::string& title, uint32_t type, const std::string& name) {
  return spoiled_gguf(
      title,
      fmt::format("tensor 'token_embd.weight': type {} is not supported; supported: {}", name,
                  kTypes),
      [type](GgufWriter& w) { w.tensors[0].type = type; });
}

std::string cut(size_t size) {
  return tiny_gguf({}).bytes().substr(0, size);
}

}  // namespace

RefusedFile spoiled_gguf(const std::string& title, const std::string& message,
                         const std::function<void(GgufWriter&)>& spoil) {
  return bytes(title, message, [spoil] {
    GgufWriter writer = tiny_gguf({});
    spoil(writer);
    return writer.bytes();
  });
}

// The tiny model's first tensors: token_embd.weight [264, 32], 33,792 bytes from 0; then
// blk.0.attn_norm.weight [32], 128 bytes from 33,792. A layer has 30,976 bytes.
std::vector<RefusedFile> refused_gguf_files() {
  return {
      bytes("an empty file", std::string("is not a model file") + kExpectedModel,
            [] { return ""; }),
      bytes("text", std::string("is not a model file") + kExpectedModel,
            [] { return "Once upon a time"; }),
      bytes("the format before GGUF", std::string("is not a model file") + kExpectedModel,
            [] { return std::string("tjgg\3\0\0\0", 8) + std::string(64, '\0'); }),
      bytes("only the magic", "truncated: the version takes 4 bytes at offset 4, the file has 4",
            [] { return cut(4); }),
      bytes("cut in the header",
            "truncated: the number of keys takes 8 bytes at offset 16, the file has 20",
            [] { return cut(20); }),
      spoiled_gguf("GGUF 1", "GGUF version 1 is not supported; supported: 2, 3",
                   [](GgufWriter& w) { w.version = 1; }),
      spoiled_gguf("GGUF of the future", "GGUF version 4 is not supported; supported: 2, 3",
                   [](GgufWriter& w) { w.version = 4; }),
      spoiled_gguf("big-endian", "is a big-endian GGUF file; only little-endian ones are supported",
                   [](GgufWriter& w) { w.version = 0x03000000; }),
      spoiled_gguf("a key twice", "the key 'general.architecture' appears twice",
                   [](GgufWriter& w) {
                     w.metadata.emplace_back("general.architecture", gguf_text("llama"));
                   }),
      spoiled_gguf("a metadata type that does not exist",
                   "the value of 'magic' is of type 13; known are 0 to 12",
                   [](GgufWriter& w) { w.set("magic", raw(uint32_t{13}) + raw(uint64_t{0})); }),
      spoiled_gguf("an odd alignment", "'general.alignment' is 24; expected a power of two",
                   [](GgufWriter& w) { w.set("general.alignment", gguf_u32(24)); }),
      with_type("a type of importance matrices", 16, "16 (IQ2_XXS)"),
      with_type("a ternary type", 34, "34 (TQ1_0)"),
      with_type("Nvidia's four bits", 40, "40 (NVFP4)"),
      with_type("an unknown type", 200, "200"),
      spoiled_gguf(
          "rows that are not whole blocks",
          "tensor 'token_embd.weight': rows of 32 values are not whole blocks of 256 (Q4_K)",
          [](GgufWriter& w) { w.tensors[0].type = 12; }),
      spoiled_gguf("no dimension",
                   "tensor 'token_embd.weight': has 0 dimensions; allowed are 1 to 4",
                   [](GgufWriter& w) { w.tensors[0].dimensions = {}; }),
      spoiled_gguf("a dimension of 0", "tensor 'token_embd.weight': dimension 1 is 0",
                   [](GgufWriter& w) { w.tensors[0].dimensions[1] = 0; }),
      spoiled_gguf("more elements than numbers can say",
                   "tensor 'token_embd.weight': the product of the dimensions is more than 2^63",
                   [](GgufWriter& w) {
                     w.tensors[0].dimensions = {uint64_t{1} << 40, uint64_t{1} << 40};
                   }),
      spoiled_gguf("an offset between alignments",
                   "tensor 'token_embd.weight': offset 8 is not a multiple of the alignment 32",
                   [](GgufWriter& w) { w.tensors[0].offset = 8; }),
      spoiled_gguf(
          "a tensor inside another",
          "tensor 'blk.0.attn_norm.weight': offset 32 is inside tensor 'token_embd.weight', "
          "which takes 33792 bytes from 0",
          [](GgufWriter& w) { w.tensors[1].offset = 32; }),
      spoiled_gguf("a tensor twice", "tensor 'token_embd.weight': appears twice",
                   [](GgufWriter& w) { w.tensors[1].name = "token_embd.weight"; }),
      bytes("cut in the last tensor",
            "tensor 'output_norm.weight': offset 95744 + 128 bytes is beyond the end of the file "
            "(95840 bytes of tensor data)",
            [] {
              const std::string whole = tiny_gguf({}).bytes();
              return whole.substr(0, whole.size() - 32);
            }),
  };
}

}  // namespace multistate::test
