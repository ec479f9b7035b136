#pragma once

// ATen first: its logging macros have Catch2's names, and abort the process where Catch2's report a
// failure. With LibTorch's glog, CHECK does not compile for a container of what has no operator<<.
// clang-format off
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>  // Logs in a header.
#undef CHECK
#undef CHECK_FALSE
#undef CHECK_THROWS
#undef LOG
#undef WARN
#undef FAIL
#undef INFO
#include "support/catch.h"
// clang-format on
