#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include <ATen/core/Tensor.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/log.h"
#include "multistate/base/output_file.h"
#include "multistate/base/standard_streams.h"
#include "multistate/base/stopwatch.h"
#include "multistate/base/text.h"
#include "multistate/bench/decode.h"
#include "multistate/cli/command.h"
#include "multistate/cli/model_options.h"
#include "multistate/cli/number_checks.h"
#include "multistate/cli/plugin_option.h"
#include "multistate/cli/policy_argument.h"
#include "multistate/cli/supervised_run.h"
#include "multistate/cli/sweep_arguments.h"
#include "multistate/config/node.h"
#include "multistate/engine/expected_bytes.h"
#include "multistate/engine/threads.h"
#include "multistate/experiment/chunk_workload.h"
#include "multistate/model/dtype.h"
#include "multistate/recommend/recommender.h"
#include "multistate/recommend/report.h"
#include "multistate/recommend/report_json.h"
#include "multistate/recommend/text_size.h"
#include "multistate/results/machine_load.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

/// A chunk so short that any text has some, to count the tokens of a text.
constexpr int64_t kCountingLength = 8;

struct RecommendArguments {
  std::string model;
  ModelOptions model_options;
  std::string data;
  std::optional<int64_t> memory;
  std::string within;
  std::string policies;
  std::vector<std::string> plugins;
  std::optional<int64_t> context_length;
  double prompt_share = 0.0;
  int64_t samples = 28;
  std::string output;
  bool dry_run = false;
  bool json = false;
  Supervision supervision;
  RunOptions options;
};

/// A signal has stopped a sweep; what is finished is kept.
struct Stopped {};

recommend::Constraint constraint_of(const RecommendArguments& arguments) {
  recommend::Constraint constraint = {.memory = arguments.memory, .within = std::nullopt};
  if (!arguments.memory) {
    constraint.within = recommend::parse_share(arguments.within);
  }
  return constraint;
}

std::vector<recommend::PolicyChoice> choices_of(const RecommendArguments& arguments) {
  return arguments.policies.empty()
             ? recommend::deployable_policies()
             : recommend::choose_policies(split_policies(arguments.policies));
}

std::string default_output(const RecommendArguments& arguments) {
  const auto stem = [](const std::string& path) {
    const fs::path whole = fs::path(path).lexically_normal();
    return (whole.has_filename() ? whole : whole.parent_path()).stem().string();
  };
  return fmt::format("results/recommend/{}-{}", stem(arguments.model), stem(arguments.data));
}

recommend::Task task_of(const RecommendArguments& arguments) {
  for (const auto& [name, path] :
       {std::pair("MODEL", arguments.model), std::pair("--data", arguments.data)}) {
    if (!is_there(path)) {
      throw InputError(fmt::format("{}: {} does not exist", name, in_quotes(path)));
    }
  }
  return {.model = arguments.model,
          .dtype = arguments.model_options.dtype,
          .device = arguments.model_options.device,
          .data = arguments.data,
          .output = arguments.output.empty() ? default_output(arguments) : arguments.output,
          .plugins = arguments.plugins,
          .context_length = kCountingLength,
          .prompt_share = arguments.prompt_share};
}

/// The model and the text, with the full cache and contenders on all of its chunks. What no sweep
/// may have, such as a calibration made from this text, is refused here. `known`: digests of the
/// model's files.
SweepPlan plan(const recommend::Task& task, std::span<const recommend::Contender> contenders = {},
               const FileDigests& known = {}) {
  const auto text = recommend::sweep_text(task, "plan", contenders, {.first = 0, .count = 0});
  return plan_sweep(read_sweep(parse_yaml(text, "recommend")), std::nullopt, known);
}

/// Of a chunk of the task's context length.
SampleLength length_of_chunk(const recommend::Task& task) {
  ChunkOptions options;
  options.context_length = task.context_length;
  options.prompt_share = task.prompt_share;
  return {.tokens = task.context_length, .prompt = options.prompt_tokens()};
}

std::vector<int64_t> levels_of(const recommend::Constraint& constraint, int64_t full_bytes) {
  if (constraint.memory) {
    return {*constraint.memory};
  }
  std::vector<int64_t> levels;
  for (const double share : recommend::memory_levels()) {
    levels.push_back(static_cast<int64_t>(share * static_cast<double>(full_bytes)));
  }
  return levels;
}

std::string full_cache_text(int64_t full_bytes, const recommend::Task& task, int64_t memory) {
  const double tokens = static_cast<double>(memory) / static_cast<double>(full_bytes) *
                        static_cast<double>(task.context_length);
  return fmt::format(
      "No policy is needed: the full cache of {} tokens takes {}, which is within {}. Up to about "
      "{} tokens fit; to compare policies beyond that, give a larger --context-length.\n",
      human_count(task.context_length), human_bytes(static_cast<double>(full_bytes)),
      human_bytes(static_cast<double>(memory)), human_count(static_cast<int64_t>(tokens)));
}

/// Runs the stages of a recommendation one after the other.
class StageRunner {
 public:
  /// `known`: digests of the model's files.
  StageRunner(RecommendArguments& arguments, const FileDigests& known)
      : arguments_(arguments), known_(known) {}

  std::vector<fs::path> run(const fs::path& file) {
    plan_.reset();  // With its weights.
    const Node node = read_yaml(file);
    plan_ = plan_sweep(read_sweep(node), std::nullopt, known_);
    if (!warned_) {
      warn_of_inputs(*plan_);
      warned_ = true;
    }
    RunOptions& options = arguments_.options;
    settle_jobs(arguments_.supervision, options);
    options.command = command_line();
    options.config = node.to_json();
    say(fmt::format("{}: {} runs of {} chunks\n", plan_->spec.name, plan_->cells.size(),
                    plan_->cells.front().samples));
    const RunOutcome outcome = run_kept(*plan_, options);
    if (outcome.stopped && outcome.missing > 0) {
      throw Stopped();
    }
    failed_ += outcome.failed;
    std::vector<fs::path> folders;
    for (const PlannedCell& cell : plan_->cells) {
      folders.push_back(plan_->spec.output / "cells" / cell.folder());
    }
    return folders;
  }

  /// Of the last stage.
  const SweepPlan& plan() const { return *plan_; }
  int64_t failed() const { return failed_; }

 private:
  RecommendArguments& arguments_;
  const FileDigests& known_;
  std::optional<SweepPlan> plan_;
  bool warned_ = false;
  int64_t failed_ = 0;
};

recommend::DecodeSpeeds measure_speeds(const SweepPlan& plan,
                                       const recommend::Recommendation& answer,
                                       int64_t context_length) {
  SweepModel& model = *plan.cells.front().model;
  DecodePlan decode = {.batches = {1}, .memory_bytes = std::nullopt};
  decode.steps = std::min<int64_t>(32, context_length / 2);
  const int64_t tokens = context_length - decode.steps;
  std::vector<PrefillCase> cases = {{"full", set_up_policy("full", 0), tokens}};
  for (const auto& contender : answer.contenders) {
    cases.push_back({contender.label(), contender.choice.set_up(contender.state_size), tokens});
    model.tell(cases.back().setup);
  }
  set_intra_op_threads(1);
  const auto transformer = model.transformer();
  const LoadMeter meter;
  const auto results = measure_decode(*transformer, cases, decode);
  recommend::DecodeSpeeds speeds;
  speeds.noise = noise_reasons(total_load({meter.load()}));
  speeds.context_tokens = tokens;
  speeds.full = results.front().tokens_per_second.median;
  for (size_t i = 1; i < results.size(); ++i) {
    speeds.finalists.push_back(results[i].tokens_per_second.median);
  }
  return speeds;
}

void say_left_out(const recommend::Field& field) {
  for (const auto& [policy, reason] : field.left_out) {
    say(fmt::format("not compared: {}: {}\n", policy, reason));
  }
}

std::string stages_text(const recommend::Constraint& constraint, const recommend::Field& field,
                        const recommend::Schedule& schedule) {
  std::string text;
  if (!constraint.memory) {
    return fmt::format(
        "Screening: {} amounts of memory, from the most down while any policy is {}, on up to {} "
        "chunks. ",
        field.ladder.size(), recommend::text_of(constraint), schedule.screening.count);
  }
  size_t contenders = field.contenders.size();
  for (const auto& chunks : recommend::rounds_of(schedule.screening, contenders)) {
    text += fmt::format("Screening: {} contenders on {} chunks. ", contenders, chunks.count);
    contenders = recommend::kept_of(contenders);
  }
  return text;
}

int64_t context_length_of(const RecommendArguments& arguments, const PlannedCell& counted) {
  return recommend::choose_context_length(recommend::size_of(*counted.workload),
                                          {.data = arguments.data,
                                           .wanted = arguments.context_length,
                                           .samples = arguments.samples,
                                           .trained = counted.model->file().spec().context_length});
}

/// Says what would run.
void print_schedule(const recommend::Task& task, const recommend::Constraint& constraint,
                    const recommend::Field& field, const recommend::Schedule& schedule) {
  fmt::print("{}Chunks of {} tokens. {}Confirming: {} chunks.\n", field_table(field),
             task.context_length, stages_text(constraint, field, schedule),
             schedule.confirming.count);
}

int recommend_here(RecommendArguments& arguments, ExitSignals& signals) {
  const auto start = std::chrono::steady_clock::now();
  load_plugins(arguments.plugins);
  const recommend::Constraint constraint = constraint_of(arguments);
  const auto choices = choices_of(arguments);
  recommend::Task task = task_of(arguments);
  const SweepPlan text = plan(task);  // Of tiny chunks: to count its tokens.
  const PlannedCell& counted = text.cells.front();
  task.context_length = context_length_of(arguments, counted);
  const recommend::SampleShape shape = {
      .model = counted.model->file().spec(),
      .length = length_of_chunk(task),
      .dtype = dtype_of(task.dtype),
      .tell = [&](PolicySetup& setup) { counted.model->tell(setup); }};
  const int64_t full_bytes =
      expected_peak_bytes(shape.model, counted.spec->policy, shape.length, shape.dtype);
  if (constraint.memory && full_bytes <= *constraint.memory) {
    fmt::print("{}", arguments.json
                         ? json_page(recommend::full_cache_json(task, constraint, full_bytes))
                         : full_cache_text(full_bytes, task, *constraint.memory));
    return 0;
  }
  const auto field = recommend::make_field(choices, shape, levels_of(constraint, full_bytes));
  say_left_out(field);
  // Before anything runs.
  const int64_t chunks = plan(task, field.contenders, text.digests).cells.front().samples;
  const bool screens = !constraint.memory || field.contenders.size() > recommend::kFinalists;
  const recommend::Schedule schedule =
      recommend::share_out(std::min(arguments.samples, chunks), screens);
  if (arguments.dry_run) {
    print_schedule(task, constraint, field, schedule);
    return 0;
  }
  StageRunner runner(arguments, text.digests);
  const auto run = [&](const fs::path& file) { return runner.run(file); };
  try {
    const auto answer = recommend::recommend(task, constraint, field, shape, schedule, run);
    std::optional<recommend::DecodeSpeeds> speeds;
    if (answer.conclusion) {
      say("measuring decoding speed\n");
      speeds = measure_speeds(runner.plan(), answer, task.context_length);
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const double minutes = seconds.count() / 60.0;
    fmt::print(
        "{}",
        arguments.json
            ? json_page(recommend::answer_json(task, constraint, answer, schedule, speeds, minutes))
            : recommend::answer_text(task, constraint, answer, schedule, speeds, minutes));
  } catch (const Stopped&) {
    say("Interrupted. Run the same command to resume.\n");
    return 75;
  }
  const int code = runner.failed() > 0 ? 1 : 0;
  signals.use_code(code);
  return code;
}

int run_recommend(RecommendArguments& arguments) {
  use_fast_kernels();
  arguments.supervision.on = arguments.supervision.on && !arguments.dry_run;
  return run_supervised(arguments.supervision, arguments.options,
                        [&](ExitSignals& signals) { return recommend_here(arguments, signals); });
}

void add_constraints(CLI::App& command, RecommendArguments& arguments) {
  auto* limit = command.add_option_group("limit");
  limit
      ->add_option("--memory", arguments.memory,
                   "Most bytes of one sample's cache at its peak: 512MiB; finds the lowest loss")
      ->transform(CLI::AsSizeValue(false))
      ->check(whole_number(1));
  limit->add_option("--within", arguments.within,
                    "Most that perplexity may exceed the full cache's by: 1%; finds the least "
                    "memory. Of each policy one size, its best, is compared in the end");
  limit->require_option(1);
}

}  // namespace

void add_recommend_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<RecommendArguments>();
  CLI::App* command = app.add_subcommand(
      "recommend", "Find the policy and cache size for a model, a text and a limit");
  command->add_option("model", arguments->model, "GGUF file, or folder with safetensors")
      ->required();
  command
      ->add_option("--data", arguments->data,
                   "Text of the kind that the model will read: a file, or a folder of .txt files")
      ->required();
  add_constraints(*command, *arguments);
  add_model_options(*command, arguments->model_options);
  command
      ->add_option("--context-length", arguments->context_length,
                   "Tokens of a chunk (default: 1024, or 512 or 256 where the text is short)")
      ->check(whole_number(recommend::kLeastChunks));
  command
      ->add_option("--prompt-share", arguments->prompt_share,
                   "Share of a chunk that is its prompt, for policies that act on prompts")
      ->check(number_within(0.0, 0.99))
      ->capture_default_str();
  command->add_option("--policies", arguments->policies,
                      "Policies to compare, with options as in 'tova,h2o:{scope: layer}' (default: "
                      "all that could be deployed)");
  add_plugin_option(*command, arguments->plugins);
  command
      ->add_option("--samples", arguments->samples,
                   "Chunks at most: two fifths choose among policies, the others confirm")
      ->check(whole_number(recommend::kLeastChunks))
      ->capture_default_str();
  command->add_option("-o,--output", arguments->output,
                      "Folder of the sweeps that are run, to resume or to look at (default: "
                      "results/recommend/MODEL-TEXT)");
  auto* dry_run = command->add_flag("--dry-run", arguments->dry_run,
                                    "Print policies, sizes and stages without running anything");
  command->add_flag("--json", arguments->json, "Print the answer as JSON")->excludes(dry_run);
  add_supervision_options(*command, arguments->supervision);
  command->callback(
      [&action, arguments] { action = [arguments] { return run_recommend(*arguments); }; });
}

}  // namespace multistate
