#pragma once

// The one way to include Catch2, whichever of its versions the distribution has. ATen's headers
// define CHECK as well (glog's, which aborts the process): a test that needs them includes ATen
// first, through support/torch.h, which takes that definition back.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Matchers::ContainsSubstring;
inline Catch::Approx approx(double value) {
  return Catch::Approx(value);
}
#else
#include <catch2/catch.hpp>
inline auto ContainsSubstring(const std::string& text) {
  return Catch::Matchers::Contains(text);
}
inline Catch::Detail::Approx approx(double value) {
  return Catch::Detail::Approx(value);
}
#endif
