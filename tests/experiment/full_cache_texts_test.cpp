#include "multistate/experiment/full_cache_texts.h"

#include <atomic>
#include <stdexcept>
#include <thread>

#include "support/torch.h"

namespace multistate::test::full_cache_texts_test {
namespace {

/// A text of one token, that of its sample.
std::vector<MadeText> make(std::span<const int64_t> samples) {
  std::vector<MadeText> made(samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    made[i].ids = {samples[i]};
  }
  return made;
}

}  // namespace

TEST_CASE("a text is made once for a seed, and those that are there are not made again") {
  FullCacheTexts full;
  std::vector<std::vector<int64_t>> made;
  const auto noting = [&](std::span<const int64_t> samples) {
    made.emplace_back(samples.begin(), samples.end());
    return make(samples);
  };
  const auto first = full.get(std::vector<int64_t>{2, 3}, 0, noting);
  const auto more = full.get(std::vector<int64_t>{1, 2, 4}, 0, noting);
  full.get(std::vector<int64_t>{2}, 1, noting);
  full.get(std::vector<int64_t>{}, 0, noting);
  CHECK(made == std::vector<std::vector<int64_t>>{{2, 3}, {1, 4}, {2}});
  CHECK(more.at(0)->ids == std::vector<int64_t>{1});
  CHECK(more.at(1) == first.at(0));
  CHECK(more.at(2)->ids == std::vector<int64_t>{4});
}

TEST_CASE("threads that ask at the same time get the same texts") {
  FullCacheTexts full;
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  std::vector<std::vector<std::shared_ptr<const MadeText>>> found(8);
  for (auto& texts : found) {
    threads.emplace_back([&] {
      texts = full.get(std::vector<int64_t>{0, 1, 2}, 5, [&](std::span<const int64_t> samples) {
        made += static_cast<int>(samples.size());
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return make(samples);
      });
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(made == 3);
  for (const auto& texts : found) {
    CHECK(texts == found.front());
  }
}

TEST_CASE("who waits for a text that fails fails as well, and who asks later tries again") {
  FullCacheTexts full;
  std::atomic<bool> making = false;
  std::thread first([&] {
    CHECK_THROWS_WITH(full.get(std::vector<int64_t>{0}, 0,
                               [&](std::span<const int64_t>) -> std::vector<MadeText> {
                                 making = true;
                                 std::this_thread::sleep_for(std::chrono::milliseconds(50));
                                 throw std::runtime_error("no memory");
                               }),
                      "no memory");
  });
  while (!making) {
    std::this_thread::yield();
  }
  CHECK_THROWS_WITH(full.get(std::vector<int64_t>{0, 1}, 0, &make), "no memory");
  first.join();
  const auto texts = full.get(std::vector<int64_t>{0, 1}, 0, &make);
  CHECK(texts.at(0)->ids == std::vector<int64_t>{0});
  CHECK(texts.at(1)->ids == std::vector<int64_t>{1});
}

TEST_CASE("too few texts are an error of whoever made them, not of the promises") {
  FullCacheTexts full;
  const auto one = [](std::span<const int64_t> samples) { return make(samples.first(1)); };
  CHECK_THROWS_WITH(full.get(std::vector<int64_t>{0, 1}, 0, one),
                    "not as many texts were made as samples were asked for");
  CHECK(full.get(std::vector<int64_t>{1}, 0, &make).at(0)->ids == std::vector<int64_t>{1});
}

}  // namespace multistate::test::full_cache_texts_test
