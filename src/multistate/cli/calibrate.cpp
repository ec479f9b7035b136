#include "multistate/experiment/calibrate.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/log.h"
#include "multistate/base/sha256.h"
#include "multistate/base/text.h"
#include "multistate/base/thread_limit.h"
#include "multistate/checkpoint/model_digest.h"
#include "multistate/cli/command.h"
#include "multistate/cli/model_options.h"
#include "multistate/cli/number_checks.h"
#include "multistate/engine/finite.h"
#include "multistate/engine/threads.h"
#include "multistate/experiment/data_notes.h"
#include "multistate/policy/calibration_file.h"
#include "multistate/results/atomic_file.h"

namespace multistate {
namespace {

struct CalibrateArguments {
  std::string model;
  std::string data;
  std::string output;
  ModelOptions model_options;
  std::optional<int64_t> sliding_window;
  int64_t tokens = 20'480;
  int64_t context_length = 2'048;
  int threads = 1;
};

TextChunks read_chunks(const CalibrateArguments& arguments, const Tokenizer& tokenizer) {
  if (!std::filesystem::exists(arguments.data)) {
    throw InputError(
        fmt::format("--data: '{}' does not exist; expected a text file or a folder of .txt files",
                    arguments.data));
  }
  if (arguments.tokens < arguments.context_length) {
    throw InputError(fmt::format("--tokens: {} are fewer than one chunk of --context-length {}",
                                 arguments.tokens, arguments.context_length));
  }
  TextOptions options;
  options.data = arguments.data;
  options.context_length = arguments.context_length;
  options.max_chunks = arguments.tokens / arguments.context_length;
  TextChunks chunks(options, 0, tokenizer);
  for (const std::string& note : data_notes(chunks.data_report())) {
    log_info(note);
  }
  return chunks;
}

Calibration measure(const CalibrateArguments& arguments, const ModelFile& file,
                    const Transformer& model, const TextChunks& chunks) {
  try {
    return calibrate(model, chunks, [&](int64_t read) {
      log_info(fmt::format("read {} of {} chunks", read, chunks.size()));
    });
  } catch (const NonFiniteError& error) {
    throw InputError(fmt::format("{}: chunk {} of {}: {}", file.source(), error.sample(),
                                 arguments.data, error.what()));
  }
}

int calibrate_model(const CalibrateArguments& arguments) {
  use_fast_kernels();
  const auto tensors = arguments.model_options.tensors();
  require_threads(arguments.threads, "--threads");
  set_intra_op_threads(arguments.threads);
  const auto file = ModelFile::open(arguments.model);
  if (arguments.sliding_window) {
    file->set_sliding_window(*arguments.sliding_window);
  }
  if (const std::string warning = file->warning(); !warning.empty()) {
    log_warning(warning);
  }
  const auto tokenizer = Tokenizer::make(file->tokenizer());
  const TextChunks chunks = read_chunks(arguments, *tokenizer);
  FileDigests digests;
  const std::string model_sha256 = model_digest(*file, digests);
  const auto model = Transformer::load(*file, tensors);
  Calibration calibration = measure(arguments, *file, *model, chunks);
  calibration.model_sha256 = model_sha256;
  const std::string bytes = calibration_bytes(calibration);
  write_atomically(arguments.output, bytes);
  fmt::print("{}: {}, {} layers, of {} tokens\n", arguments.output,
             human_bytes(static_cast<double>(bytes.size())), calibration.layers.size(),
             human_count(calibration.tokens));
  fmt::print("SHA-256 of the file   {}\n", sha256_hex(bytes));
  fmt::print("SHA-256 of the model  {}\n", calibration.model_sha256);
  fmt::print("SHA-256 of the text   {}\n", calibration.text_sha256);
  return 0;
}

}  // namespace

void add_calibrate_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<CalibrateArguments>();
  CLI::App* command = app.add_subcommand(
      "calibrate", "Measure a model's queries and keys on a text, for policies that need it");
  command->add_option("model", arguments->model, "GGUF file, or folder with safetensors")
      ->required();
  command
      ->add_option("--data", arguments->data,
                   "A text file, or a folder of .txt files; no sweep may evaluate it")
      ->required();
  command
      ->add_option("--output", arguments->output,
                   "Safetensors file, for the option `calibration` of policies; replaced")
      ->required();
  command
      ->add_option("--tokens", arguments->tokens,
                   "Tokens to read at most, in whole chunks, from the documents in turn")
      ->check(whole_number(2))
      ->capture_default_str();
  command
      ->add_option("--context-length", arguments->context_length,
                   "Tokens of a chunk, which is read from an empty cache")
      ->check(whole_number(2))
      ->capture_default_str();
  add_model_options(*command, arguments->model_options);
  command->add_option("--sliding-window", arguments->sliding_window,
                      "Tokens of the window of every layer, where the file cannot say");
  command->add_option("--threads", arguments->threads, "Threads inside one operation")
      ->check(whole_number(1, kMostThreads))
      ->capture_default_str();
  command->callback(
      [&action, arguments] { action = [arguments] { return calibrate_model(*arguments); }; });
}

}  // namespace multistate
