#include "device/separate_device.h"

#include <atomic>
#include <cstring>
#include <mutex>

#include <ATen/EmptyTensor.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/view_native.h>
#include <c10/core/Allocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>
#include <torch/version.h>

namespace multistate::test {
namespace {

constexpr auto kType = c10::DeviceType::PrivateUse1;
const c10::Device kDevice(kType, 0);
const c10::DispatchKeySet kKeys(c10::DispatchKey::PrivateUse1);

/// Memory of one tensor. Whoever copies has to own it for that time; a tensor may be copied to
/// itself, and threads may read one tensor at once.
class Pages {
 public:
  explicit Pages(size_t size) : size_(size) {
    data_ = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TORCH_CHECK(data_ != MAP_FAILED, "no memory");
    std::memset(data_, 0xFF, size);  // NaN in every floating-point type.
    protect(PROT_NONE);
  }
  ~Pages() { ::munmap(data_, size_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  void* data() const { return data_; }

  void open() {
    const std::scoped_lock lock(mutex_);
    if (owners_++ == 0) {
      protect(PROT_READ | PROT_WRITE);
    }
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    if (--owners_ == 0) {
      protect(PROT_NONE);
    }
  }

 private:
  void protect(int access) const {
    TORCH_CHECK(::mprotect(data_, size_, access) == 0, "no access to pages");
  }

  void* data_ = nullptr;
  size_t size_ = 0;
  std::mutex mutex_;
  int64_t owners_ = 0;
};

class PageAllocator final : public c10::Allocator {
 public:
#if TORCH_VERSION_MAJOR >= 2
  c10::DataPtr allocate(size_t size) override {
    return make(size);
  }
  void copy_data(void* /*to*/, const void* /*from*/, size_t /*count*/) const override {
    TORCH_CHECK(false, "the separate device clones no storage");
  }
#else
  c10::DataPtr allocate(size_t size) const override {
    return make(size);
  }
#endif

 private:
  static c10::DataPtr make(size_t size) {
    if (size == 0) {
      return {nullptr, nullptr, [](void* /*pages*/) {}, kDevice};
    }
    auto* pages = new Pages(size);
    return {pages->data(), pages, [](void* held) { delete static_cast<Pages*>(held); }, kDevice};
  }
};

PageAllocator& allocator() {
  static PageAllocator one;
  return one;
}

/// A tensor as the CPU sees it while this lives.
class Opened {
 public:
  explicit Opened(const at::Tensor& x) : tensor_(x) {
    if (x.is_cpu()) {
      return;
    }
    pages_ = static_cast<Pages*>(x.storage().data_ptr().get_context());
    if (pages_ != nullptr) {
      pages_->open();
      auto* first = static_cast<std::byte*>(pages_->data()) +
                    x.storage_offset() * static_cast<int64_t>(x.element_size());
      tensor_ = at::from_blob(first, x.sizes(), x.strides(), x.options().device(at::kCPU));
    } else {
      tensor_ = at::empty(x.sizes(), x.options().device(at::kCPU));
    }
  }
  ~Opened() {
    if (pages_ != nullptr) {
      pages_->close();
    }
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  const at::Tensor& operator*() const { return tensor_; }

 private:
  at::Tensor tensor_;
  Pages* pages_ = nullptr;
};

at::Tensor empty(at::IntArrayRef sizes, c10::optional<at::ScalarType> type,
                 c10::optional<at::Layout> /*layout*/, c10::optional<at::Device> /*device*/,
                 c10::optional<bool> /*pinned*/, c10::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(sizes, &allocator(), kKeys, type.value_or(at::kFloat), format);
}

at::Tensor empty_strided(at::IntArrayRef sizes, at::IntArrayRef strides,
                         c10::optional<at::ScalarType> type, c10::optional<at::Layout> /*layout*/,
                         c10::optional<at::Device> /*device*/, c10::optional<bool> /*pinned*/) {
  return at::detail::empty_strided_generic(sizes, strides, &allocator(), kKeys,
                                           type.value_or(at::kFloat));
}

at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool /*non_blocking*/) {
  const Opened source(from);
  const Opened target(to);
  (*target).copy_(*source);
  return to;
}

at::Tensor copy_from_and_resize(const at::Tensor& from, const at::Tensor& to) {
  if (from.sizes() != to.sizes()) {
    const auto other = at::empty(from.sizes(), to.options());
    to.unsafeGetTensorImpl()->set_storage_keep_dtype(other.storage());
    to.unsafeGetTensorImpl()->set_sizes_contiguous(from.sizes());
  }
  return copy_from(from, to, false);
}

/// What CUDA does not do either: to take numbers from the host, except for one alone.
void refuse_host(const c10::OperatorHandle& op, const at::Tensor& x) {
  TORCH_CHECK(!x.defined() || !x.is_cpu() || x.dim() == 0, op.schema().name(),
              ": tensors are on the CPU and on ", kDevice);
}

void run_on_copies(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const size_t count = op.schema().arguments().size();
  for (size_t i = stack->size() - count; i < stack->size(); ++i) {
    const c10::IValue& argument = (*stack)[i];
    if (argument.isTensor()) {
      refuse_host(op, argument.toTensor());
    } else if (argument.isTensorList()) {
      for (const at::Tensor& x : argument.toTensorVector()) {
        refuse_host(op, x);
      }
    }
  }
  at::native::cpu_fallback(op, stack);
}

std::atomic<int64_t> all_streams = 0;
thread_local c10::StreamId stream_of_thread = 0;

struct Guard final : public c10::impl::DeviceGuardImplInterface {
  static constexpr c10::DeviceType static_type = kType;
  Guard() = default;
  explicit Guard(c10::DeviceType /*type*/) {}
  c10::DeviceType type() const override { return kType; }
  c10::Device exchangeDevice(c10::Device /*device*/) const override { return kDevice; }
  c10::Device getDevice() const override { return kDevice; }
  void setDevice(c10::Device /*device*/) const override {}
  void uncheckedSetDevice(c10::Device /*device*/) const noexcept override {}
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  c10::Stream getStream(c10::Device /*device*/) const noexcept override {
    return c10::Stream(c10::Stream::UNSAFE, kDevice, stream_of_thread);
  }
  c10::Stream getStreamFromGlobalPool(c10::Device /*device*/, bool /*first*/) const override {
    return c10::Stream(c10::Stream::UNSAFE, kDevice, ++all_streams);
  }
  c10::Stream exchangeStream(c10::Stream stream) const noexcept override {
    const c10::Stream before = getStream(kDevice);
    stream_of_thread = stream.id();
    return before;
  }
  bool queryStream(const c10::Stream& /*stream*/) const override { return true; }
  void synchronizeStream(const c10::Stream& /*stream*/) const override {}
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard)

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", empty);
  m.impl("empty_strided", empty_strided);
  m.impl("_copy_from", copy_from);
  m.impl("_copy_from_and_resize", copy_from_and_resize);
  m.impl("as_strided", at::native::as_strided_tensorimpl);
  m.impl("view", at::native::view);
  m.impl("_reshape_alias", at::native::_reshape_alias);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) {
  m.fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_copies>());
}

}  // namespace

at::Device separate_device() {
  return kDevice;
}

int64_t streams_made() {
  return all_streams;
}

bool has_stream_of_its_own() {
  return stream_of_thread != 0;
}

}  // namespace multistate::test
