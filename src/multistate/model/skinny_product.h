#pragma once

#include <cstdint>

namespace multistate {

/// The most rows that a skinny product takes. A matrix product first copies the weight into blocks
/// that fit the cache, which pays from about here on; for few rows it is most of the time.
constexpr int64_t kSkinnyRows = 32;

/// Where the numbers of a weight [in, out] lie.
enum class WeightOrder {
  kByInput,   ///< Those of an input lie together: `stride` is from one input to the next.
  kByOutput,  ///< Those of an output lie together: `stride` is from one output to the next.
};

/// A weight of T: float, or uint16_t for bfloat16, the upper half of a float.
template <class T>
struct WeightMatrix {
  const T* data = nullptr;
  WeightOrder order = WeightOrder::kByInput;
  int64_t in = 0;
  int64_t stride = 0;
};

/// A few rows of floats.
template <class T>
struct FewRows {
  T* data = nullptr;
  int64_t rows = 0;  ///< At most kSkinnyRows.
  int64_t stride = 0;
};

/// out [rows, outputs] = x [rows, in] times the weight [in, outputs]. Every number of the weight is
/// read once from memory, and widened where it is in half precision, so nothing is rounded but
/// sums.
void skinny_product(const FewRows<const float>& x, const WeightMatrix<float>& weight,
                    int64_t outputs, const FewRows<float>& out);
void skinny_product(const FewRows<const float>& x, const WeightMatrix<uint16_t>& weight,
                    int64_t outputs, const FewRows<float>& out);

}  // namespace multistate
