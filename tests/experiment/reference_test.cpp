// The losses of the paper's policies on real text, against an implementation that shares nothing
// with this one.

#include <array>
#include <future>
#include <numeric>

#include "multistate/base/mapped_file.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/threads.h"

#include "support/real_data.h"
#include "support/torch.h"

namespace multistate::test::reference_test {
namespace {

struct Reference {
  const char* policy;
  int64_t state_size;
  const char* options;
  double nll;
};

/// Mean loss in nats of tokens 2 to 1,024 of Persuasion (no BOS), SmolLM2-135M-Instruct Q4_1
/// decoded to float32. From a slow token-by-token implementation in Python on PyTorch 2.13.0,
/// written independently; its `full` agrees with transformers 5.2, its `tova` with the code that
/// the authors of arXiv:2401.06104 published.
constexpr std::array kReferences = {
    Reference{"full", 0, "{}", 3.447136},
    Reference{"window", 64, "{}", 4.622661},
    Reference{"window", 256, "{}", 3.988237},
    Reference{"window", 64, "{sinks: 1}", 3.735536},
    Reference{"window", 256, "{sinks: 1}", 3.534407},
    Reference{"streaming", 64, "{}", 3.746366},
    Reference{"streaming", 256, "{}", 3.532018},
    Reference{"h2o", 64, "{}", 3.673683},
    Reference{"h2o", 256, "{}", 3.466991},
    Reference{"h2o", 64, "{scope: layer}", 3.715521},
    Reference{"h2o", 256, "{scope: layer}", 3.502407},
    Reference{"tova", 64, "{}", 3.710856},
    Reference{"tova", 256, "{}", 3.517916},
    Reference{"tova", 64, "{scope: kv_head}", 3.730509},
    Reference{"tova", 256, "{scope: kv_head}", 3.537615},
};

double measure(const Transformer& model, std::span<const int64_t> ids, const Reference& reference) {
  const auto setup = set_up_policy(reference.policy, reference.state_size, reference.options);
  const auto losses = Evaluator(model, setup).evaluate(ids, {}).losses;
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

}  // namespace

TEST_CASE("losses on Persuasion equal those of an independent implementation", "[slow]") {
  set_intra_op_threads(1);
  const auto file = ModelFile::open(real_file("models/smollm2-135m-instruct.gguf"));
  const auto model = Transformer::load(*file, at::kFloat);
  auto ids =
      Tokenizer::make(file->tokenizer())->encode(read_file(real_file("austen/persuasion.txt")));
  ids.resize(1024);

  // Two at a time: the machine that runs this has two cores or more, and each takes seconds.
  for (size_t first = 0; first < kReferences.size(); first += 2) {
    std::vector<std::future<double>> measured;
    for (size_t i = first; i < std::min(first + 2, kReferences.size()); ++i) {
      measured.push_back(std::async(std::launch::async, [&, i] {
        set_intra_op_threads(1);
        return measure(*model, ids, kReferences[i]);
      }));
    }
    for (size_t i = 0; i < measured.size(); ++i) {
      const Reference& reference = kReferences[first + i];
      const double nll = measured[i].get();
      const double allowed = reference.state_size == 0 ? 1e-4 : 1e-3;
      INFO(reference.policy << " k=" << reference.state_size << " " << reference.options << ": "
                            << nll);
      CHECK(std::abs(nll - reference.nll) < allowed);
    }
  }
}

}  // namespace multistate::test::reference_test
