// Files of calibrations: what is written is read, and what is none of this model is refused.

#include <cstdint>
#include <string>

#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"
#include "multistate/checkpoint/model_digest.h"
#include "multistate/engine/model_calibrations.h"
#include "multistate/policy/by_layer.h"
#include "multistate/policy/calibration_file.h"

#include "support/input_error.h"
#include "support/safetensors_writer.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test::calibration_test {
namespace {

std::vector<float> counting(int64_t count, float first) {
  std::vector<float> numbers;
  for (int64_t i = 0; i < count; ++i) {
    numbers.push_back(first + 0.25F * static_cast<float>(i));
  }
  return numbers;
}

Calibration calibration_of(const DecoderSpec& spec, const std::string& model_sha256) {
  Calibration calibration;
  for (int64_t layer = 0; layer < spec.layer_count(); ++layer) {
    const AttentionSpec& attention = spec.layer(layer).attention;
    const int64_t pairs = attention.rotation.size / 2;
    const auto first = static_cast<float>(100 * layer);
    const int64_t queries = attention.heads * attention.head_size;
    calibration.layers.push_back(
        {.heads = attention.heads,
         .kv_heads = attention.kv_heads,
         .head_size = attention.head_size,
         .pairs = pairs,
         .query_directions = counting(queries, first + 1.0F),
         .query_means = counting(queries, first + 2.0F),
         .query_lengths = counting(attention.heads * pairs, first + 3.0F),
         .key_means = counting(attention.kv_heads * attention.head_size, first + 4.0F)});
  }
  calibration.model_sha256 = model_sha256;
  calibration.text_sha256 = "text";
  calibration.document_sha256s = {"one", "two"};
  calibration.tokens = 12;
  return calibration;
}

/// A tiny model, and a calibration of it in a file.
struct Calibrated {
  Calibrated() {
    write_file(folder / "model.gguf", tiny_gguf({}).bytes());
    model = ModelFile::open(folder / "model.gguf");
    FileDigests digests;
    sha256 = model_digest(*model, digests);
    write(calibration_of(model->spec(), sha256));
  }

  std::string file() const { return (folder / "statistics.safetensors").string(); }
  void write(const Calibration& calibration) const {
    write_file(file(), calibration_bytes(calibration));
  }

  PolicySetup told(const std::string& options) const {
    PolicySetup setup = set_up_policy("qfilters", 8, options);
    ModelCalibrations(*model, sha256).tell(setup);
    return setup;
  }

  std::string refusal() const {
    return input_error([&] { told("{calibration: '" + file() + "'}"); });
  }

  TemporaryFolder folder;
  std::unique_ptr<ModelFile> model;
  std::string sha256;
};

}  // namespace

TEST_CASE("a calibration is read as it was written, by the digest of its file") {
  const Calibrated tiny;
  const PolicySetup setup = tiny.told("{calibration: '" + tiny.file() + "'}");
  REQUIRE(setup.calibration != nullptr);
  const Calibration& found = *setup.calibration;
  const Calibration expected = calibration_of(tiny.model->spec(), tiny.sha256);
  CHECK(found.sha256 == sha256_file(tiny.file()));
  CHECK(found.model_sha256 == expected.model_sha256);
  CHECK(found.text_sha256 == "text");
  CHECK(found.document_sha256s == expected.document_sha256s);
  CHECK(found.tokens == 12);
  REQUIRE(found.layers.size() == expected.layers.size());
  for (size_t layer = 0; layer < found.layers.size(); ++layer) {
    CHECK(found.layers[layer].query_directions == expected.layers[layer].query_directions);
    CHECK(found.layers[layer].query_means == expected.layers[layer].query_means);
    CHECK(found.layers[layer].query_lengths == expected.layers[layer].query_lengths);
    CHECK(found.layers[layer].key_means == expected.layers[layer].key_means);
  }
}

TEST_CASE("a policy over a base, and one for some layers, get the calibration that they name") {
  const Calibrated tiny;
  const std::string option = "calibration: '" + tiny.file() + "'";
  PolicySetup over = set_up_policy("caote", 8, "{base: qfilters, " + option + "}");
  ModelCalibrations(*tiny.model, tiny.sha256).tell(over);
  CHECK(calibrated(over).size() == 1);
  const Node ranges = parse_yaml("{'0': tova, '1-': {name: qfilters, " + option + "}}", "layers");
  PolicySetup by_layer = set_up_by_layer(ranges, 8);
  ModelCalibrations(*tiny.model, tiny.sha256).tell(by_layer);
  REQUIRE(calibrated(by_layer).size() == 1);
  CHECK(calibrated(by_layer).front() == by_layer.layers.back().setup.get());
  PolicySetup none = set_up_policy("tova", 8);
  ModelCalibrations(*tiny.model, tiny.sha256).tell(none);
  CHECK(calibrated(none).empty());
}

TEST_CASE("a calibration that is missing, or of another model, is refused") {
  const Calibrated tiny;
  CHECK_THAT(input_error([&] { tiny.told("{}"); }),
             ContainsSubstring("policy.calibration: is missing; policy qfilters reads statistics "
                               "of the model's queries and keys, which `multistate calibrate " +
                               (tiny.folder / "model.gguf").string() +
                               " --data TEXT --output FILE` measures"));
  CHECK_THAT(input_error([&] { tiny.told("{calibration: nowhere}"); }),
             ContainsSubstring("policy.calibration: 'nowhere' does not exist; policy qfilters "));
  tiny.write(calibration_of(tiny.model->spec(), "another"));
  CHECK_THAT(tiny.refusal(), ContainsSubstring("was made with another model than"));
  CHECK_THAT(tiny.refusal(), ContainsSubstring("the SHA-256 of its model is another, that of this "
                                               "one " +
                                               tiny.sha256));
  Calibration short_one = calibration_of(tiny.model->spec(), tiny.sha256);
  short_one.layers.pop_back();
  tiny.write(short_one);
  CHECK_THAT(tiny.refusal(), ContainsSubstring("has 1 layers; the model has 2"));
  DecoderSpec wider = tiny.model->spec();
  wider.layers[1].attention.heads *= 2;
  tiny.write(calibration_of(wider, tiny.sha256));
  CHECK_THAT(tiny.refusal(), ContainsSubstring("layer 1 has 8 query heads"));
}

TEST_CASE("a file that is no calibration is refused by name") {
  const Calibrated tiny;
  const Calibration good = calibration_of(tiny.model->spec(), tiny.sha256);
  const auto refused = [&](const Calibration& calibration) {
    tiny.write(calibration);
    return tiny.refusal();
  };
  Calibration not_finite = good;
  not_finite.layers[1].query_lengths[2] = NAN;
  CHECK_THAT(refused(not_finite),
             ContainsSubstring("layers.1.query_lengths holds NaN or infinity"));
  Calibration torn = good;
  torn.layers[0].query_means.pop_back();
  CHECK_THAT(refused(torn), ContainsSubstring("layers.0.query_means"));
  Calibration nothing = good;
  nothing.tokens = 0;
  CHECK_THAT(refused(nothing),
             ContainsSubstring("'tokens' is '0'; expected an integer, 1 or more"));
  write_file(tiny.file(), safetensors_bytes("{}", ""));
  CHECK_THAT(tiny.refusal(), ContainsSubstring("is no calibration: its metadata has no 'schema'"));
  write_file(tiny.file(),
             safetensors_bytes(
                 R"({"__metadata__":{"schema":"multistate.calibration","version":"2"}})", ""));
  CHECK_THAT(tiny.refusal(), ContainsSubstring("of version '2'; expected multistate.calibration of "
                                               "version 1"));
  std::string other = calibration_bytes(good);
  const auto at = other.find("layers.1.key_means");
  REQUIRE(at != std::string::npos);
  other.replace(at, 18, "layers.1.key_moans");
  write_file(tiny.file(), other);
  CHECK_THAT(tiny.refusal(), ContainsSubstring("has no tensor layers.1.key_means"));
  write_file(tiny.file(), "no safetensors");
  CHECK_THAT(tiny.refusal(), ContainsSubstring(tiny.file() + ": "));
}

}  // namespace multistate::test::calibration_test
