#include "multistate/checkpoint/gguf_reader.h"

#include <functional>

#include <fmt/format.h>

#include "checkpoint/changed_bytes.h"
#include "support/catch.h"
#include "support/gguf_writer.h"
#include "support/input_error.h"

namespace multistate::test::gguf_reader_test {
namespace {

/// Two keys and two tensors; valid.
GgufWriter valid() {
  GgufWriter writer;
  writer.set("a.number", gguf_u32(7));
  writer.set("a.list", gguf_texts({"x", "yz"}));
  writer.add("first", {4}, 0, std::string(16, '\1'));
  writer.add("second", {32, 2}, 2, std::string(36, '\2'));
  return writer;
}

GgufContent parse(const std::string& bytes) {
  return parse_gguf(std::as_bytes(std::span(bytes)), "m.gguf");
}

std::string error_of(const std::string& bytes) {
  return input_error([&] { parse(bytes); });
}

struct Malformed {
  std::string message;  ///< All of it after the file's name.
  std::function<void(GgufWriter&)> spoil;
};

std::string typed(uint32_t type, const std::string& value) {
  return raw(type) + value;
}

/// A list of lists of lists ... of nothing.
std::string nested_arrays(int depth) {
  std::string value = typed(0, raw(uint64_t{0}));
  for (int level = 1; level < depth; ++level) {
    value = typed(9, raw(uint64_t{1}) + value);
  }
  return typed(9, value);
}

std::vector<Malformed> malformed_metadata() {
  const auto value = [](const std::string& bytes) {
    return [bytes](GgufWriter& w) {
      w = GgufWriter();
      w.set("k", bytes);
    };
  };
  return {
      {"is not a GGUF file: it starts with 'GGML', not with 'GGUF'",
       [](GgufWriter& w) { w.magic = "GGML"; }},
      {"GGUF version 1 is not supported; supported: 2, 3", [](GgufWriter& w) { w.version = 1; }},
      {"GGUF version 4 is not supported; supported: 2, 3", [](GgufWriter& w) { w.version = 4; }},
      {"GGUF version 0 is not supported; supported: 2, 3", [](GgufWriter& w) { w.version = 0; }},
      {"is a big-endian GGUF file; only little-endian ones are supported",
       [](GgufWriter& w) { w.version = 0x03000000; }},
      {"the value of 'k' is of type 13; known are 0 to 12", value(typed(13, "xxxx"))},
      {"the value of 'k' is of type 77; known are 0 to 12", value(typed(9, typed(77, "")))},
      {"the value of 'k' is 2; a boolean is 0 or 1", value(typed(7, "\2"))},
      {"truncated: the value of 'k' takes 1152921504606846976 bytes at offset 45, the file has 64",
       value(typed(8, raw(uint64_t{1} << 60)))},
      {"the value of 'k': 4611686018427387904 items do not fit into the 15 bytes after offset 49",
       value(typed(9, typed(0, raw(uint64_t{1} << 62))))},
      {"the value of 'k': 2305843009213693953 items do not fit into the 15 bytes after offset 49",
       value(typed(9, typed(10, raw((uint64_t{1} << 61) + 1))))},
      {"the value of 'k': 2305843009213693952 items do not fit into the 15 bytes after offset 49",
       value(typed(9, typed(8, raw(uint64_t{1} << 61))))},
      {"the value of 'k': arrays are nested more than 4 deep", value(nested_arrays(5))},
      {"the key 'a.number' appears twice",
       [](GgufWriter& w) { w.metadata.push_back(w.metadata.front()); }},
      {"'general.alignment' is 24; expected a power of two",
       [](GgufWriter& w) { w.set("general.alignment", gguf_u32(24)); }},
      {"'general.alignment' is 0; expected a power of two",
       [](GgufWriter& w) { w.set("general.alignment", gguf_u32(0)); }},
      {"'general.alignment' is 'big'; expected an integer",
       [](GgufWriter& w) { w.set("general.alignment", gguf_text("big")); }},
  };
}

std::vector<Malformed> malformed_tensors() {
  const std::string types =
      "F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K, IQ4_NL, IQ4_XS, "
      "BF16, MXFP4";
  const auto second = [](const std::function<void(GgufTensorEntry&)>& spoil) {
    return [spoil](GgufWriter& w) { spoil(w.tensors[1]); };
  };
  return {
      {"tensor 'first': appears twice", second([](auto& t) { t.name = "first"; })},
      {"tensor 'second': has 0 dimensions; allowed are 1 to 4",
       second([](auto& t) { t.dimensions = {}; })},
      {"tensor 'second': has 5 dimensions; allowed are 1 to 4", second([](auto& t) {
         t.dimensions = {1, 1, 1, 1, 1};
       })},
      {"tensor 'second': dimension 1 is 0", second([](auto& t) { t.dimensions[1] = 0; })},
      {"tensor 'second': dimension 0 is -1",
       second([](auto& t) { t.dimensions[0] = ~uint64_t{0}; })},
      {"tensor 'second': the product of the dimensions is more than 2^63", second([](auto& t) {
         t.dimensions = {uint64_t{1} << 32, uint64_t{1} << 32};
       })},
      {"tensor 'second': takes more than 2^63 bytes", second([](auto& t) {
         t.type = 0;
         t.dimensions = {uint64_t{1} << 31, uint64_t{1} << 31};
       })},
      {"tensor 'second': rows of 33 values are not whole blocks of 32 (Q4_0)",
       second([](auto& t) { t.dimensions[0] = 33; })},
      {"tensor 'second': type 99 is not supported; supported: " + types,
       second([](auto& t) { t.type = 99; })},
      {"tensor 'second': type 16 (IQ2_XXS) is not supported; supported: " + types,
       second([](auto& t) { t.type = 16; })},
      {"tensor 'second': offset 33 is not a multiple of the alignment 32",
       second([](auto& t) { t.offset = 33; })},
      {"tensor 'second': offset 64 + 36 bytes is beyond the end of the file (68 bytes of tensor "
       "data)",
       second([](auto& t) { t.offset = 64; })},
      {"tensor 'second': offset 18446744073709551584 + 36 bytes is beyond the end of the file (68 "
       "bytes of tensor data)",
       second([](auto& t) { t.offset = ~uint64_t{31}; })},
      {"tensor 'second': offset 32 + 54 bytes is beyond the end of the file (68 bytes of tensor "
       "data)",
       second([](auto& t) { t.dimensions[1] = 3; })},
      {"tensor 'second': offset 0 is inside tensor 'first', which takes 16 bytes from 0",
       second([](auto& t) { t.offset = 0; })},
      {"tensor 'second': offset 32 is inside tensor 'first', which takes 40 bytes from 0",
       [](GgufWriter& w) { w.tensors[0].dimensions = {10}; }},
  };
}

}  // namespace

TEST_CASE("a GGUF file is read as it was written") {
  for (const uint32_t version : {2U, 3U}) {
    GgufWriter writer = valid();
    writer.version = version;
    const std::string bytes = writer.bytes();
    const GgufContent content = parse(bytes);
    CHECK(content.version == version);
    CHECK(content.metadata.integer("a.number") == 7);
    CHECK(content.metadata.strings("a.list") == std::vector<std::string_view>{"x", "yz"});
    REQUIRE(content.tensors.size() == 2);
    CHECK(content.tensors[1].name == "second");
    CHECK(content.tensors[1].type->name == "Q4_0");
    CHECK(content.tensors[1].shape == std::vector<int64_t>{2, 32});
    CHECK(content.tensors[1].data.size() == 36);
    CHECK(content.tensors[1].data[35] == std::byte{2});
  }
}

TEST_CASE("values of all thirteen types are read") {
  GgufWriter writer;
  writer.set("u8", typed(0, "\xFF"));
  writer.set("i8", typed(1, "\xFF"));
  writer.set("u16", typed(2, raw(uint16_t{65535})));
  writer.set("i16", typed(3, raw(int16_t{-2})));
  writer.set("u32", typed(4, raw(uint32_t{4294967295})));
  writer.set("i32", typed(5, raw(int32_t{-3})));
  writer.set("f32", typed(6, raw(1e-5F)));
  writer.set("bool", typed(7, std::string(1, '\1')));
  writer.set("text", gguf_text("abc"));
  writer.set("list", gguf_i32s({1, -1}));
  writer.set("u64", typed(10, raw(~uint64_t{0})));
  writer.set("i64", typed(11, raw(int64_t{-4})));
  writer.set("f64", typed(12, raw(0.25)));
  writer.set("lists", nested_arrays(4));
  const std::string bytes = writer.bytes();
  const GgufMetadata metadata = parse(bytes).metadata;
  CHECK(metadata.integer("u8") == 255);
  CHECK(metadata.integer("i8") == -1);
  CHECK(metadata.integer("u16") == 65535);
  CHECK(metadata.integer("i16") == -2);
  CHECK(metadata.integer("u32") == 4294967295);
  CHECK(metadata.integer("i32") == -3);
  CHECK(metadata.number("f32") == 1e-5);
  CHECK(metadata.boolean("bool") == true);
  CHECK(metadata.string("text") == "abc");
  CHECK(metadata.integers("list") == std::vector<int64_t>{1, -1});
  CHECK(metadata.integer("i64") == -4);
  CHECK(metadata.number("f64") == 0.25);
  CHECK(to_text(*metadata.find("lists")) == "an array of 1 arrays");
  CHECK(to_text(*metadata.find("u64")) == "18446744073709551615");
  CHECK_FALSE(metadata.integer("none").has_value());
}

TEST_CASE("a metadata value of another type is refused with key and value") {
  GgufWriter writer;
  writer.set("text", gguf_text("abc"));
  writer.set("one", gguf_u32(1));
  writer.set("list", gguf_i32s({1, 2}));
  writer.set("big", typed(10, raw(~uint64_t{0})));
  writer.set("bigs", typed(9, typed(10, raw(uint64_t{1}) + raw(~uint64_t{0}))));
  const std::string bytes = writer.bytes();
  const GgufMetadata metadata = parse(bytes).metadata;
  const auto error = [](const auto& action) { return input_error(action); };
  CHECK(error([&] { metadata.integer("text"); }) == "m.gguf: 'text' is 'abc'; expected an integer");
  CHECK(error([&] { metadata.integer("big"); }) ==
        "m.gguf: 'big' is '18446744073709551615'; expected an integer");
  CHECK(error([&] { metadata.number("one"); }) ==
        "m.gguf: 'one' is '1'; expected a floating-point number");
  CHECK(error([&] { metadata.boolean("one"); }) == "m.gguf: 'one' is '1'; expected a boolean");
  CHECK(error([&] { metadata.string("one"); }) == "m.gguf: 'one' is '1'; expected a string");
  CHECK(error([&] { metadata.strings("list"); }) ==
        "m.gguf: 'list' is 'an array of 2 integers'; expected an array of strings");
  CHECK(error([&] { metadata.integers("text"); }) ==
        "m.gguf: 'text' is 'abc'; expected an array of integers");
  CHECK(error([&] { metadata.integers("bigs"); }) ==
        "m.gguf: 'bigs' is 'an array of 1 integers'; expected an array of integers below 2^63");
  CHECK(error([&] { metadata.required(&GgufMetadata::integer, "none"); }) ==
        "m.gguf: the key 'none' is missing");
}

TEST_CASE("malformed GGUF headers and metadata are refused") {
  for (const Malformed& malformed : malformed_metadata()) {
    GgufWriter writer = valid();
    malformed.spoil(writer);
    CHECK(error_of(writer.bytes()) == "m.gguf: " + malformed.message);
  }
}

TEST_CASE("malformed GGUF tensors are refused") {
  for (const Malformed& malformed : malformed_tensors()) {
    GgufWriter writer = valid();
    malformed.spoil(writer);
    CHECK(error_of(writer.bytes()) == "m.gguf: " + malformed.message);
  }
}

TEST_CASE("counts of keys and tensors that the GGUF file cannot hold are refused at once") {
  std::string bytes = valid().bytes();
  const auto rest = bytes.size() - 24;
  bytes.replace(16, 8, raw(uint64_t{1} << 63));
  CHECK(error_of(bytes) == fmt::format("m.gguf: the number of keys: 9223372036854775808 items do "
                                       "not fit into the {} bytes after offset 24",
                                       rest));
  bytes.replace(16, 8, raw(uint64_t{2}));
  bytes.replace(8, 8, raw(~uint64_t{0}));
  CHECK(error_of(bytes) ==
        fmt::format("m.gguf: the number of tensors: 18446744073709551615 items do "
                    "not fit into the {} bytes after offset 24",
                    rest));
}

TEST_CASE("a GGUF file cut off anywhere is refused") {
  const std::string bytes = valid().bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    // A buffer of its own, so that a sanitizer sees every read beyond its end.
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<int64_t>(size));
    const auto message = input_error([&] { parse_gguf(std::as_bytes(std::span(cut)), "m.gguf"); });
    INFO("size " << size << ": " << message);
    REQUIRE((message.find("truncated: ") != std::string::npos ||
             message.find("do not fit into the") != std::string::npos ||
             message.find("beyond the end of the file") != std::string::npos));
  }
}

TEST_CASE("a GGUF file with any byte changed is read or refused, nothing else") {
  const std::string bytes = valid().bytes();
  const auto refuses = [](const std::string& changed) { return error_of(changed) != "no error"; };
  CHECK(refused_changes(bytes, refuses) > 100);
}

}  // namespace multistate::test::gguf_reader_test
