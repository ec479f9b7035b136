#include <cmath>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>

#include <ATen/core/Tensor.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/log.h"
#include "multistate/base/standard_streams.h"
#include "multistate/base/text.h"
#include "multistate/base/thread_limit.h"
#include "multistate/checkpoint/model_file.h"
#include "multistate/cli/command.h"
#include "multistate/cli/model_options.h"
#include "multistate/cli/number_checks.h"
#include "multistate/cli/plugin_option.h"
#include "multistate/cli/policy_argument.h"
#include "multistate/engine/finite.h"
#include "multistate/engine/model_calibrations.h"
#include "multistate/engine/model_tokens.h"
#include "multistate/engine/threads.h"
#include "multistate/experiment/bos_option.h"
#include "multistate/experiment/made_texts.h"
#include "multistate/policy/plugin.h"
#include "multistate/text/chat_format.h"
#include "multistate/text/plain_text.h"
#include "multistate/text/tokenizer.h"

namespace multistate {
namespace {

struct GenerateArguments {
  std::string model;
  ModelOptions model_options;
  std::optional<std::string> prompt;
  std::optional<std::string> file;
  std::optional<std::string> system;  ///< Message of a chat.
  std::string chat_date;
  bool raw = false;
  std::string policy = "full";
  std::vector<std::string> plugins;
  std::optional<int64_t> state_size;
  std::optional<int64_t> sliding_window;
  int64_t max_tokens = 128;
  int64_t samples = 1;
  int64_t batch = 16;
  uint64_t seed = 0;
  Sampling sampling;
  std::vector<std::string> stops;
  bool ignore_eos = false;
  std::optional<bool> add_bos;
  bool json = false;
  int threads = 1;
};

std::string read_prompt(const GenerateArguments& arguments) {
  if (arguments.prompt) {
    return *arguments.prompt;
  }
  const std::string& file = *arguments.file;
  PlainText plain = file == "-" ? plain_text({std::istreambuf_iterator<char>(std::cin), {}})
                                : read_plain_text(file);
  if (plain.changes.any()) {
    log_info(note_of(file == "-" ? "standard input" : file, plain.changes));
  }
  return std::move(plain.text);
}

PolicySetup read_policy(const GenerateArguments& arguments) {
  const bool has_size = policy_of(arguments.policy).has_size();
  if (has_size && !arguments.state_size) {
    throw InputError(
        fmt::format("--state-size: is missing; policy {} needs one", arguments.policy));
  }
  if (!has_size && arguments.state_size) {
    throw InputError(fmt::format("--state-size: policy {} keeps every row", arguments.policy));
  }
  return parse_policy(arguments.policy, arguments.state_size.value_or(0));
}

std::vector<int64_t> prompt_ids(const GenerateArguments& arguments, const Tokenizer& tokenizer) {
  if (arguments.add_bos.value_or(false) && !tokenizer.bos_id()) {
    throw InputError("--add-bos: the model's tokenizer names no BOS token");
  }
  std::vector<int64_t> bos;
  if (arguments.add_bos.value_or(tokenizer.add_bos())) {
    bos.push_back(tokenizer.bos_id().value());
  }
  auto ids = begin_with(bos, tokenizer.encode(read_prompt(arguments)));
  if (ids.empty()) {
    throw InputError("the prompt is empty; --add-bos makes the BOS token one");
  }
  return ids;
}

/// The model's chat format, unless it has no chat template or the prompt is to be raw.
std::optional<ChatFormat> read_chat(const GenerateArguments& arguments,
                                    const Tokenizer& tokenizer) {
  if (arguments.raw || !tokenizer.chat_template()) {
    if (arguments.system) {
      throw InputError(
          fmt::format("--system: {}", arguments.raw ? "goes without --raw"
                                                    : arguments.model + " has no chat template"));
    }
    if (!arguments.chat_date.empty()) {
      throw InputError("--chat-date: the prompt is in no chat format");
    }
    return std::nullopt;
  }
  if (arguments.add_bos) {
    throw InputError(
        "--add-bos: the chat format decides on the BOS token; --raw gives the model the prompt as "
        "it is");
  }
  try {
    return chat_format(tokenizer, arguments.chat_date);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", arguments.model, error.what()));
  }
}

/// The prompt as the last message of a chat.
std::vector<int64_t> chat_ids(const GenerateArguments& arguments, const ChatFormat& chat,
                              const Tokenizer& tokenizer) {
  std::vector<ChatMessage> messages;
  if (arguments.system) {
    messages.push_back({ChatMessage::Role::kSystem, *arguments.system});
  }
  messages.push_back({ChatMessage::Role::kUser, read_prompt(arguments)});
  if (messages.back().text.empty()) {
    throw InputError("the prompt is empty");
  }
  return tokenizer.encode(chat_text(chat.conversation, messages));
}

/// "128 tokens in 3.2 s: 40.1 tokens/s, after 35 prompt tokens in 0.4 s".
std::string speed_text(const GenerationTimes& times) {
  const double rate = static_cast<double>(times.decoded_tokens) / times.decode;
  return fmt::format("{} tokens in {:.1f} s{}, after {} prompt tokens in {:.1f} s",
                     human_count(times.decoded_tokens), times.decode,
                     std::isfinite(rate) ? fmt::format(": {:.1f} tokens/s", rate) : "",
                     human_count(times.prompt_tokens), times.prompts);
}

nlohmann::json report(const GenerateArguments& arguments, const std::optional<ChatFormat>& chat,
                      const PolicySetup& setup, const GeneratedTexts& made) {
  const auto& [generations, texts, times] = made;
  auto samples = nlohmann::json::array();
  for (size_t i = 0; i < generations.size(); ++i) {
    const StateUse& state = generations[i].state;
    samples.push_back({{"text", texts[i]},
                       {"ids", generations[i].ids},
                       {"end", name_of(generations[i].reason)},
                       {"rows_peak", state.peak_rows},
                       {"state_bytes", state.peak_bytes},
                       {"footprint", state.footprint()},
                       {"rows_read_mean", state.reads.mean()},
                       {"rows_read_peak", state.reads.peak},
                       {"evictions", state.evictions}});
  }
  nlohmann::json json = {{"schema", {{"name", "multistate.generation"}, {"version", 1}}},
                         {"model", arguments.model},
                         {"chat_format", nullptr},
                         {"policy", {{"name", setup.entry->name()}, {"options", setup.options}}},
                         {"state_size", nullptr},
                         {"seed", arguments.seed},
                         {"prompt_tokens", times.prompt_tokens / arguments.samples},
                         {"samples", samples},
                         {"seconds", {{"prompts", times.prompts}, {"decode", times.decode}}},
                         {"decoded_tokens", times.decoded_tokens}};
  if (chat) {
    json["chat_format"] = chat->name;
  }
  if (setup.entry->plugin != nullptr) {
    json["policy"]["plugin"] = to_json(*setup.entry->plugin);
  }
  if (setup.has_size()) {
    json["state_size"] = setup.state_size;
  }
  return json;
}

std::vector<GenerationRequest> requests_of(const GenerateArguments& arguments,
                                           const std::vector<int64_t>& prompt) {
  std::vector<GenerationRequest> requests;
  for (int64_t sample = 0; sample < arguments.samples; ++sample) {
    requests.push_back({.context = nullptr,
                        .prompt = prompt,
                        .max_tokens = arguments.max_tokens,
                        .seed = {.seed = arguments.seed, .sample = static_cast<uint64_t>(sample)}});
  }
  return requests;
}

TextRules rules_of(const GenerateArguments& arguments, const Tokenizer& tokenizer,
                   const std::optional<ChatFormat>& chat) {
  TextRules rules = {.sampling = arguments.sampling,
                     .stop_ids = {},
                     .stops = arguments.stops,
                     .batch = arguments.batch};
  if (!arguments.ignore_eos) {
    rules.stop_ids = answer_end_ids(tokenizer, chat ? &*chat : nullptr);
  }
  return rules;
}

/// The texts where they have not been shown as they came, and the speed.
void print_texts(const GenerateArguments& arguments, const std::optional<ChatFormat>& chat,
                 const PolicySetup& setup, const GeneratedTexts& made) {
  if (arguments.json) {
    fmt::print("{}", json_page(report(arguments, chat, setup, made)));
  } else if (arguments.samples > 1) {
    for (size_t i = 0; i < made.texts.size(); ++i) {
      fmt::print("--- sample {}\n{}\n", i, made.texts[i]);
    }
  }
  flush_standard_output();  // The answer before its speed.
  log_info(speed_text(made.times));
}

int generate(const GenerateArguments& arguments) {
  use_fast_kernels();
  load_plugins(arguments.plugins);
  PolicySetup setup = read_policy(arguments);
  const auto tensors = arguments.model_options.tensors();
  const auto file = ModelFile::open(arguments.model);
  ModelTokens tokens(*file);
  tokens.tell(setup);
  tell_calibration(*file, setup);
  if (arguments.sliding_window) {
    file->set_sliding_window(*arguments.sliding_window);
  }
  if (const std::string warning = file->warning(); !warning.empty()) {
    log_warning(warning);
  }
  const Tokenizer& tokenizer = tokens.tokenizer();
  const auto chat = read_chat(arguments, tokenizer);
  const auto prompt =
      chat ? chat_ids(arguments, *chat, tokenizer) : prompt_ids(arguments, tokenizer);
  require_threads(arguments.threads, "--threads");
  set_intra_op_threads(arguments.threads);
  const auto model = Transformer::load(*file, tensors);

  // A single text is shown as it comes.
  const bool shown = arguments.samples == 1 && !arguments.json;
  const auto show = [shown](size_t /*request*/, const std::string& more) {
    if (shown && !more.empty()) {
      fmt::print("{}", more);
      flush_standard_output();
    }
  };
  GeneratedTexts made;
  try {
    made = generate_texts(requests_of(arguments, prompt), rules_of(arguments, tokenizer, chat),
                          *model, setup, tokenizer, show);
  } catch (const NonFiniteError& error) {
    throw InputError(
        fmt::format("{}: sample {}: {}", arguments.model, error.sample(), error.what()));
  }
  show(0, "\n");
  print_texts(arguments, chat, setup, made);
  return 0;
}

void add_sampling_options(CLI::App& command, GenerateArguments& arguments) {
  const auto at_least_one = whole_number(1);
  command.add_option("-n,--max-tokens", arguments.max_tokens, "New tokens at most")
      ->check(at_least_one)
      ->capture_default_str();
  command
      .add_option("--temperature", arguments.sampling.temperature,
                  "0 takes the most likely token; above 0 draws one")
      ->check(number_within(0.0, 1e6))
      ->capture_default_str();
  command
      .add_option("--top-k", arguments.sampling.top_k, "Draw from the k most likely; 0: from all")
      ->check(whole_number(0))
      ->capture_default_str();
  command
      .add_option("--top-p", arguments.sampling.top_p,
                  "Draw from the most likely that together reach this probability")
      ->check(number_within(1e-9, 1.0))
      ->capture_default_str();
  command.add_option("--seed", arguments.seed, "Seed for sampling and for random policies")
      ->check(whole_number(0, INT64_MAX))
      ->capture_default_str();
  command.add_option("--stop", arguments.stops, "End before this text; may be repeated")
      ->check([](const std::string& text) {
        return text.empty() ? std::string("a stop string has at least one byte") : std::string();
      });
  command.add_flag("--ignore-eos", arguments.ignore_eos,
                   "Go on past the tokens that end a text (EOS)");
  command.add_option("--samples", arguments.samples, "Texts to make, each with a seed of its own")
      ->check(at_least_one)
      ->capture_default_str();
  command.add_option("--batch", arguments.batch, "Samples that are decoded together")
      ->check(at_least_one)
      ->capture_default_str();
}

}  // namespace

void add_generate_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<GenerateArguments>();
  CLI::App* command =
      app.add_subcommand("generate",
                         "Generate text under a cache policy: a chat model's answer, or "
                         "how a text continues");
  command->add_option("model", arguments->model, "GGUF file, or folder with safetensors")
      ->required();
  add_model_options(*command, arguments->model_options);
  auto* input = command->add_option_group("prompt");
  input->add_option("--prompt", arguments->prompt, "The user's message, or the text to continue");
  input->add_option("--file", arguments->file, "A file with the text; - reads standard input");
  input->require_option(1);
  command->add_option("--sliding-window", arguments->sliding_window,
                      "Tokens of the window of every layer, where the file cannot say");
  command->add_flag_function(
      "--add-bos,!--no-add-bos", [arguments](int64_t count) { arguments->add_bos = count > 0; },
      "Put the model's BOS token before it, or do not, whatever the tokenizer says; "
      "a prompt that begins with BOS gets no second one");
  command->add_option("--system", arguments->system, "System message of the chat");
  command->add_option("--chat-date", arguments->chat_date,
                      "Date in a chat format that writes one, as 2026-01-31");
  command->add_flag("--raw", arguments->raw,
                    "Give the model the prompt as it is, not as a message in its chat format");
  command
      ->add_option("--policy", arguments->policy,
                   "Policy, with options as in 'h2o:{scope: layer, sinks: 4}'")
      ->capture_default_str();
  add_plugin_option(*command, arguments->plugins);
  command->add_option("-k,--state-size", arguments->state_size, "Rows that the policy keeps")
      ->check(whole_number(1));
  add_sampling_options(*command, *arguments);
  command->add_option("--threads", arguments->threads, "Threads inside one operation")
      ->check(whole_number(1, kMostThreads))
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "Texts, token ids, state and times as JSON");
  command->callback(
      [&action, arguments] { action = [arguments] { return generate(*arguments); }; });
}

}  // namespace multistate
