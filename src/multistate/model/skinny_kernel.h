#pragma once

#include <algorithm>
#include <cstdint>

#include "multistate/base/vectorize.h"
#include "multistate/model/skinny_product.h"

namespace multistate {

/// Vectors of so many numbers.
template <int Width>
struct SkinnyVectors;

template <>
struct SkinnyVectors<4> {
  using Floats = float __attribute__((vector_size(16)));
  using Bits = uint32_t __attribute__((vector_size(16)));
  using Halves = uint16_t __attribute__((vector_size(8)));
};

template <>
struct SkinnyVectors<8> {
  using Floats = float __attribute__((vector_size(32)));
  using Bits = uint32_t __attribute__((vector_size(32)));
  using Halves = uint16_t __attribute__((vector_size(16)));
};

template <>
struct SkinnyVectors<16> {
  using Floats = float __attribute__((vector_size(64)));
  using Bits = uint32_t __attribute__((vector_size(64)));
  using Halves = uint16_t __attribute__((vector_size(32)));
};

/// A skinny product (skinny_product.h) for vector registers of `Width` floats: the sums of `Rows`
/// rows and `Vectors` vectors of outputs (or outputs, where each lies by itself) have to fit them,
/// beside the numbers that are multiplied. Everything is inlined into whoever calls run(), and
/// compiled for its instructions.
// NOLINTBEGIN(modernize-avoid-c-arrays,bugprone-implicit-widening-of-multiplication-result): arrays
// become registers; offsets within a tile are small.
template <int Width, int Rows, int Vectors>
class SkinnyKernel {
 public:
  /// See skinny_product().
  template <class T>
  static MULTISTATE_INLINE void run(const FewRows<const float>& x, const WeightMatrix<T>& weight,
                                    int64_t outputs, const FewRows<float>& out) {
    if (weight.order == WeightOrder::kByInput) {
      by_input(x, weight, outputs, out);
    } else {
      by_output(x, weight, outputs, out);
    }
  }

 private:
  using Vector = typename SkinnyVectors<Width>::Floats;
  using Halves = typename SkinnyVectors<Width>::Halves;
  using Bits = typename SkinnyVectors<Width>::Bits;

  /// Inputs that are added at once, so that sums are read and written that much more rarely. As
  /// many streams through the weight run beside each other.
  static constexpr int64_t kDepth = 32;

  /// How many numbers of the weight ahead of the sums memory is asked for the next ones.
  static constexpr int64_t kAhead = 64;
  static constexpr int64_t kLineBytes = 64;

  /// Outputs of a tile.
  static constexpr int64_t kColumns = int64_t{Width} * Vectors;

  static MULTISTATE_INLINE void load(const float* from, Vector& to) {
    __builtin_memcpy(&to, from, sizeof to);
  }

  static MULTISTATE_INLINE void load(const uint16_t* from, Vector& to) {
    Halves halves;
    __builtin_memcpy(&halves, from, sizeof halves);
    const Bits bits = __builtin_convertvector(halves, Bits) << 16;
    __builtin_memcpy(&to, &bits, sizeof to);
  }

  /// The first `count` numbers, then zeros.
  template <class T>
  static MULTISTATE_INLINE void load_first(const T* from, int64_t count, Vector& to) {
    T numbers[Width] = {};
    std::copy_n(from, count, numbers);
    load(numbers, to);
  }

  static MULTISTATE_INLINE void store(const Vector& from, float* to) {
    __builtin_memcpy(to, &from, sizeof from);
  }

  /// Of the numbers of a vector, by halves.
  template <int Size>
  static MULTISTATE_INLINE float sum_of(const typename SkinnyVectors<Size>::Floats& vector) {
    if constexpr (Size == 4) {
      return (vector[0] + vector[2]) + (vector[1] + vector[3]);
    } else {
      typename SkinnyVectors<Size / 2>::Floats halves[2];
      __builtin_memcpy(halves, &vector, sizeof halves);
      return sum_of<Size / 2>(halves[0] + halves[1]);
    }
  }

  static MULTISTATE_INLINE float widened(float number) { return number; }

  static MULTISTATE_INLINE float widened(uint16_t number) {
    const uint32_t bits = static_cast<uint32_t>(number) << 16;
    float wide = 0.0F;
    __builtin_memcpy(&wide, &bits, sizeof wide);
    return wide;
  }

  /// Asks for the lines of `count` numbers.
  template <class T>
  static MULTISTATE_INLINE void prefetch(const T* from, int64_t count) {
    constexpr auto kNumbers = static_cast<int64_t>(kLineBytes / sizeof(T));
    for (int64_t i = 0; i < count; i += kNumbers) {
      __builtin_prefetch(from + i);
    }
  }

  // Numbers of an input together: products are added to tiles of outputs, `depth` inputs at once.

  /// These inputs of all rows, [depth][rows], and the weight from the first of them on.
  template <class T>
  struct Slab {
    const float* x;
    int64_t rows;
    const T* weight;
    int64_t stride;
    int64_t depth;
  };

  /// Adds the slab's products to out [Count][kColumns], for the rows from `row` on.
  template <int Count, class T>
  static MULTISTATE_INLINE void add_tile(const Slab<T>& slab, int64_t row, int64_t column,
                                         float* out, int64_t out_stride) {
    Vector sums[Count][Vectors];
    for (int i = 0; i < Count; ++i) {
      for (int v = 0; v < Vectors; ++v) {
        load(out + i * out_stride + v * Width, sums[i][v]);
      }
    }
    const float* x = slab.x + row;
    const T* weight = slab.weight + column;
    for (int64_t k = 0; k < slab.depth; ++k, x += slab.rows, weight += slab.stride) {
      Vector numbers[Vectors];
      for (int v = 0; v < Vectors; ++v) {
        load(weight + v * Width, numbers[v]);
      }
      prefetch(weight + kAhead, kColumns);
      for (int i = 0; i < Count; ++i) {
        for (int v = 0; v < Vectors; ++v) {
          sums[i][v] += numbers[v] * x[i];
        }
      }
    }
    for (int i = 0; i < Count; ++i) {
      for (int v = 0; v < Vectors; ++v) {
        store(sums[i][v], out + i * out_stride + v * Width);
      }
    }
  }

  /// Adds the slab's products to kColumns outputs of the rows from `row` on: `Count` rows at a time
  /// as long as there are as many, then those that are left.
  template <int Count, class T>
  static MULTISTATE_INLINE void add_rows(const Slab<T>& slab, int64_t row, int64_t column,
                                         const FewRows<float>& out) {
    for (; row + Count <= out.rows; row += Count) {
      add_tile<Count>(slab, row, column, out.data + row * out.stride + column, out.stride);
    }
    if constexpr (Count > 1) {
      add_rows<Count - 1>(slab, row, column, out);
    }
  }

  /// Adds the slab's products to the columns [0, outputs) of `out`.
  template <class T>
  static MULTISTATE_INLINE void add_slab(const Slab<T>& slab, int64_t outputs,
                                         const FewRows<float>& out) {
    int64_t column = 0;
    for (; column + kColumns <= outputs; column += kColumns) {
      add_rows<Rows>(slab, 0, column, out);
    }
    for (int64_t row = 0; row < out.rows; ++row) {
      for (int64_t k = 0; k < slab.depth; ++k) {
        const float factor = slab.x[k * slab.rows + row];
        for (int64_t i = column; i < outputs; ++i) {
          out.data[row * out.stride + i] += factor * widened(slab.weight[k * slab.stride + i]);
        }
      }
    }
  }

  template <class T>
  static MULTISTATE_INLINE void by_input(const FewRows<const float>& x,
                                         const WeightMatrix<T>& weight, int64_t outputs,
                                         const FewRows<float>& out) {
    float transposed[kDepth * kSkinnyRows];
    for (int64_t row = 0; row < out.rows; ++row) {
      std::fill_n(out.data + row * out.stride, outputs, 0.0F);
    }
    for (int64_t input = 0; input < weight.in; input += kDepth) {
      const int64_t depth = std::min(kDepth, weight.in - input);
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t row = 0; row < x.rows; ++row) {
          transposed[k * x.rows + row] = x.data[row * x.stride + input + k];
        }
      }
      add_slab(
          Slab<T>{transposed, x.rows, weight.data + input * weight.stride, weight.stride, depth},
          outputs, out);
    }
  }

  // Numbers of an output together: scalar products.

  /// Scalar products of `Count` rows from `x` with `Outputs` outputs from `numbers`.
  template <int Outputs, int Count, class T>
  // NOLINTNEXTLINE(readability-function-cognitive-complexity): the loops of a tile.
  static MULTISTATE_INLINE void dot_tile(const float* x, int64_t x_stride,
                                         const WeightMatrix<T>& weight, const T* numbers,
                                         float* out, int64_t out_stride) {
    Vector sums[Count][Outputs] = {};
    int64_t k = 0;
    for (; k + Width <= weight.in; k += Width) {
      Vector rows[Count];
      MULTISTATE_UNROLL
      for (int i = 0; i < Count; ++i) {
        load(x + i * x_stride + k, rows[i]);
      }
      MULTISTATE_UNROLL
      for (int o = 0; o < Outputs; ++o) {
        __builtin_prefetch(numbers + (Outputs + o) * weight.stride + k);
        Vector loaded;
        load(numbers + o * weight.stride + k, loaded);
        MULTISTATE_UNROLL
        for (int i = 0; i < Count; ++i) {
          sums[i][o] += loaded * rows[i];
        }
      }
    }
    if (k < weight.in) {
      for (int o = 0; o < Outputs; ++o) {
        Vector loaded;
        load_first(numbers + o * weight.stride + k, weight.in - k, loaded);
        for (int i = 0; i < Count; ++i) {
          Vector row;
          load_first(x + i * x_stride + k, weight.in - k, row);
          sums[i][o] += loaded * row;
        }
      }
    }
    for (int i = 0; i < Count; ++i) {
      for (int o = 0; o < Outputs; ++o) {
        out[i * out_stride + o] = sum_of<Width>(sums[i][o]);
      }
    }
  }

  /// `Outputs` outputs from `output` on, of the rows from `row` on.
  template <int Outputs, int Count, class T>
  static MULTISTATE_INLINE void dot_rows(const FewRows<const float>& x,
                                         const WeightMatrix<T>& weight, int64_t row, int64_t output,
                                         const FewRows<float>& out) {
    for (; row + Count <= x.rows; row += Count) {
      dot_tile<Outputs, Count>(x.data + row * x.stride, x.stride, weight,
                               weight.data + output * weight.stride,
                               out.data + row * out.stride + output, out.stride);
    }
    if constexpr (Count > 1) {
      dot_rows<Outputs, Count - 1>(x, weight, row, output, out);
    }
  }

  template <class T>
  static MULTISTATE_INLINE void by_output(const FewRows<const float>& x,
                                          const WeightMatrix<T>& weight, int64_t outputs,
                                          const FewRows<float>& out) {
    int64_t output = 0;
    for (; output + Vectors <= outputs; output += Vectors) {
      dot_rows<Vectors, Rows>(x, weight, 0, output, out);
    }
    for (; output < outputs; ++output) {
      dot_rows<1, Rows>(x, weight, 0, output, out);
    }
  }
};
// NOLINTEND(modernize-avoid-c-arrays,bugprone-implicit-widening-of-multiplication-result)

}  // namespace multistate
