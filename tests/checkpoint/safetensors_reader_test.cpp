#include "multistate/checkpoint/safetensors_reader.h"

#include <functional>

#include <fmt/format.h>

#include "checkpoint/changed_bytes.h"
#include "support/catch.h"
#include "support/input_error.h"
#include "support/safetensors_writer.h"

namespace multistate::test::safetensors_reader_test {
namespace {

std::vector<StoredTensor> parse(const std::string& bytes) {
  return parse_safetensors(std::as_bytes(std::span(bytes)), "m.safetensors");
}

std::string error_of(const std::string& bytes) {
  return input_error([&] { parse(bytes); });
}

struct Malformed {
  std::string header;
  std::string message;  ///< All of it after the file's name. The data is eight bytes.
};

/// The header of one tensor "a".
std::string entry(const std::string& members) {
  return "{\"a\":{" + members + "}}";
}

std::vector<Malformed> malformed_headers() {
  return {
      {"[1]", "is not a safetensors file: the header starts with '[', not with '{'"},
      {"", "is not a safetensors file: the header starts with '', not with '{'"},
      {" {}", "is not a safetensors file: the header starts with ' ', not with '{'"},
      {"{\"a\":", "the header: is not valid JSON (at byte 6)"},
      {"{} {}", "the header: is not valid JSON (at byte 4)"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
       R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
       "the header: the key 'a' appears twice"},
      {entry(R"("dtype":"F32","dtype":"F16")"), "the header: the key 'dtype' appears twice"},
      {R"({"a":{"shape":[[2]]}})", "the header: is nested more than 3 deep"},
      {R"({"__metadata__":[]})", "'__metadata__' is '[]'; expected an object"},
      {R"({"__metadata__":{"format":1}})", "'__metadata__': 'format' is '1'; expected a string"},
      {R"({"a":7})", "tensor 'a': is '7'; expected an object"},
  };
}

std::vector<Malformed> malformed_entries() {
  const std::string list_expected = "; expected a list of integers from 0 to 2^63 - 1";
  return {
      {entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,8],"stride":1)"),
       "tensor 'a': has the unknown key 'stride'"},
      {entry(R"("shape":[2],"data_offsets":[0,8])"), "the key 'dtype' is missing"},
      {entry(R"("dtype":4,"shape":[2],"data_offsets":[0,8])"), "'dtype' is '4'; expected a string"},
      {entry(R"("dtype":"I64","shape":[1],"data_offsets":[0,8])"),
       "tensor 'a': type 'I64' is not supported; supported: F32, F16, BF16"},
      {entry(R"("dtype":"Q4_0","shape":[1],"data_offsets":[0,8])"),
       "tensor 'a': type 'Q4_0' is not supported; supported: F32, F16, BF16"},
      {entry(R"("dtype":"F32","data_offsets":[0,8])"),
       "tensor 'a': 'shape' is missing" + list_expected},
      {entry(R"("dtype":"F32","shape":2,"data_offsets":[0,8])"),
       "tensor 'a': 'shape' is '2'" + list_expected},
      {entry(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])"),
       "tensor 'a': 'shape' is '[-2]'" + list_expected},
      {entry(R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])"),
       "tensor 'a': 'shape' is '[2.0]'" + list_expected},
      {entry(R"("dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8])"),
       "tensor 'a': 'shape' is '[9223372036854775808]'" + list_expected},
      {entry(R"("dtype":"F32","shape":[2],"data_offsets":[8])"),
       "tensor 'a': 'data_offsets' has 1 numbers; expected 2"},
      {entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,-8])"),
       "tensor 'a': 'data_offsets' is '[0,-8]'" + list_expected},
      {entry(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8])"),
       "tensor 'a': takes more than 2^63 bytes"},
      {entry(R"("dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,8])"),
       "tensor 'a': takes more than 2^63 bytes"},
      {entry(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"),
       "tensor 'a': 'data_offsets' are 0 and 8, but type and shape make 12 bytes"},
      {entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"),
       "tensor 'a': 'data_offsets' are 0 and 4, but type and shape make 8 bytes"},
      {entry(R"("dtype":"F32","shape":[1],"data_offsets":[4,8])"),
       "tensor 'a': its data starts at 4, but the data before it ends at 0"},
      {R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},)"
       R"("b":{"dtype":"F16","shape":[3],"data_offsets":[2,8]}})",
       "tensor 'b': its data starts at 2, but the data before it ends at 4"},
      {entry(R"("dtype":"F32","shape":[3],"data_offsets":[0,12])"),
       "tensor 'a': offset 0 + 12 bytes is beyond the end of the file (8 bytes of tensor data)"},
      {entry(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])"),
       "4 bytes follow the data of the last tensor"},
      {"{}", "8 bytes follow the data of the last tensor"},
  };
}

}  // namespace

TEST_CASE("a safetensors file is read as it was written") {
  const std::string bytes = safetensors_bytes(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2,1],"data_offsets":[4,8]},)"
      R"("none":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]},)"
      R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   )",
      "abcdefgh");
  const auto tensors = parse(bytes);
  REQUIRE(tensors.size() == 3);
  CHECK(tensors[0].name == "a");
  CHECK(tensors[0].type->name == "F32");
  CHECK(tensors[0].shape.empty());
  CHECK(tensors[1].name == "none");
  CHECK(tensors[1].data.empty());
  CHECK(tensors[2].name == "b");
  CHECK(tensors[2].type->name == "BF16");
  CHECK(tensors[2].shape == std::vector<int64_t>{2, 1});
  CHECK(tensors[2].data.size() == 4);
  CHECK(tensors[2].data[0] == std::byte{'e'});
}

TEST_CASE("malformed safetensors headers are refused") {
  for (const Malformed& malformed : malformed_headers()) {
    INFO(malformed.header);
    CHECK(error_of(safetensors_bytes(malformed.header, "12345678")) ==
          "m.safetensors: " + malformed.message);
  }
}

TEST_CASE("malformed entries of a safetensors header are refused") {
  for (const Malformed& malformed : malformed_entries()) {
    INFO(malformed.header);
    CHECK(error_of(safetensors_bytes(malformed.header, "12345678")) ==
          "m.safetensors: " + malformed.message);
  }
}

TEST_CASE("a safetensors header that is longer than allowed or than the file is refused") {
  const auto with_length = [](uint64_t length) {
    return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + "{}";
  };
  CHECK(error_of(with_length(100'000'001)) ==
        "m.safetensors: the header's length is 100000001; allowed are at most 100000000 bytes");
  CHECK(error_of(with_length(3)) ==
        "m.safetensors: truncated: the header takes 3 bytes at offset 8, the file has 10");
  CHECK(error_of("1234567") ==
        "m.safetensors: truncated: the header's length takes 8 bytes at offset 0, the file has 7");
}

TEST_CASE("a safetensors file cut off anywhere is refused") {
  SafetensorsWriter writer;
  writer.add("a", "F32", {2}, "12345678");
  writer.add("b", "F16", {1, 2}, "1234");
  const std::string bytes = writer.bytes();
  REQUIRE(parse(bytes).size() == 2);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<int64_t>(size));
    const auto message =
        input_error([&] { parse_safetensors(std::as_bytes(std::span(cut)), "m.safetensors"); });
    INFO("size " << size << ": " << message);
    REQUIRE((message.find("truncated: ") != std::string::npos ||
             message.find("beyond the end of the file") != std::string::npos));
  }
}

TEST_CASE("a safetensors file with any byte changed is read or refused, nothing else") {
  SafetensorsWriter writer;
  writer.add("a", "F32", {2}, "12345678");
  writer.add("b", "F16", {1, 2}, "1234");
  const std::string bytes = writer.bytes();
  const auto refuses = [](const std::string& changed) { return error_of(changed) != "no error"; };
  CHECK(refused_changes(bytes, refuses) > 100);
}

}  // namespace multistate::test::safetensors_reader_test
