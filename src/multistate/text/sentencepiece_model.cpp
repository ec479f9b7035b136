#include "multistate/text/sentencepiece_model.h"

#include <bit>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {
namespace {

/// Encodings of a field in Protocol Buffers.
enum Wire : uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

/// Numbers of fields.
enum ModelField : uint64_t { kPieces = 1, kTrainer = 2, kNormalizer = 3, kDenormalizer = 5 };
enum PieceField : uint64_t { kText = 1, kScore = 2, kType = 3 };
enum TrainerField : uint64_t {
  kAlgorithm = 3,
  kSpaceAsSuffix = 24,
  kByteFallback = 35,
  kBosPiece = 46,
  kEosPiece = 47
};
enum NormalizerField : uint64_t { kCharsMap = 2, kDummyPrefix = 3, kRemoveExtra = 4, kEscape = 5 };

enum Algorithm : uint64_t { kUnigram = 1, kBpe = 2 };

struct Field {
  uint64_t number = 0;
  uint64_t wire = kVarint;
  uint64_t value = 0;      ///< Of kVarint, kFixed32 and kFixed64.
  std::string_view bytes;  ///< Of kBytes.
};

/// Reads the fields of a message one after the other.
class Fields {
 public:
  Fields(std::string_view message, const std::string& source) : rest_(message), source_(source) {}

  void for_each(const std::function<void(const Field&)>& take) {
    while (!rest_.empty()) {
      const uint64_t key = varint();
      Field field = {.number = key >> 3, .wire = key & 7, .value = 0, .bytes = {}};
      switch (field.wire) {
        case kVarint:
          field.value = varint();
          break;
        case kBytes:
          field.bytes = bytes(varint());
          break;
        case kFixed32:
          field.value = fixed(4);
          break;
        case kFixed64:
          field.value = fixed(8);
          break;
        default:
          fail(fmt::format("a field is of type {}", field.wire));
      }
      take(field);
    }
  }

 private:
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes(1).front());
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    fail("a number has more than 64 bits");
  }

  uint64_t fixed(size_t size) {
    const std::string_view all = bytes(size);
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) {
      value |= static_cast<uint64_t>(static_cast<unsigned char>(all[i])) << (8 * i);
    }
    return value;
  }

  std::string_view bytes(uint64_t size) {
    if (size > rest_.size()) {
      fail(fmt::format("a field of {} bytes has {} left", size, rest_.size()));
    }
    const std::string_view found = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return found;
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw InputError(fmt::format("{}: is no SentencePiece model: {}", source_, problem));
  }

  std::string_view rest_;
  const std::string& source_;
};

void expect(const Field& field, Wire wire, const char* what, const std::string& source) {
  if (field.wire != wire) {
    throw InputError(fmt::format("{}: is no SentencePiece model: {} is of type {}; expected {}",
                                 source, what, field.wire, static_cast<uint64_t>(wire)));
  }
}

/// A number that stands for one of `count` values, the first of which is 1.
template <class E>
E read_choice(const Field& field, int64_t count, const char* what, const std::string& source) {
  expect(field, kVarint, what, source);
  if (field.value < 1 || field.value > static_cast<uint64_t>(count)) {
    throw InputError(
        fmt::format("{}: {} is {}; expected 1 to {}", source, what, field.value, count));
  }
  return static_cast<E>(field.value);
}

bool read_switch(const Field& field, const char* what, const std::string& source) {
  expect(field, kVarint, what, source);
  return field.value != 0;
}

void require(bool value, bool supported, const char* what, const std::string& source) {
  if (value != supported) {
    throw InputError(fmt::format("{}: {} is {}, which is not supported; supported: {}", source,
                                 what, value, supported));
  }
}

/// A map of characters to others.
void refuse_map(const Field& field, const char* what, const std::string& source) {
  expect(field, kBytes, what, source);
  if (!field.bytes.empty()) {
    throw InputError(fmt::format("{}: {} is given, which is not supported", source, what));
  }
}

SentencePieceModel::Piece read_piece(std::string_view message, const std::string& source) {
  SentencePieceModel::Piece piece;
  Fields(message, source).for_each([&](const Field& field) {
    if (field.number == kText) {
      expect(field, kBytes, "the text of a piece", source);
      piece.text = field.bytes;
    } else if (field.number == kScore) {
      expect(field, kFixed32, "the score of a piece", source);
      piece.score = std::bit_cast<float>(static_cast<uint32_t>(field.value));
    } else if (field.number == kType) {
      piece.type = read_choice<SentencePieceModel::Type>(field, 6, "the type of a piece", source);
    }
  });
  return piece;
}

void read_trainer(std::string_view message, const std::string& source, SentencePieceModel& model,
                  uint64_t& algorithm) {
  Fields(message, source).for_each([&](const Field& field) {
    if (field.number == kAlgorithm) {
      expect(field, kVarint, "trainer_spec.model_type", source);
      algorithm = field.value;
    } else if (field.number == kByteFallback) {
      model.byte_fallback = read_switch(field, "trainer_spec.byte_fallback", source);
    } else if (field.number == kSpaceAsSuffix) {
      constexpr const char* kName = "trainer_spec.treat_whitespace_as_suffix";
      require(read_switch(field, kName, source), false, kName, source);
    } else if (field.number == kBosPiece) {
      expect(field, kBytes, "trainer_spec.bos_piece", source);
      model.bos = field.bytes;
    } else if (field.number == kEosPiece) {
      expect(field, kBytes, "trainer_spec.eos_piece", source);
      model.eos = field.bytes;
    }
  });
}

void read_normalizer(std::string_view message, const std::string& source, SentencePieceModel& model,
                     bool& removes_spaces) {
  Fields(message, source).for_each([&](const Field& field) {
    if (field.number == kCharsMap) {
      refuse_map(field, "normalizer_spec.precompiled_charsmap", source);
    } else if (field.number == kDummyPrefix) {
      model.add_dummy_prefix = read_switch(field, "normalizer_spec.add_dummy_prefix", source);
    } else if (field.number == kRemoveExtra) {
      removes_spaces = read_switch(field, "normalizer_spec.remove_extra_whitespaces", source);
    } else if (field.number == kEscape) {
      constexpr const char* kName = "normalizer_spec.escape_whitespaces";
      require(read_switch(field, kName, source), true, kName, source);
    }
  });
}

void check_denormalizer(std::string_view message, const std::string& source) {
  Fields(message, source).for_each([&](const Field& field) {
    if (field.number == kCharsMap) {
      refuse_map(field, "denormalizer_spec.precompiled_charsmap", source);
    }
  });
}

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) {
    bytes += static_cast<char>((value & 0x7F) | 0x80);
  }
  return bytes + static_cast<char>(value);
}

std::string number_field(uint64_t number, uint64_t value) {
  return varint(number << 3 | kVarint) + varint(value);
}

std::string bytes_field(uint64_t number, std::string_view bytes) {
  return varint(number << 3 | kBytes) + varint(bytes.size()) + std::string(bytes);
}

std::string float_field(uint64_t number, float value) {
  std::string bytes = varint(number << 3 | kFixed32);
  const auto bits = std::bit_cast<uint32_t>(value);
  for (int shift = 0; shift < 32; shift += 8) {
    bytes += static_cast<char>(bits >> shift & 0xFF);
  }
  return bytes;
}

}  // namespace

SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& source) {
  SentencePieceModel model;
  uint64_t algorithm = kUnigram;
  bool removes_spaces = true;
  Fields(bytes, source).for_each([&](const Field& field) {
    if (field.number == kPieces) {
      expect(field, kBytes, "a piece", source);
      model.pieces.push_back(read_piece(field.bytes, source));
    } else if (field.number == kTrainer) {
      expect(field, kBytes, "trainer_spec", source);
      read_trainer(field.bytes, source, model, algorithm);
    } else if (field.number == kNormalizer) {
      expect(field, kBytes, "normalizer_spec", source);
      read_normalizer(field.bytes, source, model, removes_spaces);
    } else if (field.number == kDenormalizer) {
      expect(field, kBytes, "denormalizer_spec", source);
      check_denormalizer(field.bytes, source);
    }
  });
  if (model.pieces.empty()) {
    throw InputError(fmt::format("{}: is no SentencePiece model: it has no pieces", source));
  }
  if (algorithm != kBpe) {
    throw InputError(fmt::format(
        "{}: trainer_spec.model_type is {} ({}), which is not supported; supported: 2 "
        "(BPE)",
        source, algorithm, algorithm == kUnigram ? "unigram" : "neither unigram nor BPE"));
  }
  require(removes_spaces, false, "normalizer_spec.remove_extra_whitespaces", source);
  return model;
}

std::string serialize(const SentencePieceModel& model) {
  std::string bytes;
  for (const SentencePieceModel::Piece& piece : model.pieces) {
    bytes +=
        bytes_field(kPieces, bytes_field(kText, piece.text) + float_field(kScore, piece.score) +
                                 number_field(kType, static_cast<uint64_t>(piece.type)));
  }
  bytes += bytes_field(kTrainer, number_field(kAlgorithm, kBpe) +
                                     number_field(kByteFallback, model.byte_fallback ? 1 : 0) +
                                     bytes_field(kBosPiece, model.bos) +
                                     bytes_field(kEosPiece, model.eos));
  bytes += bytes_field(kNormalizer, number_field(kDummyPrefix, model.add_dummy_prefix ? 1 : 0) +
                                        number_field(kRemoveExtra, 0));
  return bytes;
}

}  // namespace multistate
