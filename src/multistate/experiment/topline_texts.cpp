#include "multistate/experiment/topline_texts.h"

#include <exception>

namespace multistate {
namespace {

/// Keeps the promises, with what was made or with what went wrong.
void fulfil(std::vector<std::promise<std::shared_ptr<const MadeText>>>& promises,
            const std::function<std::vector<MadeText>()>& make) {
  try {
    auto made = make();
    for (size_t i = 0; i < promises.size(); ++i) {
      promises[i].set_value(std::make_shared<const MadeText>(std::move(made.at(i))));
    }
  } catch (...) {
    for (auto& promise : promises) {
      promise.set_exception(std::current_exception());
    }
  }
}

}  // namespace

std::pair<std::vector<int64_t>, ToplineTexts::Promises> ToplineTexts::claim(
    std::span<const int64_t> samples, uint64_t seed) {
  const std::lock_guard lock(mutex_);
  std::vector<int64_t> mine;
  Promises promises;
  for (const int64_t sample : samples) {
    if (texts_.count({seed, sample}) == 0) {
      mine.push_back(sample);
      promises.emplace_back();
      texts_.emplace(std::pair(seed, sample), promises.back().get_future().share());
    }
  }
  return {std::move(mine), std::move(promises)};
}

std::vector<std::shared_ptr<const MadeText>> ToplineTexts::get(std::span<const int64_t> samples,
                                                               uint64_t seed, const Make& make) {
  auto [mine, promises] = claim(samples, seed);
  if (!mine.empty()) {
    fulfil(promises, [&make, &samples_of_mine = mine] { return make(samples_of_mine); });
  }
  std::vector<std::shared_future<Text>> waited;
  {
    const std::lock_guard lock(mutex_);
    for (const int64_t sample : samples) {
      waited.push_back(texts_.at({seed, sample}));
    }
  }
  std::vector<Text> texts;
  for (const auto& text : waited) {
    texts.push_back(text.get());
  }
  return texts;
}

}  // namespace multistate
