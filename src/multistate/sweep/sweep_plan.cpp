#include "multistate/sweep/sweep_plan.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "multistate/config/canonical_json.h"
#include "multistate/engine/expected_bytes.h"
#include "multistate/engine/model_calibrations.h"
#include "multistate/model/dtype.h"
#include "multistate/policy/by_layer.h"
#include "multistate/policy/plugin.h"

namespace multistate {
namespace {

/// Opens every model and prepares every workload once.
class Preparer {
 public:
  Preparer(std::optional<int64_t> limit, FileDigests& digests) : limit_(limit), digests_(digests) {}

  /// Tells the policy what it needs to know of the model.
  PlannedCell prepare(CellSpec& spec) {
    PlannedCell cell;
    cell.spec = &spec;
    cell.model = model(spec.model);
    cell.model->tell(spec.policy);
    spec.experiment.experiment->check_model(cell.model->file().spec());
    check_layers(spec.policy, cell.model->file().spec().layer_count());
    cell.workload = workload(spec, *cell.model);
    cell.samples = cell.workload->samples();
    const std::string about_prompt = option_about_prompt(spec.policy);
    if (!about_prompt.empty() && cell.workload->length(0).prompt == 0) {
      throw InputError(fmt::format(
          "policy.{} is about a prompt, and {} has none here{}", about_prompt,
          spec.experiment.entry->info.name,
          spec.experiment.options.contains("prompt_share") ? ": set experiment.prompt_share" : ""));
    }
    if (limit_ && *limit_ < cell.samples) {
      cell.samples = *limit_;
      cell.limit = limit_;
    }
    if (is_as_large_as_last(cell)) {
      cell.tokens = last_->tokens;
      cell.state_bytes = last_->state_bytes;
    } else {
      measure(cell);
    }
    last_ = std::make_unique<PlannedCell>(cell);
    return cell;
  }

 private:
  /// Whether only the seed tells it from the cell before.
  bool is_as_large_as_last(const PlannedCell& cell) const {
    return last_ != nullptr && last_->workload == cell.workload && last_->samples == cell.samples &&
           last_->spec->policy.state_size == cell.spec->policy.state_size &&
           last_->spec->is_like(*cell.spec);
  }

  /// Tokens, and bytes of state.
  static void measure(PlannedCell& cell) {
    // Longer samples take more, and so do longer prompts: the most is that of the longest of each.
    SampleLength longest;
    for (int64_t sample = 0; sample < cell.samples; ++sample) {
      const SampleLength length = cell.workload->length(sample);
      cell.tokens += length.tokens;
      longest.tokens = std::max(longest.tokens, length.tokens);
      longest.prompt = std::max(longest.prompt, length.prompt);
    }
    const DecoderSpec& spec = cell.model->file().spec();
    const auto dtype = dtype_of(cell.spec->model.dtype);
    cell.state_bytes = expected_peak_bytes(spec, cell.spec->policy, longest, dtype);
    cell.comparison_bytes = cell.spec->experiment.experiment->comparison_bytes(spec, dtype);
  }

  std::shared_ptr<SweepModel> model(const ModelSpec& spec) {
    // Neighbours in a grid mostly have it in common.
    if (last_ != nullptr && last_->spec->model == spec) {
      return last_->model;
    }
    auto& model = models_[canonical_json(spec.to_json())];
    if (model == nullptr) {
      model = std::make_shared<SweepModel>(spec, digests_);
    }
    return model;
  }

  std::shared_ptr<const Workload> workload(const CellSpec& spec, const SweepModel& model) {
    if (last_ != nullptr && last_->model.get() == &model &&
        last_->spec->experiment.entry == spec.experiment.entry &&
        last_->spec->experiment.options == spec.experiment.options) {
      return last_->workload;
    }
    const nlohmann::json key = {spec.experiment.entry->info.name, spec.experiment.options,
                                model.spec().to_json()};
    auto& workload = workloads_[canonical_json(key)];
    if (workload == nullptr) {
      workload = spec.experiment.experiment->prepare(model.tokenizer());
    }
    return workload;
  }

  std::optional<int64_t> limit_;
  FileDigests& digests_;
  std::unique_ptr<PlannedCell> last_;  ///< That was prepared.
  std::map<std::string, std::shared_ptr<SweepModel>> models_;
  std::map<std::string, std::shared_ptr<const Workload>> workloads_;
};

/// Leaves out what protects tokens one by one where none is, of a policy and of those of layers.
void erase_protection(const PolicySetup& policy, nlohmann::json& options) {
  if (!policy.protects_tokens()) {
    options.erase("protect_special");
    options.erase("protect_positions");
  }
  for (const LayerRange& range : policy.layers) {
    for (const auto& [text, of_range] : options["layers"].items()) {
      if (of_range == to_json(*range.setup)) {
        erase_protection(*range.setup, of_range);
      }
    }
  }
}

/// Leaves out what a policy had no choice of when cells were first identified, where it is as it
/// was then.
void erase_later_options(const PolicySetup& policy, nlohmann::json& options) {
  if (!policy.acts_on_windows()) {
    options.erase("windowed_layers");
  }
  if (!policy.keeps_after_prompt()) {
    options.erase("after_prompt");
  }
  erase_protection(policy, options);
}

/// The digest of a calibration's file for its path, in a policy's options and those of its layers.
void name_calibrations(const PolicySetup& policy, nlohmann::json& options) {
  if (options.contains("layers")) {
    for (const auto& [text, range] : options["layers"].items()) {
      name_calibrations(policy, range);
    }
  }
  for (const PolicySetup* reader : calibrated(policy)) {
    if (options.value(CalibrationOption::kName, "") == reader->calibration_file) {
      options.erase(CalibrationOption::kName);
      options["calibration_sha256"] = reader->calibration->sha256;
    }
  }
}

/// Throws InputError when a policy was calibrated on a text that the cell evaluates.
void reject_seen_texts(const PlannedCell& cell) {
  const auto readers = calibrated(cell.spec->policy);
  const auto evaluated =
      readers.empty() ? std::vector<std::string>() : cell.workload->document_sha256s();
  for (const PolicySetup* reader : readers) {
    for (const std::string& seen : reader->calibration->document_sha256s) {
      if (std::find(evaluated.begin(), evaluated.end(), seen) != evaluated.end()) {
        throw InputError(fmt::format(
            "policy.{}: {} was made with a text that experiment.data holds (SHA-256 "
            "{}): calibrate policy {} on a text that is not evaluated",
            CalibrationOption::kName, reader->calibration_file, seen, reader->entry->name()));
      }
    }
  }
}

/// Paths say where things lie, not what they are: in the identity their content stands for them.
nlohmann::json identity_of(const PlannedCell& cell) {
  nlohmann::json identity = cell.config();
  erase_later_options(cell.spec->policy, identity["policy"]);
  name_calibrations(cell.spec->policy, identity["policy"]);
  identity["model"].erase("path");
  identity["model"].erase("device");
  identity["model"]["sha256"] = cell.model->sha256();
  identity["model"]["tokenizer_sha256"] = cell.model->tokenizer().sha256();
  for (const std::string& option : cell.spec->experiment.experiment->path_options()) {
    identity["experiment"].erase(option);
  }
  identity["experiment"]["data_sha256"] = cell.workload->data_sha256();
  const auto entries = entries_of(cell.spec->policy);
  if (const Plugin* plugin = entries.front()->plugin; plugin != nullptr) {
    identity["policy"]["plugin_sha256"] = plugin->sha256;
  }
  for (const PolicyEntry* entry : std::span(entries).subspan(1)) {
    if (entry->plugin != nullptr) {
      identity["policy"]["inner_plugins"][entry->name()] = entry->plugin->sha256;
    }
  }
  identity["schema"] = 1;
  return identity;
}

/// "-name=value"; of a policy in a map (a base, or that of a range of layers) its name and the
/// options that are not at its defaults.
std::string slug_part(const std::string& name, const nlohmann::json& value) {
  if (!value.is_object()) {
    return fmt::format("-{}={}", name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  nlohmann::json options = value;
  for (const char* key : {"name", "version", "base_versions"}) {
    options.erase(key);
  }
  const std::string policy = value.at("name");
  const nlohmann::json chosen = policy_registry().find(policy)->off_defaults(options);
  std::string part = fmt::format("-{}={}", name, policy);
  for (const auto& [option, set] : chosen.items()) {
    part += slug_part(fmt::format("{}.{}", name, option), set);
  }
  return part;
}

/// The options that are not at their defaults.
std::string options_part(const PolicySetup& policy) {
  const nlohmann::json chosen = policy.layers.empty() ? policy.entry->off_defaults(policy.options)
                                                      : policy.options.at("layers");
  std::string part;
  for (const auto& [name, value] : chosen.items()) {
    part += slug_part(name, value);
  }
  return part;
}

/// Policy, state size, `options` and seed: the same for a cell whatever sweep it is part of, so
/// that it is found again.
std::string slug_of(const CellSpec& spec, const std::string& options) {
  std::string slug = spec.policy.entry->info.name;
  if (spec.policy.has_size()) {
    slug += fmt::format("-{}", spec.policy.state_size);
  }
  slug += options;
  if (spec.seed) {
    slug += fmt::format("-seed={}", *spec.seed);
  }
  for (char& c : slug) {
    const bool safe = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                      c == '=' || (c == '.' && &c != slug.data());
    c = safe ? c : '_';
  }
  return slug.substr(0, 80);
}

/// Gives cells their ids and slugs. Of a cell that is like the one before only what differs is made
/// anew.
class Namer {
 public:
  void name(PlannedCell& cell) {
    if (last_ == nullptr || workload_ != cell.workload.get() || !cell.spec->is_like(*last_)) {
      identity_ = identity_of(cell);
      options_ = options_part(cell.spec->policy);
    }
    last_ = cell.spec;
    workload_ = cell.workload.get();
    last_->set_size_and_seed(identity_);
    cell.id = cell_identity(identity_);
    cell.slug = slug_of(*last_, options_);
  }

 private:
  const CellSpec* last_ = nullptr;  ///< That was named.
  const Workload* workload_ = nullptr;
  nlohmann::json identity_;
  std::string options_;
};

/// Two cells of one id are one measurement, and have one folder.
void reject_same_id(const std::vector<PlannedCell>& cells) {
  std::map<std::string, const PlannedCell*> seen;
  for (const PlannedCell& cell : cells) {
    const auto [first, is_new] = seen.emplace(cell.id, &cell);
    if (is_new) {
      continue;
    }
    const auto text = [](const PlannedCell& each) {
      const ModelSpec& model = each.spec->model;
      return fmt::format("{} (model.path {}, model.device {})", each.spec->parameters.dump(),
                         model.path.string(), model.device);
    };
    throw InputError(
        fmt::format("two cells of the sweep are the same measurement, {}: {} and {}. Contents of "
                    "files, not their paths, tell cells apart, and the device does not; leave one "
                    "of the two out, or run it as a sweep of its own with another output",
                    cell.folder(), text(*first->second), text(cell)));
  }
}

}  // namespace

std::string option_about_prompt(const PolicySetup& policy) {
  if (policy.one_shot()) {
    return "prompt: one_shot";
  }
  if (policy.keeps_prompt()) {
    return "prompt: keep";
  }
  return policy.keeps_after_prompt() ? "after_prompt: keep" : "";
}

nlohmann::json PlannedCell::config() const {
  nlohmann::json config = spec->config();
  if (!model->file().spec().smallest_window()) {
    config["policy"].erase("windowed_layers");  // Has no effect.
  }
  config["experiment"].merge_patch(workload->settled_options());
  config["limit"] = nullptr;
  if (limit) {
    config["limit"] = *limit;
  }
  return config;
}

SweepPlan plan_sweep(SweepSpec spec, std::optional<int64_t> limit, const FileDigests& known) {
  SweepPlan plan;
  plan.spec = std::move(spec);
  plan.digests = FileDigests(plan.spec.output);
  plan.digests.add(known);
  Preparer preparer(limit, plan.digests);
  Namer namer;
  for (CellSpec& cell : plan.spec.cells) {
    plan.cells.push_back(preparer.prepare(cell));
    reject_seen_texts(plan.cells.back());
    namer.name(plan.cells.back());
  }
  reject_same_id(plan.cells);
  return plan;
}

}  // namespace multistate
