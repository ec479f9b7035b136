// What a calibration is to a sweep: part of a cell's identity by its content, and never of a text
// that the cell evaluates.

#include <filesystem>

#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"

#include "support/input_error.h"
#include "support/sweep_runs.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"
#include "sweep/tiny_calibration.h"

namespace multistate::test::calibration_test {
namespace {

/// A tiny sweep with another text, and calibrations of its model.
class CalibratedSweep {
 public:
  CalibratedSweep() {
    std::filesystem::create_directory(sweep_.folder() / "texts");
    write_file(path("other.txt"), "y" + tiny_text(600));
    write_file(path("texts/a.txt"), tiny_text(600));
    write_file(path("texts/b.txt"), "y" + tiny_text(600));
  }

  const TinySweep& sweep() const { return sweep_; }
  std::string path(const std::string& name) const { return (sweep_.folder() / name).string(); }

  /// Of some chunks of `text`, in the file `name`.
  std::string calibrate(const std::string& text, int64_t chunks, const std::string& name) const {
    write_calibration(path("model.gguf"), path(text), chunks, path(name));
    return path(name);
  }

  PlannedCell cell(const std::string& policy) const { return plan(policy).cells.front(); }
  SweepPlan plan(const std::string& policy, const std::string& rest = "") const {
    return plan_of(sweep_, "policy: " + policy + "\nstate_size: 8\n" + rest, 1);
  }

 private:
  TinySweep sweep_;
};

}  // namespace

TEST_CASE("a calibration is part of a cell's identity by what its file holds, not by its path") {
  const CalibratedSweep all;
  const std::string one = all.calibrate("other.txt", 2, "one.safetensors");
  std::filesystem::copy_file(one, all.path("copy.safetensors"));
  const std::string other = all.calibrate("other.txt", 3, "other.safetensors");
  const auto with = [](const std::string& file, const std::string& more = "") {
    return "{name: qfilters, calibration: " + file + more + "}";
  };
  const auto plan = all.plan(with(one));
  const PlannedCell& first = plan.cells.front();
  CHECK(first.slug == "qfilters-8");
  CHECK(first.config().at("policy").at("calibration") == one);
  CHECK(all.cell(with(all.path("copy.safetensors"))).id == first.id);
  CHECK(all.cell(with(other)).id != first.id);
  const auto layers = [&](const std::string& file) {
    return all.cell("{layers: {'0': full, '1-': " + with(file) + "}}").id;
  };
  CHECK(layers(one) == layers(all.path("copy.safetensors")));
  CHECK(layers(one) != layers(other));

  run_sweep(plan, options());
  const auto result = result_of(plan, first);
  const auto& noted = result.at("context").at("inputs").at("calibrations");
  REQUIRE(noted.size() == 1);
  CHECK(noted.at(0).at("sha256") == sha256_file(one));
  CHECK(noted.at(0).at("text_sha256") == sha256_hex(sha256_hex(read_file(all.path("other.txt")))));
  CHECK(noted.at(0).at("tokens") == 128);
  CHECK(result.at("state").at("evictions").get<int64_t>() > 0);
}

TEST_CASE("a policy that was calibrated on a text that is evaluated is refused") {
  const CalibratedSweep all;
  const std::string seen = all.calibrate("text.txt", 2, "seen.safetensors");
  CHECK_THAT(input_error([&] { all.plan("{name: qfilters, calibration: " + seen + "}"); }),
             ContainsSubstring("policy.calibration: " + seen +
                               " was made with a text that experiment.data holds (SHA-256 " +
                               sha256_file(all.path("text.txt")) +
                               "): calibrate policy qfilters on a text that is not evaluated"));
  // One of several texts, and one of several ranges of layers.
  const std::string other = all.calibrate("other.txt", 2, "other.safetensors");
  const std::string folder =
      "sweep: {parameters: {experiment.data: {values: [" + all.path("texts") + "]}}}\n";
  CHECK_THAT(input_error([&] {
               all.plan("{layers: {'0': full, '1-': {name: qfilters, calibration: " + other + "}}}",
                        folder);
             }),
             ContainsSubstring("was made with a text that experiment.data holds"));
}

TEST_CASE("a policy whose calibration is not named is refused before anything runs") {
  const CalibratedSweep all;
  CHECK_THAT(input_error([&] { all.plan("{name: qfilters}"); }),
             ContainsSubstring("policy.calibration: is missing; policy qfilters reads statistics"));
  CHECK_THAT(input_error([&] { all.plan("{name: qfilters, calibration: nowhere.safetensors}"); }),
             ContainsSubstring("policy.calibration: 'nowhere.safetensors' does not exist; policy "
                               "qfilters reads statistics of the model's queries and keys, which "
                               "`multistate calibrate "));
  CHECK_THAT(input_error([&] { all.plan("{name: tova, calibration: a.safetensors}"); }),
             ContainsSubstring("policy.calibration: tova has no such option"));
}

}  // namespace multistate::test::calibration_test
