#include "multistate/checkpoint/dequantize.h"

#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "support/catch.h"

namespace multistate::test::dequantize_test {
namespace {

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (size_t at = 0; at + 1 < hex.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
  }
  return bytes;
}

std::vector<float> decode(const std::string& type_name, const std::string& bytes) {
  const TensorType* type = find_tensor_type(type_name);
  REQUIRE(type != nullptr);
  const auto blocks = static_cast<int64_t>(bytes.size()) / type->block_bytes;
  REQUIRE(blocks * type->block_bytes == static_cast<int64_t>(bytes.size()));
  std::vector<float> values(static_cast<size_t>(blocks * type->block_size));
  type->decode(std::as_bytes(std::span(bytes)), values);
  return values;
}

/// Compares bits, so that NaNs and signs of zeros count.
std::string bits_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

struct Golden {
  std::string type;
  std::string block;
  std::string values;
};

std::vector<Golden> read_golden() {
  std::ifstream file(MULTISTATE_SOURCE_DIR "/tests/checkpoint/golden_blocks.txt");
  std::vector<Golden> all;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) {
      Golden golden;
      std::istringstream(line) >> golden.type >> golden.block >> golden.values;
      all.push_back({golden.type, from_hex(golden.block), from_hex(golden.values)});
    }
  }
  return all;
}

/// A block worked by hand: its bytes, and the values at some places.
struct HandWorked {
  std::string type;
  std::string block;
  std::vector<std::pair<size_t, float>> values;
};

std::string repeat(const std::string& hex, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += hex;
  }
  return all;
}

}  // namespace

TEST_CASE("blocks of every type decode to the bits of the Python package gguf") {
  std::set<std::string> seen = {"F32"};  // Its bytes are its values.
  for (const Golden& golden : read_golden()) {
    INFO(golden.type);
    seen.insert(golden.type);
    CHECK(bits_of(decode(golden.type, golden.block)) == golden.values);
    CHECK(bits_of(decode(golden.type, golden.block + golden.block)) ==
          golden.values + golden.values);
  }
  CHECK(seen.size() == tensor_types().size());
}

TEST_CASE("blocks worked by hand decode to their values") {
  // Half precision: 3c00 is 1, 4000 is 2, b800 is -0.5, 4400 is 4.
  const std::vector<HandWorked> all = {
      {"F32", "0000c03f", {{0, 1.5F}}},
      {"F16", "003c00b80100", {{0, 1.0F}, {1, -0.5F}, {2, 0x1p-24F}}},
      {"BF16", "c03f80c2", {{0, 1.5F}, {1, -64.0F}}},
      // Scale 2; byte 0 is 1f: low 15 -> 2 * 7, high 1 -> 2 * -7; the other bytes are 88 -> 0.
      {"Q4_0", "00401f" + repeat("88", 15), {{0, 14.0F}, {16, -14.0F}, {1, 0.0F}, {31, 0.0F}}},
      // Scale 2, minimum -0.5.
      {"Q4_1", "004000b81f" + repeat("00", 15), {{0, 29.5F}, {16, 1.5F}, {1, -0.5F}}},
      // Scale 1; fifth bits of values 0 and 31 set; byte 0 is 21, byte 15 is 30.
      {"Q5_0",
       "003c0100008021" + repeat("00", 14) + "30",
       {{0, 1.0F}, {16, -14.0F}, {15, -16.0F}, {31, 3.0F}}},
      // Scale 2, minimum 4; fifth bit of value 17 set; byte 1 is 43.
      {"Q5_1",
       "0040004400000200"
       "0043" +
           repeat("00", 14),
       {{0, 4.0F}, {1, 10.0F}, {17, 44.0F}}},
      // Scale -0.5; quants 127, -128, 0, ...
      // Scale 1, minimum 2; sub-block 0 is 3 q - 2 * 1, sub-block 1 is 0 q - 2 * 2. Byte 0 is e4: q
      // of values 0, 32, 64, 96 is 0, 1, 2, 3; the scales of their sub-blocks 2, 4, 6 are 1, 1, 1.
      {"Q2_K",
       "1320010001000100" + repeat("00", 8) + "e4" + repeat("00", 63) + "003c0040",
       {{0, -2.0F}, {1, -2.0F}, {16, -4.0F}, {32, 1.0F}, {64, 2.0F}, {96, 3.0F}, {128, 0.0F}}},
      // Scale 2; all packed scales 0, so that a sub-block's is -32, but the first's low four bits 1
      // and high two 2: 1 + 32 - 32 = 1. Value 0: mask set, q = 3 -> 6. Value 1: not set, q = 0 ->
      // -8.
      {"Q3_K",
       "01" + repeat("00", 31) + "03" + repeat("00", 63) + "01" + repeat("00", 7) + "02" +
           repeat("00", 3) + "0040",
       {{0, 6.0F}, {1, -8.0F}, {16, 256.0F}}},
      // Scale 0.5 in float32; the sums at the end are not used.
      {"Q8_K",
       "0000003f7f80" + repeat("00", 253) + "02" + repeat("ff", 32),
       {{0, 63.5F}, {1, -64.0F}, {255, 1.0F}}},
      // Scale 2; byte 0 is f8: table[8] = 1, table[15] = 113.
      {"IQ4_NL", "0040f8" + repeat("00", 15), {{0, 2.0F}, {16, 226.0F}, {1, -254.0F}}},
      // Scale 2; sub-block 0: low 1, high 2 -> 33 - 32 = 1; sub-block 1: low 0, high 0 -> -32.
      {"IQ4_XS",
       "00400200"
       "01000000"
       "f8" +
           repeat("88", 127),
       {{0, 2.0F}, {16, 226.0F}, {1, 2.0F}, {32, -64.0F}}},
      // Exponent 128: 2^1 / 2 of the doubled table. Byte 0 is 97: table[7] = 12, table[9] = -1.
      {"MXFP4", "8097" + repeat("00", 15), {{0, 12.0F}, {16, -1.0F}, {1, 0.0F}}},
      {"Q8_0", "00b87f80" + repeat("00", 29) + "02", {{0, -63.5F}, {1, 64.0F}, {31, -1.0F}}},
  };
  for (const HandWorked& worked : all) {
    INFO(worked.type);
    const auto values = decode(worked.type, from_hex(worked.block));
    for (const auto& [index, value] : worked.values) {
      CHECK(values.at(index) == value);
    }
  }
}

TEST_CASE("every half-precision number is widened exactly") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto exponent = static_cast<int>((bits >> 10) & 0x1F);
    const auto fraction = static_cast<double>(bits & 0x3FF);
    const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
    const float wide = half_to_float(static_cast<uint16_t>(bits));
    if (exponent == 0x1F) {
      const bool expected = fraction == 0.0 ? std::isinf(wide) : std::isnan(wide);
      REQUIRE(expected);
      REQUIRE(std::signbit(wide) == (sign < 0));
    } else {
      const double magnitude = exponent == 0 ? std::ldexp(fraction, -24)
                                             : std::ldexp(1.0 + fraction / 1024.0, exponent - 15);
      REQUIRE(static_cast<double>(wide) == sign * magnitude);
      REQUIRE(std::signbit(wide) == (sign < 0));
    }
  }
}

TEST_CASE("types are found by number and by name") {
  CHECK(find_tensor_type(3)->name == "Q4_1");
  CHECK(find_tensor_type("Q6_K")->ggml_id == 14);
  CHECK(find_tensor_type(10)->name == "Q2_K");
  CHECK(find_tensor_type(16) == nullptr);
  CHECK(find_tensor_type("q4_1") == nullptr);
  CHECK(describe_ggml_type(16) == "16 (IQ2_XXS)");
  CHECK(describe_ggml_type(99) == "99");
  CHECK(stored_bytes(*find_tensor_type("Q4_K"), 512) == 288);
  CHECK_FALSE(stored_bytes(*find_tensor_type("F32"), int64_t{1} << 62).has_value());
}

}  // namespace multistate::test::dequantize_test
