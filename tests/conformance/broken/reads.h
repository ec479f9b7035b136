#pragma once

// Policies that read the wrong rows.

#include <atomic>

#include "conformance/broken/broken.h"

namespace multistate::test {

/// An entry for a policy that selects rows.
template <class P>
PolicyEntry unregistered_selecting(const std::string& name) {
  PolicyEntry entry = unregistered<P>(name);
  entry.info.bounded = false;
  return entry;
}

/// What a correct policy may read; the planted faults depart from it.
inline void read_newest(const QueryView& query, int64_t rows, RowsRead& read) {
  for (int64_t head = 0; head < query.heads(); ++head) {
    read.add(head, query.rows() - rows, query.rows());
  }
}

class ReadsTooMuch final : public SelectingPolicy {
 public:
  void select(const QueryView& query, RowsRead& read) const override {
    read_newest(query, query.budget() + 1, read);
  }
};

class ReadsTwice final : public SelectingPolicy {
 public:
  void select(const QueryView& query, RowsRead& read) const override {
    read_newest(query, 1, read);
    read_newest(query, 1, read);
  }
};

class ReadsBeyond final : public SelectingPolicy {
 public:
  void select(const QueryView& query, RowsRead& read) const override {
    for (int64_t head = 0; head < query.heads(); ++head) {
      read.add(head, query.rows());
    }
  }
};

class ReadsLogitsUndeclared final : public SelectingPolicy {
 public:
  void select(const QueryView& query, RowsRead& read) const override {
    read_newest(query, query.logits(0).front() < 0.0F ? 1 : query.budget(), read);
  }
};

/// Reads more at every third call, whichever token asks.
class ReadsByCalls final : public SelectingPolicy {
 public:
  void select(const QueryView& query, RowsRead& read) const override {
    read_newest(query, calls_++ % 3 == 0 ? query.budget() : 1, read);
  }

 private:
  mutable std::atomic<int64_t> calls_ = 0;
};

}  // namespace multistate::test
