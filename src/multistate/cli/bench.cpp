#include <cstdio>
#include <memory>
#include <optional>

#include <ATen/core/Tensor.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/json_layout.h"
#include "multistate/base/log.h"
#include "multistate/base/thread_limit.h"
#include "multistate/bench/report.h"
#include "multistate/cli/command.h"
#include "multistate/cli/model_options.h"
#include "multistate/cli/number_checks.h"
#include "multistate/cli/plugin_option.h"
#include "multistate/cli/policy_argument.h"
#include "multistate/engine/model_calibrations.h"
#include "multistate/engine/model_tokens.h"
#include "multistate/engine/run_context.h"
#include "multistate/engine/threads.h"
#include "multistate/results/atomic_file.h"
#include "multistate/results/machine_load.h"

namespace multistate {
namespace {

struct BenchArguments {
  std::string model;
  ModelOptions model_options;
  std::string policies = "full,tova";
  std::vector<std::string> plugins;
  std::vector<int64_t> state_sizes = {64, 256, 512};
  std::vector<int64_t> tokens = {1024};
  std::vector<int64_t> workers;
  DecodePlan decode;
  int64_t repetitions = 3;
  int threads = 1;
  std::string json;
};

std::vector<PrefillCase> cases_of(const BenchArguments& arguments) {
  std::vector<PrefillCase> cases;
  for (const int64_t tokens : arguments.tokens) {
    for (const std::string& policy : split_policies(arguments.policies)) {
      if (!policy_of(policy).has_size()) {
        cases.push_back({policy, parse_policy(policy, 0), tokens});
        continue;
      }
      for (const int64_t state_size : arguments.state_sizes) {
        cases.push_back({policy, parse_policy(policy, state_size), tokens});
      }
    }
  }
  return cases;
}

std::vector<DecisionResult> measure_decisions(const DecoderSpec& spec,
                                              const std::vector<PrefillCase>& cases,
                                              int64_t repetitions) {
  std::vector<DecisionResult> results;
  for (const PrefillCase& one : cases) {
    // The same policy at another length decides at the same cost.
    if (one.setup.bounded() && one.tokens == cases.back().tokens) {
      results.push_back({&one, measure_decision(spec, one.setup, one.tokens, repetitions)});
    }
  }
  return results;
}

struct Measured {
  TotalLoad load;
  std::vector<PrefillResult> prefill;
  std::vector<WorkersResult> workers;
  std::vector<DecodeResult> decode;
  std::vector<DecisionResult> decisions;
};

template <class Result>
nlohmann::json list_of(const std::vector<Result>& results) {
  auto list = nlohmann::json::array();
  for (const Result& result : results) {
    list.push_back(to_json(result));
  }
  return list;
}

nlohmann::json report(const BenchArguments& arguments, const Measured& measured) {
  nlohmann::json json = {{"schema", "multistate.bench"},
                         {"schema_version", 1},
                         {"model", arguments.model},
                         {"dtype", arguments.model_options.dtype},
                         {"device", arguments.model_options.device},
                         {"repetitions", arguments.repetitions},
                         {"context", make_run_context(command_line(), 1, arguments.threads)},
                         {"other_cpus", nullptr},
                         {"noisy", !noise_reasons(measured.load).empty()},
                         {"noisy_because", noise_reasons(measured.load)},
                         {"prefill", list_of(measured.prefill)},
                         {"workers", list_of(measured.workers)},
                         {"decode", list_of(measured.decode)},
                         {"decision", nlohmann::json::array()}};
  for (const DecisionResult& result : measured.decisions) {
    json["decision"].push_back(to_json(result, arguments.repetitions));
  }
  if (measured.load.other_cpus) {
    json["other_cpus"] = *measured.load.other_cpus;
  }
  return json;
}

/// A phase may take minutes without output.
void announce(const char* phase, const BenchArguments& arguments, size_t cases) {
  std::fflush(stdout);
  fmt::print(stderr, "measuring {}: {} cases, {} repetitions\n", phase, cases,
             arguments.repetitions);
}

int bench(const BenchArguments& arguments) {
  use_fast_kernels();
  load_plugins(arguments.plugins);
  auto cases = cases_of(arguments);
  require_threads(arguments.threads, "--threads");
  for (const int64_t workers : arguments.workers) {
    require_threads(workers, "--workers");
  }
  set_intra_op_threads(arguments.threads);
  const auto options = arguments.model_options.tensors();
  const auto file = ModelFile::open(arguments.model);
  ModelTokens tokens(*file);
  for (auto& one : cases) {
    tokens.tell(one.setup);
    tell_calibration(*file, one.setup);
  }
  const auto model = Transformer::load(*file, options);
  const LoadMeter meter;
  Measured measured;
  announce("prefill", arguments, cases.size());
  measured.prefill = measure_prefill(*model, cases, arguments.repetitions);
  fmt::print("Prefill: tokens/s, and as a share of the model's matrix products alone\n{}",
             prefill_table(measured.prefill, arguments.repetitions));
  announce("decisions", arguments, cases.size());
  measured.decisions = measure_decisions(model->spec(), cases, arguments.repetitions);
  if (!measured.decisions.empty()) {
    fmt::print(
        "\nDecision: microseconds a token and layer on the CPU, beside a policy that only counts; "
        "host: "
        "all that is done token by token\n{}",
        decision_table(measured.decisions, arguments.repetitions));
  }
  if (!arguments.decode.batches.empty() || arguments.decode.memory_bytes) {
    DecodePlan plan = arguments.decode;
    plan.repetitions = arguments.repetitions;
    announce("decode", arguments, cases.size());
    measured.decode = measure_decode(*model, cases, plan);
    fmt::print(
        "\nDecode: tokens/s of all samples of a batch together, as a share of the model's matrix "
        "products alone, and relative to the first policy\n{}",
        decode_table(measured.decode, arguments.repetitions));
  }
  if (!arguments.workers.empty()) {
    announce("workers", arguments, cases.size());
    measured.workers = measure_workers(*model, cases, arguments.workers, arguments.repetitions);
    fmt::print("\nWorkers: tokens/s of all samples that are evaluated in parallel\n{}",
               workers_table(measured.workers));
  }
  measured.load = total_load({meter.load()});
  for (const std::string& reason : noise_reasons(measured.load)) {
    log_warning("the machine was not quiet, so the figures are noisy: " + reason);
  }
  if (!arguments.json.empty()) {
    write_atomically(arguments.json, json_page(report(arguments, measured)));
  }
  return 0;
}

}  // namespace

void add_bench_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App* command = app.add_subcommand("bench", "Measure speed and memory on this machine");
  command->add_option("model", arguments->model, "GGUF file, or folder with safetensors")
      ->required();
  add_model_options(*command, arguments->model_options);
  command
      ->add_option("--policy", arguments->policies,
                   "Policies, with options as in 'full,h2o:{scope: layer, sinks: 4}'; '*' for all "
                   "that need no calibration")
      ->capture_default_str();
  add_plugin_option(*command, arguments->plugins);
  command->add_option("-k,--state-size", arguments->state_sizes, "State sizes in rows")
      ->delimiter(',')
      ->check(whole_number(1))
      ->capture_default_str();
  command->add_option("-T,--tokens", arguments->tokens, "Lengths of the sample in tokens")
      ->delimiter(',')
      ->check(whole_number(2))
      ->capture_default_str();
  command->add_option("--workers", arguments->workers, "Also measure N samples in parallel")
      ->delimiter(',')
      ->check(whole_number(1));
  command
      ->add_option("--decode-batch", arguments->decode.batches,
                   "Also measure decoding with batches of N samples")
      ->delimiter(',')
      ->check(whole_number(1));
  command
      ->add_option("--decode-memory", arguments->decode.memory_bytes,
                   "Measure decoding with the largest batch whose caches fit: 512MiB, 2GiB")
      ->transform(CLI::AsSizeValue(false))
      ->check(whole_number(1));
  command->add_option("--decode-steps", arguments->decode.steps, "Tokens to decode in each sample")
      ->check(whole_number(1))
      ->capture_default_str();
  command->add_option("--repeat", arguments->repetitions, "Repetitions, interleaved over all cases")
      ->check(whole_number(1))
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "Threads inside one operation")
      ->check(whole_number(1, kMostThreads))
      ->capture_default_str();
  command->add_option("--json", arguments->json, "Also write the figures to this file");
  command->callback([&action, arguments] { action = [arguments] { return bench(*arguments); }; });
}

}  // namespace multistate
