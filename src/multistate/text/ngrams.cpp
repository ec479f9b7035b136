#include "multistate/text/ngrams.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>
#include <vector>

namespace multistate {
namespace {

using Ids = std::span<const int64_t>;

struct Less {
  bool operator()(const Ids& a, const Ids& b) const {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  }
};

/// All n-grams, those of an earlier place first.
std::vector<Ids> ngrams_of(Ids ids, int64_t n) {
  std::vector<Ids> ngrams;
  const int64_t count = ngram_count(ids, n);
  ngrams.reserve(static_cast<size_t>(count));
  for (int64_t first = 0; first < count; ++first) {
    ngrams.push_back(ids.subspan(static_cast<size_t>(first), static_cast<size_t>(n)));
  }
  return ngrams;
}

std::vector<Ids> sorted_ngrams_of(Ids ids, int64_t n) {
  auto ngrams = ngrams_of(ids, n);
  std::sort(ngrams.begin(), ngrams.end(), Less());
  return ngrams;
}

}  // namespace

int64_t ngram_count(Ids ids, int64_t n) {
  if (n < 1) {
    throw std::invalid_argument("an n-gram has one token or more");
  }
  return std::max<int64_t>(0, static_cast<int64_t>(ids.size()) - n + 1);
}

int64_t distinct_ngrams(Ids ids, int64_t n) {
  const auto ngrams = ngrams_of(ids, n);
  return static_cast<int64_t>(std::set<Ids, Less>(ngrams.begin(), ngrams.end()).size());
}

int64_t repeated_ngrams(Ids ids, int64_t first, int64_t n) {
  const auto ngrams = ngrams_of(ids, n);
  std::set<Ids, Less> seen;
  int64_t repeated = 0;
  for (size_t place = 0; place < ngrams.size(); ++place) {
    const bool is_new = seen.insert(ngrams[place]).second;
    repeated += !is_new && static_cast<int64_t>(place) >= first ? 1 : 0;
  }
  return repeated;
}

int64_t longest_repeat(Ids ids, int64_t first) {
  // runs[i] after token `end`: tokens of the longest run that ends there, lies in ids[first..], and
  // ends at i < end as well.
  std::vector<int64_t> runs(ids.size(), 0);
  int64_t longest = 0;
  for (auto end = static_cast<size_t>(first); end < ids.size(); ++end) {
    for (size_t i = end; i-- > 0;) {
      const int64_t before = i > 0 ? runs[i - 1] : 0;
      runs[i] = ids[i] == ids[end] ? before + 1 : 0;
      longest = std::max(longest, runs[i]);
    }
  }
  return longest;
}

int64_t common_prefix(Ids a, Ids b) {
  return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
}

int64_t common_ngrams(Ids a, Ids b, int64_t n) {
  const auto left = sorted_ngrams_of(a, n);
  const auto right = sorted_ngrams_of(b, n);
  std::vector<Ids> common;
  std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                        std::back_inserter(common), Less());
  return static_cast<int64_t>(common.size());
}

}  // namespace multistate
