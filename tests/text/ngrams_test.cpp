#include "multistate/text/ngrams.h"

#include <algorithm>
#include <map>
#include <vector>

#include "multistate/base/random.h"

#include "support/catch.h"

namespace multistate::test::ngrams_test {
namespace {

using Ids = std::vector<int64_t>;

Ids run_of(const Ids& ids, size_t first, size_t count) {
  const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

/// Whether the run at `place` stands at an earlier one, looked up place by place.
bool stands_before(const Ids& ids, size_t place, size_t count) {
  for (size_t earlier = 0; earlier < place; ++earlier) {
    if (run_of(ids, earlier, count) == run_of(ids, place, count)) {
      return true;
    }
  }
  return false;
}

std::map<Ids, int64_t> counts_of(const Ids& ids, size_t n) {
  std::map<Ids, int64_t> counts;
  for (size_t place = 0; place + n <= ids.size(); ++place) {
    ++counts[run_of(ids, place, n)];
  }
  return counts;
}

Ids random_ids(Random& random, uint64_t most, uint64_t vocabulary) {
  Ids ids(random.bits() % (most + 1));
  for (int64_t& id : ids) {
    id = static_cast<int64_t>(random.bits() % vocabulary);
  }
  return ids;
}

}  // namespace

TEST_CASE("n-grams of a text worked by hand") {
  // "the cat and the cat and the dog"
  const Ids ids = {1, 2, 3, 1, 2, 3, 1, 4};
  CHECK(ngram_count(ids, 1) == 8);
  CHECK(ngram_count(ids, 4) == 5);
  CHECK(ngram_count(ids, 8) == 1);
  CHECK(ngram_count(ids, 9) == 0);
  CHECK(ngram_count({}, 1) == 0);
  CHECK(distinct_ngrams(ids, 1) == 4);
  CHECK(distinct_ngrams(ids, 2) == 4);  // 12, 23, 31, 14
  CHECK(distinct_ngrams(ids, 3) == 4);  // 123, 231, 312, 314
  CHECK(distinct_ngrams(ids, 4) == 4);  // 1231, 2312, 3123, 2314
  CHECK(repeated_ngrams(ids, 0, 2) == 3);
  CHECK(repeated_ngrams(ids, 0, 4) == 1);
  CHECK(longest_repeat(ids, 0) == 4);  // 1231, at 0 and, overlapping, at 3
}

TEST_CASE("what a text repeats of its prompt counts, what the prompt repeats of itself does not") {
  const Ids ids = {5, 6, 5, 6, /*the text:*/ 5, 6, 7};
  CHECK(repeated_ngrams(ids, 4, 1) == 2);
  CHECK(repeated_ngrams(ids, 4, 2) == 1);  // 56; what begins in the prompt is not the text's.
  CHECK(longest_repeat(ids, 4) == 2);
  CHECK(longest_repeat(ids, 5) == 1);
  CHECK(longest_repeat(ids, 6) == 0);
  CHECK(longest_repeat(ids, 7) == 0);
}

TEST_CASE("the same token over and over is a repeat of all but the first") {
  const Ids ids(50, 9);
  CHECK(distinct_ngrams(ids, 4) == 1);
  CHECK(repeated_ngrams(ids, 0, 4) == 46);
  CHECK(longest_repeat(ids, 0) == 49);
}

TEST_CASE("what two texts have in common, by hand") {
  const Ids a = {1, 2, 3, 4, 2, 3};
  const Ids b = {1, 2, 3, 5, 2, 3, 2, 3};
  CHECK(common_prefix(a, b) == 3);
  CHECK(common_prefix(a, a) == 6);
  CHECK(common_prefix(a, {}) == 0);
  CHECK(common_prefix(run_of(a, 0, 2), a) == 2);
  CHECK(common_ngrams(a, b, 1) == 5);  // 1, 2 twice, 3 twice
  CHECK(common_ngrams(a, b, 2) == 3);  // 12, 23 twice
  CHECK(common_ngrams(a, b, 3) == 1);
  CHECK(common_ngrams(a, b, 4) == 0);
  CHECK(common_ngrams(a, {}, 1) == 0);
}

TEST_CASE("counts over n-grams are those of place by place comparison") {
  Random random({7});
  for (int round = 0; round < 300; ++round) {
    const Ids a = random_ids(random, 24, 3);
    const Ids b = random_ids(random, 24, 3);
    const auto first = a.empty() ? 0 : random.bits() % a.size();
    CAPTURE(a, b, first);
    for (size_t n = 1; n <= 4; ++n) {
      int64_t repeated = 0;
      for (size_t place = first; place + n <= a.size(); ++place) {
        repeated += stands_before(a, place, n) ? 1 : 0;
      }
      int64_t common = 0;
      for (const auto& [ngram, count] : counts_of(a, n)) {
        const auto counts = counts_of(b, n);
        common += counts.count(ngram) > 0 ? std::min(count, counts.at(ngram)) : 0;
      }
      const auto size = static_cast<int64_t>(n);
      CHECK(distinct_ngrams(a, size) == static_cast<int64_t>(counts_of(a, n).size()));
      CHECK(repeated_ngrams(a, static_cast<int64_t>(first), size) == repeated);
      CHECK(common_ngrams(a, b, size) == common);
    }
    int64_t longest = 0;
    for (size_t count = 1; count <= a.size(); ++count) {
      for (size_t place = first; place + count <= a.size(); ++place) {
        longest = stands_before(a, place, count) ? static_cast<int64_t>(count) : longest;
      }
    }
    CHECK(longest_repeat(a, static_cast<int64_t>(first)) == longest);
  }
}

TEST_CASE("an n-gram of no token is nobody's") {
  CHECK_THROWS_AS(ngram_count(Ids{1}, 0), std::invalid_argument);
}

}  // namespace multistate::test::ngrams_test
