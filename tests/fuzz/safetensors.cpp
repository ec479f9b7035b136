// A safetensors file: its header, metadata, and the numbers of all tensors.

#include <span>

#include "multistate/checkpoint/dequantize.h"
#include "multistate/checkpoint/safetensors_reader.h"

#include "fuzz/target.h"
#include "support/safetensors_writer.h"

namespace multistate::fuzz {

void read(std::string_view input) {
  const auto bytes = std::as_bytes(std::span(input));
  for (const StoredTensor& tensor : parse_safetensors(bytes, "model.safetensors")) {
    const auto blocks = static_cast<int64_t>(tensor.data.size()) / tensor.type->block_bytes;
    std::vector<float> numbers(static_cast<size_t>(blocks * tensor.type->block_size));
    tensor.type->decode(tensor.data, numbers);
  }
  safetensors_metadata(bytes, "model.safetensors");
}

std::vector<std::string> seeds() {
  test::SafetensorsWriter writer;
  writer.add("model.embed_tokens.weight", "F32", {4, 8}, std::string(4 * 8 * 4, '\1'));
  writer.add("lm_head.weight", "BF16", {2, 3}, std::string(2 * 3 * 2, '\2'));
  return {
      writer.bytes(),
      test::safetensors_bytes(
          R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})",
          std::string(4, '\3'))};
}

}  // namespace multistate::fuzz
