// Rows as they came, and rows that are quantised behind the newest ones.

#include "multistate/state/row_set.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include "multistate/state/live_bytes.h"

#include "support/torch.h"

namespace multistate::test::row_set_test {
namespace {

using Floats = std::vector<float>;
using Positions = std::vector<int64_t>;

/// Rows of one head with two channels, as [1, n, 2].
at::Tensor rows(const Floats& numbers) {
  return at::tensor(numbers).view({1, -1, 2});
}

Floats floats_of(const at::Tensor& tensor) {
  const auto flat = tensor.contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

Positions positions_of(const RowSet& set) {
  return {set.positions().begin(), set.positions().end()};
}

RowSet make_set(std::optional<RowQuantization> quantization, int64_t memory = 0) {
  return RowSet({.kv_heads = 1,
                 .head_size = 2,
                 .capacity = 4,
                 .memory = memory,
                 .quantization = quantization},
                at::kFloat);
}

// Of two rows one is the least and one the largest of its channel, and of two channels one is the
// least and one the largest of its row: two bits are enough for groups of two.
const Floats kKeys = {0, 10, 2, 11, 6, 13, 9, 10, 5, 5};
const Floats kValues = {1, 4, 7, 7, -3, 0, 0, 30, 8, 9};

/// Groups of two rows, four rows at a time, two bits; the fifth row comes after that.
RowSet quantized_set() {
  RowSet set = make_set(RowQuantization{.bits = 2, .group = 2, .residual = 4});
  set.append(rows(kKeys).narrow(1, 0, 4), rows(kValues).narrow(1, 0, 4), 0);
  set.quantize();
  set.append(rows(kKeys).narrow(1, 4, 1), rows(kValues).narrow(1, 4, 1), 4);
  return set;
}

}  // namespace

TEST_CASE("rows come in order, go, and take their memory with them") {
  RowSet set = make_set({}, 2);
  set.append(rows({1, 2, 3, 4}), rows({5, 6, 7, 8}), 0);
  for (int64_t row = 0; row < 2; ++row) {
    set.memory()[row] = static_cast<float>(10 + row);
    set.memory()[set.memory_stride() + row] = static_cast<float>(20 + row);
  }
  // More than there was room for.
  set.append(rows({9, 9, 10, 10, 11, 11, 12, 12}), rows({1, 1, 2, 2, 3, 3, 4, 4}), 2);
  CHECK(floats_of(set.keys()) == Floats{1, 2, 3, 4, 9, 9, 10, 10, 11, 11, 12, 12});
  set.memory()[5] = 15;
  set.erase(std::vector<int64_t>{0, 3, 4});
  CHECK(positions_of(set) == Positions{1, 2, 5});
  CHECK(floats_of(set.keys()) == Floats{3, 4, 9, 9, 12, 12});
  CHECK(floats_of(set.values()) == Floats{7, 8, 1, 1, 4, 4});
  CHECK(Floats(set.memory(), set.memory() + 3) == Floats{11, 0, 15});
  CHECK(Floats(set.memory() + set.memory_stride(), set.memory() + set.memory_stride() + 2) ==
        Floats{21, 0});
  CHECK(set.rows_to_quantize() == RowStore::kNever);
  // Keys and values of 2 floats, 2 floats of memory and the position.
  CHECK(set.bytes() == 3 * (2 * 2 * 4 + 2 * 4 + 8));
}

TEST_CASE("storage shrinks when most of the rows have gone") {
  RowSet set = make_set({});
  const auto many = at::arange(200, at::kFloat).view({1, 100, 2});
  set.append(many, many, 0);
  std::vector<int64_t> gone;
  for (int64_t row = 0; row < 97; ++row) {
    gone.push_back(row);
  }
  set.erase(gone);
  CHECK(floats_of(set.keys()) == Floats{194, 195, 196, 197, 198, 199});
  // Storage for the four rows that were asked for at first.
  CHECK(set.keys().storage().nbytes() == 4 * 2 * 4);
}

TEST_CASE("rows stay in floating point until enough of them are there") {
  RowSet set = make_set(RowQuantization{.bits = 2, .group = 2, .residual = 4});
  CHECK(set.rows_to_quantize() == 4);
  const Floats inexact = {0, 0.1F, 1, 0.9F, 0.3F, 0.3F};
  set.append(rows(inexact), rows(inexact), 0);
  CHECK(set.rows_to_quantize() == 1);
  set.quantize();
  CHECK(floats_of(set.keys()) == inexact);
  CHECK(set.groups().empty());
}

TEST_CASE("keys share a range by channel with the rows of their group, values by row") {
  RowSet set = make_set(RowQuantization{.bits = 2, .group = 3, .residual = 5});
  const auto keys = rows({0, 3, 1.2F, 0, 3, 3, 5, 7, 8, 7});
  const auto values = rows({1, 4, 0, 0.25F, 7, 7, -3, 0, 0, 30});
  set.append(keys, values, 0);
  set.quantize();
  // Channel 0 of the group of three: 0 to 3 in steps of 1, so 1.2 becomes 1; then a group of two:
  // 5 to 8. Channel 1: 0 to 3; and 7, which is all.
  CHECK(floats_of(set.keys()) == Floats{0, 3, 1, 0, 3, 3, 5, 7, 8, 7});
  // Both channels of a row are its ends, and no row has anything to do with another.
  CHECK(floats_of(set.values()) == Floats{1, 4, 0, 0.25F, 7, 7, -3, 0, 0, 30});
  CHECK(std::vector<int64_t>(set.groups().begin(), set.groups().end()) ==
        std::vector<int64_t>{3, 2});
  CHECK(set.rows_to_quantize() == 5);
}

TEST_CASE("channels of a value share a range in groups, the last one of a head a smaller one") {
  RowSet set = RowSet({.kv_heads = 2,
                       .head_size = 3,
                       .capacity = 2,
                       .quantization = RowQuantization{.bits = 2, .group = 2, .residual = 1}},
                      at::kFloat);
  // Two heads: (0, 1 | 0.4) and (6, 3 | 2.2): with all three channels in one range, none of the
  // last ones would stay what it is.
  const auto values = at::tensor(Floats{0, 1, 0.4F, 6, 3, 2.2F}).view({2, 1, 3});
  set.append(values, values, 0);
  set.quantize();
  CHECK(floats_of(set.values()) == Floats{0, 1, 0.4F, 6, 3, 2.2F});
  // A key that is alone in its group is all of its ranges.
  CHECK(floats_of(set.keys()) == Floats{0, 1, 0.4F, 6, 3, 2.2F});
}

TEST_CASE("more rows than are quantised together: as many lots as there are, the rest stays") {
  RowSet set = make_set(RowQuantization{.bits = 8, .group = 2, .residual = 3});
  const auto many = at::arange(16, at::kFloat).view({1, 8, 2});
  set.append(many, many, 0);
  set.quantize();
  // Two lots of 2 + 1 rows, and two rows.
  CHECK(std::vector<int64_t>(set.groups().begin(), set.groups().end()) ==
        std::vector<int64_t>{2, 1, 2, 1});
  CHECK(set.rows_to_quantize() == 1);
  CHECK(set.rows() == 8);
}

TEST_CASE("a group's ranges stay as they are until its last row has gone") {
  RowSet set = quantized_set();
  CHECK(floats_of(set.keys()) == kKeys);
  // Row 1 was the end of both ranges of its group: without it row 0 is what it was.
  set.erase(std::vector<int64_t>{1});
  CHECK(positions_of(set) == Positions{0, 2, 3, 4});
  CHECK(floats_of(set.keys()) == Floats{0, 10, 6, 13, 9, 10, 5, 5});
  CHECK(floats_of(set.values()) == Floats{1, 4, -3, 0, 0, 30, 8, 9});
  // The last row of the first group, one of the second, and the newest, which is no part of any.
  set.erase(std::vector<int64_t>{0, 2, 3});
  CHECK(positions_of(set) == Positions{2});
  CHECK(floats_of(set.keys()) == Floats{6, 13});
  CHECK(floats_of(set.values()) == Floats{-3, 0});
  CHECK(std::vector<int64_t>(set.groups().begin(), set.groups().end()) == std::vector<int64_t>{1});
}

TEST_CASE("bytes are those of packed codes, of ranges and of the newest rows") {
  RowSet set = quantized_set();
  // A row in floating point: 2 * 2 floats; a quantised one: a byte for its two key codes, one for
  // those of its value, and the value's range; a group: two ranges. Each row its position.
  const int64_t quantized = 1 + 1 + 2 * 4 + 8;
  const int64_t group = 2 * 2 * 4;
  const int64_t newest = 2 * 2 * 4 + 8;
  CHECK(set.bytes() == 4 * quantized + 2 * group + newest);
  set.erase(std::vector<int64_t>{1});
  CHECK(set.bytes() == 3 * quantized + 2 * group + newest);
  set.erase(std::vector<int64_t>{0});
  CHECK(set.bytes() == 2 * quantized + group + newest);
}

TEST_CASE("bytes are counted as rows come and go as if they were erased at once") {
  RowSet set = quantized_set();
  set.append(rows({1, 2, 3, 4}), rows({5, 6, 7, 8}), 5);
  LiveBytes live;
  live.begin(set, 2);  // The last two are to come.
  CHECK(live.bytes() == quantized_set().bytes());
  live.add();
  live.add();
  CHECK(live.bytes() == set.bytes());
  RowSet erased = set;
  std::vector<int64_t> gone;
  for (const int64_t row : {1, 6, 0, 3}) {
    live.remove(row);
    gone.push_back(row);
    RowSet copy = set;
    std::sort(gone.begin(), gone.end());
    copy.erase(gone);
    CAPTURE(row);
    CHECK(live.bytes() == copy.bytes());
  }
}

TEST_CASE("a copy of quantised rows goes its own way") {
  RowSet set = quantized_set();
  RowSet copy = set;
  copy.erase(std::vector<int64_t>{0, 1, 4});
  copy.append(rows({1, 1, 2, 2, 3, 3, 4, 4}), rows({1, 1, 2, 2, 3, 3, 4, 4}), 5);
  copy.quantize();
  CHECK(floats_of(set.keys()) == kKeys);
  CHECK(floats_of(set.values()) == kValues);
  CHECK(copy.groups().size() == 3);
}

}  // namespace multistate::test::row_set_test
