#include "multistate/experiment/full_cache_texts.h"

#include <exception>
#include <stdexcept>

namespace multistate {

FullCacheTexts::Claim FullCacheTexts::claim(std::span<const int64_t> samples, uint64_t seed) {
  const std::lock_guard lock(mutex_);
  Claim claim;
  for (const int64_t sample : samples) {
    auto& text = texts_[{seed, sample}];
    if (!text.valid()) {
      claim.mine.push_back(sample);
      claim.promises.emplace_back();
      text = claim.promises.back().get_future().share();
    }
    claim.texts.push_back(text);
  }
  return claim;
}

void FullCacheTexts::fulfil(Claim& claim, uint64_t seed, const Make& make) {
  std::vector<Text> texts;
  try {
    for (MadeText& made : make(claim.mine)) {
      texts.push_back(std::make_shared<const MadeText>(std::move(made)));
    }
    if (texts.size() != claim.promises.size()) {
      throw std::logic_error("not as many texts were made as samples were asked for");
    }
  } catch (...) {
    // Those that wait get the reason; whoever asks later tries again.
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < claim.promises.size(); ++i) {
      claim.promises[i].set_exception(std::current_exception());
      texts_.erase({seed, claim.mine[i]});
    }
    throw;
  }
  for (size_t i = 0; i < claim.promises.size(); ++i) {
    claim.promises[i].set_value(std::move(texts[i]));
  }
}

std::vector<std::shared_ptr<const MadeText>> FullCacheTexts::get(std::span<const int64_t> samples,
                                                                 uint64_t seed, const Make& make) {
  Claim claimed = claim(samples, seed);
  if (!claimed.mine.empty()) {
    fulfil(claimed, seed, make);
  }
  std::vector<Text> texts;
  for (const auto& text : claimed.texts) {
    texts.push_back(text.get());
  }
  return texts;
}

}  // namespace multistate
