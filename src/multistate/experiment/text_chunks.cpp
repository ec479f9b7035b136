#include "multistate/experiment/text_chunks.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/largest_count.h"

namespace multistate {
namespace {

std::vector<int64_t> encode(const Document& document, const Tokenizer& tokenizer) {
  try {
    return tokenizer.encode(document.text);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", document.name, error.what()));
  }
}

}  // namespace

void TextOptions::visit(OptionVisitor& v) {
  v("data", data, "a text file, or a folder of .txt files");
  v("context_length", context_length, {2, kLargestCount}, "tokens of a chunk, BOS included");
  v("max_chunks", max_chunks, {0, kLargestCount},
    "chunks at most, taken from the documents in turn; 0: all");
  v("skip_tokens", skip_tokens, {0, kLargestCount},
    "tokens to skip at the start of every document");
  v("skip_chunks", skip_chunks, {0, kLargestCount},
    "chunks to leave out first, in the order in which they are taken: another run has used them");
  add_bos.visit(v, "start every chunk with the model's BOS token; tokenizer: as it says");
}

void TextOptions::check(const Node& node) const {
  check_data_path(data, node);
}

TextChunks::TextChunks(const TextOptions& options, int64_t stride, const Tokenizer& tokenizer)
    : set_(read_documents(options.data)),
      document_sha256s_(multistate::document_sha256s(set_)),
      sha256_(documents_sha256(document_sha256s_)),
      bos_(options.add_bos.ids(tokenizer)) {
  const int64_t length = options.context_length - bos_tokens();
  if (stride > length) {
    throw InputError(fmt::format(
        "experiment.stride: {} would leave gaps between chunks of {} text tokens and a BOS token",
        stride, length));
  }
  rule_ = {.length = length, .stride = stride == 0 ? length : stride, .skip = options.skip_tokens};
  std::vector<int64_t> sizes;
  for (const Document& document : set_.documents) {
    tokens_.push_back(encode(document, tokenizer));
    sizes.push_back(static_cast<int64_t>(tokens_.back().size()));
  }
  plan_ = plan_chunks(sizes, rule_, options.max_chunks, options.skip_chunks);
  if (!plan_.chunks.empty()) {
    return;
  }
  int64_t chunks = 0;
  for (const DocumentUse& use : plan_.documents) {
    chunks += use.chunks;
  }
  if (chunks > 0) {
    throw InputError(
        fmt::format("experiment.skip_chunks: {} leaves out all {} chunks of {} tokens in {}",
                    options.skip_chunks, chunks, rule_.length, options.data));
  }
  throw InputError(fmt::format(
      "{}: no document is long enough for one chunk of {} tokens after skip_tokens ({}); the "
      "longest has {}",
      options.data, rule_.length, rule_.skip, *std::max_element(sizes.begin(), sizes.end())));
}

std::vector<int64_t> TextChunks::ids(int64_t sample) const {
  const Chunk& one = chunk(sample);
  const auto& all = tokens(one.document);
  std::vector<int64_t> ids = bos_;
  ids.insert(ids.end(), all.begin() + one.begin, all.begin() + one.begin + rule_.length);
  return ids;
}

nlohmann::json TextChunks::data_report() const {
  auto documents = nlohmann::json::array();
  for (size_t i = 0; i < set_.documents.size(); ++i) {
    const DocumentUse& use = plan_.documents[i];
    documents.push_back({{"name", set_.documents[i].name},
                         {"tokens", use.tokens},
                         {"skipped_tokens", use.skipped},
                         {"chunks", use.chunks},
                         {"chunks_used", use.selected},
                         {"left_over_tokens", use.left_over},
                         {"too_short", use.chunks == 0}});
    set_.documents[i].changes.add_to(documents.back());
  }
  return {{"documents", documents}, {"ignored_files", set_.ignored}};
}

}  // namespace multistate
