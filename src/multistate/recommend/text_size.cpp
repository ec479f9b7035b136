#include "multistate/recommend/text_size.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/recommend/schedule.h"

namespace multistate::recommend {
namespace {

constexpr std::array<int64_t, 3> kContextLengths = {1024, 512, 256};

}  // namespace

int64_t TextSize::chunks(int64_t context_length) const {
  int64_t chunks = 0;
  for (const int64_t tokens : document_tokens) {
    chunks += tokens / (context_length - (adds_bos ? 1 : 0));
  }
  return chunks;
}

TextSize size_of(const Workload& workload) {
  TextSize size;
  size.adds_bos = workload.settled_options().at("add_bos");
  const nlohmann::json report = workload.data_report();
  for (const auto& document : report.at("documents")) {
    size.document_tokens.push_back(document.at("tokens"));
  }
  return size;
}

int64_t choose_context_length(const TextSize& text, const LengthOptions& options) {
  const auto fits = [&](int64_t length) {
    return length <= options.trained && text.chunks(length) >= options.samples;
  };
  const auto* const found = std::find_if(kContextLengths.begin(), kContextLengths.end(), fits);
  const int64_t length =
      options.wanted.value_or(found == kContextLengths.end() ? kContextLengths.back() : *found);
  if (const int64_t chunks = text.chunks(length); chunks < kLeastChunks) {
    throw InputError(fmt::format(
        "{}: {} chunks of {} tokens are too few; {} are the least ({} to choose among policies, {} "
        "to confirm the choice). Give more text, or a smaller --context-length",
        options.data, chunks, length, kLeastChunks, kLeastChunks - kLeastConfirming,
        kLeastConfirming));
  }
  return length;
}

}  // namespace multistate::recommend
