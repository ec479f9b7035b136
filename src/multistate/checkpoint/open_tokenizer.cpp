#include "multistate/checkpoint/open_tokenizer.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "multistate/base/mapped_file.h"
#include "multistate/checkpoint/gguf_reader.h"
#include "multistate/checkpoint/gguf_tokenizer.h"
#include "multistate/checkpoint/model_file.h"
#include "multistate/text/sentencepiece_file.h"
#include "multistate/text/tekken_json.h"
#include "multistate/text/tiktoken_file.h"
#include "multistate/text/tokenizer_json.h"

namespace multistate {
namespace {

TokenizerSpec read_tokenizer_model(const std::filesystem::path& path) {
  return is_tiktoken(read_file(path)) ? read_llama3_tiktoken(path) : read_sentencepiece(path);
}

struct NamedReader {
  std::string_view file;
  TokenizerSpec (*read)(const std::filesystem::path&);
};

/// By the names that the files have in folders of models.
constexpr std::array<NamedReader, 4> kNamedReaders = {{{"tokenizer.json", &read_tokenizer_json},
                                                       {"tokenizer.model", &read_tokenizer_model},
                                                       {"tekken.json", &read_tekken_json},
                                                       {"qwen.tiktoken", &read_qwen_tiktoken}}};

/// Of a GGUF file that has nothing else; nothing for any other file.
std::optional<TokenizerSpec> gguf_vocabulary(const std::filesystem::path& path) {
  const MappedFile file(path);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()),
                              file.bytes().size());
  if (!text.starts_with("GGUF")) {
    return std::nullopt;
  }
  const GgufContent content = parse_gguf(file.bytes(), path.string());
  return content.tensors.empty() ? std::optional(read_gguf_tokenizer(content.metadata))
                                 : std::nullopt;
}

}  // namespace

TokenizerSpec open_tokenizer(const std::filesystem::path& path) {
  if (std::filesystem::is_regular_file(path)) {
    for (const NamedReader& reader : kNamedReaders) {
      if (path.filename() == reader.file) {
        return reader.read(path);
      }
    }
    if (auto vocabulary = gguf_vocabulary(path)) {
      return *std::move(vocabulary);
    }
  }
  return ModelFile::open(path)->tokenizer();
}

}  // namespace multistate
