#include "multistate/policy/calibration_file.h"

#include <charconv>
#include <map>
#include <optional>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/all_finite.h"
#include "multistate/base/build_info.h"
#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/safetensors_reader.h"

namespace multistate {
namespace {

constexpr const char* kSchema = "multistate.calibration";
constexpr const char* kVersion = "1";
constexpr const char* kDirections = "query_directions";
constexpr const char* kMeans = "query_means";
constexpr const char* kLengths = "query_lengths";
constexpr const char* kKeys = "key_means";

std::string tensor_name(size_t layer, const char* what) {
  return fmt::format("layers.{}.{}", layer, what);
}

/// Header entries and data of a file that is being written.
class TensorWriter {
 public:
  void add(const std::string& name, int64_t rows, int64_t columns, std::span<const float> numbers) {
    const size_t begin = data_.size();
    data_.append(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
    header_[name] = {
        {"dtype", "F32"}, {"shape", {rows, columns}}, {"data_offsets", {begin, data_.size()}}};
  }

  std::string bytes(const nlohmann::json& metadata) {
    header_["__metadata__"] = metadata;
    const std::string header = header_.dump();
    const uint64_t size = header.size();
    return std::string(reinterpret_cast<const char*>(&size), sizeof(size)) + header + data_;
  }

 private:
  nlohmann::json header_;
  std::string data_;
};

/// A file that is being read.
class CalibrationReader {
 public:
  explicit CalibrationReader(const std::filesystem::path& path)
      : file_(path),
        source_(path.string()),
        metadata_(safetensors_metadata(file_.bytes(), source_)) {
    if (entry("schema") != kSchema || entry("version") != kVersion) {
      throw InputError(fmt::format("{}: is a {} of version {}; expected {} of version {}", source_,
                                   in_quotes(entry("schema")), in_quotes(entry("version")), kSchema,
                                   kVersion));
    }
    for (StoredTensor& tensor : parse_safetensors(file_.bytes(), source_)) {
      const std::string name = tensor.name;
      tensors_.emplace(name, std::move(tensor));
    }
  }

  Calibration read() {
    Calibration calibration;
    calibration.sha256 =
        sha256_hex({reinterpret_cast<const char*>(file_.bytes().data()), file_.bytes().size()});
    calibration.model_sha256 = entry("model_sha256");
    calibration.text_sha256 = entry("text_sha256");
    calibration.document_sha256s = words(entry("document_sha256s"));
    calibration.tokens = tokens();
    size_t layer = 0;
    for (; tensors_.contains(tensor_name(layer, kDirections)); ++layer) {
      calibration.layers.push_back(read_layer(layer));
    }
    if (layer == 0 || tensors_.size() != 4 * layer) {
      throw InputError(fmt::format("{}: has {} tensors, and {} layers of them, which have 4 each",
                                   source_, tensors_.size(), layer));
    }
    return calibration;
  }

 private:
  const std::string& entry(const char* key) const {
    const auto found = metadata_.find(key);
    if (found == metadata_.end()) {
      throw InputError(fmt::format(
          "{}: is no calibration: its metadata has no '{}'; `multistate calibrate` makes one",
          source_, key));
    }
    return found->second;
  }

  static std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> all(1);
    for (const char c : text) {
      if (c == ' ') {
        all.emplace_back();
      } else {
        all.back() += c;
      }
    }
    return all;
  }

  int64_t tokens() const {
    const std::string& text = entry("tokens");
    int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size() || count < 1) {
      throw InputError(fmt::format("{}: 'tokens' is {}; expected an integer, 1 or more", source_,
                                   in_quotes(text)));
    }
    return count;
  }

  const StoredTensor& matrix(size_t layer, const char* what) const {
    const std::string name = tensor_name(layer, what);
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      throw InputError(fmt::format("{}: has no tensor {}", source_, name));
    }
    if (found->second.shape.size() != 2) {
      throw InputError(fmt::format("{}: {} has {} dimensions; expected 2", source_, name,
                                   found->second.shape.size()));
    }
    return found->second;
  }

  std::vector<float> numbers(size_t layer, const char* what, int64_t rows, int64_t columns) const {
    const StoredTensor& tensor = matrix(layer, what);
    if (tensor.shape[0] != rows || tensor.shape[1] != columns) {
      throw InputError(fmt::format("{}: {} is {} x {}; expected {} x {}", source_, tensor.name,
                                   tensor.shape[0], tensor.shape[1], rows, columns));
    }
    std::vector<float> values(static_cast<size_t>(rows * columns));
    tensor.type->decode(tensor.data, values);
    if (!all_finite(values)) {
      throw InputError(fmt::format("{}: {} holds NaN or infinity", source_, tensor.name));
    }
    return values;
  }

  LayerCalibration read_layer(size_t layer) const {
    LayerCalibration one;
    one.heads = matrix(layer, kDirections).shape[0];
    one.head_size = matrix(layer, kDirections).shape[1];
    one.pairs = matrix(layer, kLengths).shape[1];
    one.kv_heads = matrix(layer, kKeys).shape[0];
    one.query_directions = numbers(layer, kDirections, one.heads, one.head_size);
    one.query_means = numbers(layer, kMeans, one.heads, one.head_size);
    one.query_lengths = numbers(layer, kLengths, one.heads, one.pairs);
    one.key_means = numbers(layer, kKeys, one.kv_heads, one.head_size);
    return one;
  }

  MappedFile file_;
  std::string source_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, StoredTensor> tensors_;
};

}  // namespace

std::string calibration_bytes(const Calibration& calibration) {
  TensorWriter writer;
  for (size_t layer = 0; layer < calibration.layers.size(); ++layer) {
    const LayerCalibration& one = calibration.layers[layer];
    const auto add = [&](const char* what, int64_t rows, int64_t columns,
                         const std::vector<float>& numbers) {
      writer.add(tensor_name(layer, what), rows, columns, numbers);
    };
    add(kDirections, one.heads, one.head_size, one.query_directions);
    add(kMeans, one.heads, one.head_size, one.query_means);
    add(kLengths, one.heads, one.pairs, one.query_lengths);
    add(kKeys, one.kv_heads, one.head_size, one.key_means);
  }
  return writer.bytes({{"schema", kSchema},
                       {"version", kVersion},
                       {"model_sha256", calibration.model_sha256},
                       {"text_sha256", calibration.text_sha256},
                       {"document_sha256s", join(calibration.document_sha256s, " ")},
                       {"tokens", std::to_string(calibration.tokens)},
                       {"program", fmt::format("multistate {}", build_info().version)}});
}

std::shared_ptr<const Calibration> read_calibration(const std::filesystem::path& path) {
  return std::make_shared<const Calibration>(CalibrationReader(path).read());
}

}  // namespace multistate
