// Retrieval: something is hidden in a context and asked for. Samples are generated, offline and the
// same for every policy, to an exact number of tokens, over a grid of lengths and depths.
//
// Paper: none; the kinds of tasks are those of RULER (Hsieh et al., arXiv:2404.06654) and of the
// passkey test (Mohtashami and Jaggi, arXiv:2305.16300), in words of our own, and associative
// recall. Answers are generated greedily, every question from a copy of the state after the
// context.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/sha256.h"
#include "multistate/experiment/answers.h"
#include "multistate/experiment/documents.h"
#include "multistate/experiment/registry.h"
#include "multistate/experiment/retrieval_metrics.h"
#include "multistate/experiment/retrieval_options.h"
#include "multistate/synthetic/sample.h"
#include "multistate/text/conversation_format.h"

namespace multistate {
namespace {

/// The user's texts, cut into sentences.
struct Library {
  struct Book {
    std::string name;
    std::string sha256;
    std::vector<std::string> sentences;
    TextChanges changes;
  };
  std::vector<Book> books;
  std::vector<std::string> ignored;
};

Library read_library(const RetrievalOptions& options) {
  Library library;
  if (options.haystack == Haystack::kText) {
    DocumentSet set = read_documents(options.data);
    for (const Document& document : set.documents) {
      library.books.push_back({document.name, sha256_hex(document.text),
                               split_sentences(document.text), document.changes});
      if (library.books.back().sentences.empty()) {
        throw InputError(fmt::format("{}: the text is empty", document.name));
      }
    }
    library.ignored = std::move(set.ignored);
  }
  return library;
}

struct Sample {
  GridPlace place;
  Inquiry inquiry;
  std::vector<std::vector<std::string>> answers;  ///< By question.
};

class RetrievalWorkload final : public SampleWorkload {
 public:
  RetrievalWorkload(const RetrievalOptions& options, const Tokenizer& tokenizer)
      : options_(options),
        tokenizer_(tokenizer),
        library_(read_library(options)),
        format_(options.style, tokenizer) {
    frame_ = frame_of();
    for (int64_t trial = 0; trial < options_.trials; ++trial) {
      for (const int64_t length : options_.lengths) {
        for (const double depth : options_.grid_depths()) {
          samples_.push_back(make_sample(trial, length, depth));
        }
      }
    }
  }

  int64_t samples() const override { return static_cast<int64_t>(samples_.size()); }
  SampleLength length(int64_t sample) const override { return length_of(at(sample).inquiry); }

  nlohmann::json data_report() const override {
    auto documents = nlohmann::json::array();
    for (const Library::Book& book : library_.books) {
      documents.push_back({{"name", book.name}, {"sentences", book.sentences.size()}});
      book.changes.add_to(documents.back());
    }
    const Sample& first = samples_.front();
    const Question& question = first.inquiry.questions.front();
    return {{"documents", documents},
            {"ignored_files", library_.ignored},
            {"answer_tokens", question.max_tokens},
            {"first_question", tokenizer_.decode(question.ids)},
            {"first_answers", first.answers.front()}};
  }

  nlohmann::json settled_options() const override { return format_.settled_options(); }

  std::string data_sha256() const override {
    Sha256 digest;
    for (const Sample& sample : samples_) {
      digest.update(nlohmann::json(sample.inquiry.context).dump());
      for (const Question& question : sample.inquiry.questions) {
        digest.update(nlohmann::json(question.ids).dump());
      }
      digest.update(nlohmann::json(sample.answers).dump());
    }
    return digest.hex();
  }

  std::vector<std::string> document_sha256s() const override {
    std::vector<std::string> digests;
    for (const Library::Book& book : library_.books) {
      digests.push_back(book.sha256);
    }
    return digests;
  }

  SampleRecord run_sample(int64_t sample, const RunContext& context) const override {
    const Sample& asked = at(sample);
    Answers found = answer(asked.inquiry, rules_, sample, context);
    std::vector<AnsweredQuestion> questions;
    for (size_t i = 0; i < asked.answers.size(); ++i) {
      questions.push_back({std::move(found.answers[i].text), asked.answers[i]});
    }
    SampleRecord record = std::move(found.record);
    record.values = retrieval_values(asked.place, questions);
    if (options_.chosen_task().has_depth) {
      EvidenceKept evidence;
      for (const Answer& one : found.answers) {
        evidence.add(one.evidence.value());
      }
      evidence.write(record.values);
    }
    return record;
  }

  Resampling resampling() const override { return retrieval_resampling(); }
  Summary summarize(std::span<const SampleRecord> records) const override {
    return summarize_retrieval(records);
  }

 private:
  const Sample& at(int64_t sample) const { return samples_[static_cast<size_t>(sample)]; }

  /// Also decides what ends an answer: in a chat the format's own token, else a line's end.
  PromptFrame frame_of() {
    PromptFrame frame;
    const TaskTexts texts = options_.chosen_texts();
    frame.instruction = texts.instruction;
    frame.announcement = options_.seen ? texts.announcement : "";
    frame.bos = format_.bos();
    frame.chat = format_.chat();
    rules_.stop_ids = format_.end_ids();
    if (frame.chat != nullptr) {
      if (frame.chat->trims && python_strip(frame.announcement + frame.instruction).empty()) {
        throw InputError(
            "experiment.template: the model's chat format removes blanks at the start of a "
            "message, so the haystack cannot begin it; give an instruction, or template: plain");
      }
    } else {
      rules_.stops = {"\n"};
    }
    return frame;
  }

  Sample make_sample(int64_t trial, int64_t length, double depth) const {
    const SyntheticTask& task = options_.chosen_task();
    // Not the depth: samples of one trial differ in the place only.
    Random random({static_cast<uint64_t>(options_.sample_seed), static_cast<uint64_t>(length),
                   static_cast<uint64_t>(trial)});
    const auto puzzle = task.make({options_.chosen_texts(), options_.size, depth, random},
                                  make_filler(trial, random));
    SyntheticSample made = sample_of(*puzzle, length, random);
    Sample sample;
    sample.place.length = length;
    sample.place.haystack = fmt::format("{} tokens, trial {}", length, trial);
    if (task.has_depth) {
      sample.place.depth = depth;
    }
    sample.inquiry.context = std::move(made.context);
    sample.inquiry.prompt_end = options_.seen ? PromptEnd::kQuestion : PromptEnd::kContext;
    for (auto& question : made.questions) {
      sample.inquiry.questions.push_back(
          {std::move(question.ids), options_.budget(), std::move(question.evidence)});
      sample.answers.push_back(std::move(question.answers));
    }
    return sample;
  }

  SyntheticSample sample_of(Puzzle& puzzle, int64_t length, Random& random) const {
    try {
      return bring_to_length(puzzle, frame_, length, options_.budget(), tokenizer_, random);
    } catch (const InputError& error) {
      throw InputError(fmt::format("experiment.lengths: {}", error.what()));
    }
  }

  std::unique_ptr<Filler> make_filler(int64_t trial, Random& random) const {
    if (options_.haystack == Haystack::kText) {
      const auto& book = library_.books[static_cast<size_t>(trial) % library_.books.size()];
      return text_filler(book.sentences, book.name, random);
    }
    return options_.haystack == Haystack::kNoise ? noise_filler(random) : nullptr;
  }

  RetrievalOptions options_;
  const Tokenizer& tokenizer_;
  Library library_;
  PromptFormat format_;
  TextRules rules_;
  PromptFrame frame_;
  std::vector<Sample> samples_;
};

class Retrieval final : public Experiment {
 public:
  using Options = RetrievalOptions;

  explicit Retrieval(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override {
    return *std::max_element(options_.lengths.begin(), options_.lengths.end());
  }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<RetrievalWorkload>(options_, tokenizer);
  }
  std::vector<std::string> headline() const override { return {"accuracy", "answers_found"}; }

 private:
  Options options_;
};

const ExperimentRegistration<Retrieval> kRegistration{{
    .name = "retrieval",
    .version = 2,
    .summary = "synthetic tasks over length and depth: what is found again of what was said",
    .paper = "none; tasks after Hsieh et al. 2024, arXiv:2404.06654",
}};

}  // namespace
}  // namespace multistate
