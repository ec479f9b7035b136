#include "multistate/experiment/prompt_set.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/largest_count.h"
#include "multistate/experiment/documents.h"
#include "multistate/experiment/option_error.h"
#include "multistate/experiment/prompts.h"
#include "multistate/experiment/text_chunks.h"

namespace multistate {

void PromptOptions::visit(OptionVisitor& v) {
  v("data", data, "prompts, in a .jsonl or .txt file; or texts: a text file, a folder of .txt");
  v.choice("prompts", prompts, {{"list", Source::kList}, {"chunks", Source::kChunks}},
           "what data is: a list of prompts, or texts whose chunks begin with them");
  v("prompt_tokens", prompt_tokens, {1, kLargestCount},
    "tokens of a prompt, what is put around it included: of a list at most, of chunks exactly");
  v("max_prompts", max_prompts, {0, kLargestCount},
    "prompts at most, in their order; chunks are taken from the documents in turn; 0: all");
  v("chunk_tokens", chunk_tokens, {2, kLargestCount}, "of chunks: tokens of each, BOS included");
  v("skip_tokens", skip_tokens, {0, kLargestCount},
    "of chunks: tokens to skip at the start of every document");
  style.visit(v);
}

void PromptOptions::check(const Node& node) const {
  check_data_path(data, node);
  const PromptOptions defaults;
  if (prompts == Source::kList) {
    if (skip_tokens != defaults.skip_tokens) {
      throw option_error(node, "skip_tokens", "goes with prompts: chunks only");
    }
    if (chunk_tokens != defaults.chunk_tokens) {
      throw option_error(node, "chunk_tokens", "goes with prompts: chunks only");
    }
  } else if (style.chosen != PromptStyle::Template::kPlain) {
    throw option_error(node, "template", "chunks of texts are plain: it goes with prompts: list");
  } else if (prompt_tokens > chunk_tokens) {
    throw option_error(node, "prompt_tokens",
                       fmt::format("{} do not fit into chunks of {}", prompt_tokens, chunk_tokens));
  }
  style.check(node);
}

PromptSet::PromptSet(const PromptOptions& options, const Tokenizer& tokenizer)
    : format_(options.style, tokenizer) {
  if (options.prompts == PromptOptions::Source::kList) {
    read_list(options, tokenizer);
  } else {
    read_chunks(options, tokenizer);
  }
}

nlohmann::json PromptSet::settled_options() const {
  nlohmann::json settled = format_.settled_options();
  settled["add_bos"] = adds_bos_;
  return settled;
}

void PromptSet::read_list(const PromptOptions& options, const Tokenizer& tokenizer) {
  adds_bos_ = format_.adds_bos();
  PromptList list = read_prompts(options.data);
  std::vector<PromptText>& listed = list.prompts;
  const size_t there = listed.size();
  if (options.max_prompts > 0) {
    listed.resize(std::min(there, static_cast<size_t>(options.max_prompts)));
  }
  auto report = nlohmann::json::array();
  for (const PromptText& one : listed) {
    const ChatFormat* chat = format_.chat();
    const std::string text = chat != nullptr ? chat->around(one.text) : one.text;
    auto ids = begin_with(format_.bos(), tokenizer.encode(text));
    if (static_cast<int64_t>(ids.size()) > options.prompt_tokens) {
      throw InputError(
          fmt::format("{}:{}: the prompt has {} tokens; experiment.prompt_tokens allows {}",
                      options.data, one.line, ids.size(), options.prompt_tokens));
    }
    report.push_back({{"id", one.id}, {"tokens", ids.size()}});
    prompts_.push_back({one.id, one.text, std::move(ids)});
  }
  report_ = {{"prompts", report},
             {"prompts_left_out", there - listed.size()},
             {"chat_format", format_.chat_name()}};
  list.changes.add_to(report_);
  sha256_ = list.sha256;
  document_sha256s_ = {sha256_};
}

void PromptSet::read_chunks(const PromptOptions& options, const Tokenizer& tokenizer) {
  TextOptions cut;
  cut.data = options.data;
  cut.context_length = options.chunk_tokens;
  cut.max_chunks = options.max_prompts;
  cut.skip_tokens = options.skip_tokens;
  cut.add_bos = options.style.add_bos;
  const TextChunks chunks(cut, 0, tokenizer);
  adds_bos_ = chunks.bos_tokens() > 0;
  for (int64_t chunk = 0; chunk < chunks.size(); ++chunk) {
    auto ids = chunks.ids(chunk);
    ids.resize(static_cast<size_t>(options.prompt_tokens));
    const auto text = std::span(ids).subspan(static_cast<size_t>(chunks.bos_tokens()));
    prompts_.push_back(
        {fmt::format("{}:{}", chunks.document(chunk).name, chunks.chunk(chunk).begin),
         tokenizer.decode(text), ids});
  }
  report_ = chunks.data_report();
  sha256_ = chunks.data_sha256();
  document_sha256s_ = chunks.document_sha256s();
}

}  // namespace multistate
