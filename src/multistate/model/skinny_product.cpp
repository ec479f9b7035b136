#include "multistate/model/skinny_product.h"

#include "multistate/model/skinny_kernel.h"

namespace multistate {
namespace {

// Wide vectors that a processor lacks are emulated through memory, at a tenth of the speed, so each
// set of instructions has a kernel of its own.
using NarrowKernel = SkinnyKernel<4, 4, 2>;

template <class T>
using Product = void (*)(const FewRows<const float>&, const WeightMatrix<T>&, int64_t,
                         const FewRows<float>&);

template <class T>
void with_narrow_vectors(const FewRows<const float>& x, const WeightMatrix<T>& weight,
                         int64_t outputs, const FewRows<float>& out) {
  NarrowKernel::run(x, weight, outputs, out);
}

#if defined(__x86_64__) && defined(__GNUC__) && __GNUC__ >= 12 && !defined(__clang__)

template <class T>
__attribute__((target("arch=x86-64-v3"))) void with_avx2(const FewRows<const float>& x,
                                                         const WeightMatrix<T>& weight,
                                                         int64_t outputs,
                                                         const FewRows<float>& out) {
  SkinnyKernel<8, 4, 3>::run(x, weight, outputs, out);
}

template <class T>
__attribute__((target("arch=x86-64-v4"))) void with_avx512(const FewRows<const float>& x,
                                                           const WeightMatrix<T>& weight,
                                                           int64_t outputs,
                                                           const FewRows<float>& out) {
  SkinnyKernel<16, 8, 2>::run(x, weight, outputs, out);
}

template <class T>
Product<T> product_of_this_processor() {
  return __builtin_cpu_supports("x86-64-v4")   ? with_avx512<T>
         : __builtin_cpu_supports("x86-64-v3") ? with_avx2<T>
                                               : with_narrow_vectors<T>;
}

#else

template <class T>
Product<T> product_of_this_processor() {
  return with_narrow_vectors<T>;
}

#endif

}  // namespace

void skinny_product(const FewRows<const float>& x, const WeightMatrix<float>& weight,
                    int64_t outputs, const FewRows<float>& out) {
  static const auto multiply = product_of_this_processor<float>();
  multiply(x, weight, outputs, out);
}

void skinny_product(const FewRows<const float>& x, const WeightMatrix<uint16_t>& weight,
                    int64_t outputs, const FewRows<float>& out) {
  static const auto multiply = product_of_this_processor<uint16_t>();
  multiply(x, weight, outputs, out);
}

}  // namespace multistate
