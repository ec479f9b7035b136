// On a device whose memory the host cannot reach everything has to be what it is on the CPU.

#include <csignal>

#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "multistate/conformance/naive_scan.h"
#include "multistate/conformance/scan_run.h"
#include "multistate/engine/block_scan.h"
#include "multistate/engine/block_steps.h"
#include "multistate/engine/generator.h"
#include "multistate/engine/shared_prefix.h"
#include "multistate/model/device_stream.h"
#include "multistate/model/host_memory.h"
#include "multistate/model/product.h"

#include "device/separate_device.h"
#include "support/child.h"
#include "support/scan_equality.h"
#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::device_test {
namespace {

at::TensorOptions on_device(at::ScalarType type = at::kFloat) {
  return at::TensorOptions(type).device(separate_device());
}

/// Whether `work` ends the process that it runs in by touching memory that is not its own.
template <class Work>
bool is_fatal(const Work& work) {
  const int status = in_child([&] {
    std::signal(SIGSEGV, SIG_DFL);  // And not the handler that reports a failed test.
    work();
  });
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

/// One set of a layer on the device, with rows and what the block scan computes of them.
class OneBlock {
 public:
  static constexpr int64_t kTokens = 8;

  OneBlock()
      : setup_(set_up_policy("tova", 4)),
        state_(attention(), setup_, LayerPlace{}, {}, {.tokens = kTokens}, on_device()),
        qkv_{at::rand({4, kTokens, 8}, on_device()), at::rand({2, kTokens, 8}, on_device()),
             at::rand({2, kTokens, 8}, on_device())},
        attended_(make_attended(qkv_)),
        inputs_(inputs_of_set(qkv_, attended_, state_.attention(), 0, 1)),
        logits_(at::rand({4, kTokens, kTokens}, on_device())) {
    append_rows(state_, state_.sets().front(), inputs_, 0, kTokens);
  }

  /// The first step, with these logits.
  void step(const at::Tensor& logits) {
    LayerState::Set& set = state_.sets().front();
    BlockSteps steps(inputs_, state_, set);
    StepData data;
    steps.begin(logits, {set.rows.keys(), set.rows.values()}, 0);
    steps.attend(0, data);
  }

  /// What the rows give for these weights.
  void finish(const at::Tensor& weights) {
    batched_product(weights.view({2, -1, kTokens}), state_.sets().front().rows.values(), attended_);
  }

  const at::Tensor& logits() const { return logits_; }

 private:
  static AttentionSpec attention() {
    AttentionSpec attention;
    attention.heads = 4;
    attention.kv_heads = 2;
    attention.head_size = 8;
    attention.rotation.size = 8;
    return attention;
  }

  PolicySetup setup_;
  LayerState state_;
  Qkv qkv_;
  at::Tensor attended_;
  SetInputs inputs_;
  at::Tensor logits_;
};

struct Named {
  std::string name;
  PolicySetup setup;
};

/// Policies that need different things of the device, in both scopes, at k = 7.
std::vector<Named> handful() {
  std::vector<Named> all;
  for (const auto& [name, options] : {std::pair("full", "{}"),
                                      {"tova", "{}"},
                                      {"tova", "{scope: kv_head, sinks: 1}"},
                                      {"h2o", "{scope: layer, recent: 2, every: 3}"},
                                      {"h2o", "{scope: kv_head}"},
                                      {"adakv", "{base: h2o, recent: 2}"},
                                      {"expected_attention", "{sinks: 1, every: 2}"},
                                      {"keydiff", "{}"},
                                      {"caote", "{}"},
                                      {"kivi", "{}"},
                                      {"weightedkv", "{}"},
                                      {"quest", "{page_size: 4}"},
                                      {"oracle_topk", "{}"},
                                      {"oracle", "{}"},
                                      {"random", "{}"}}) {
    all.push_back({fmt::format("{} {}", name, options),
                   set_up_policy(name, name == std::string("full") ? 0 : 7, options)});
  }
  return all;
}

std::vector<int64_t> text() {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 60; ++i) {
    ids.push_back((i * i * 7 + 3 * i) % 256);
  }
  return ids;
}

void check_samples(const Evaluation& found, const Evaluation& expected) {
  REQUIRE(found.losses.size() == expected.losses.size());
  for (size_t i = 0; i < expected.losses.size(); ++i) {
    REQUIRE(std::abs(found.losses[i] - expected.losses[i]) <
            1e-5 * std::max(1.0, expected.losses[i]));
  }
  CHECK(found.state.evictions == expected.state.evictions);
  CHECK(found.state.peak_bytes == expected.state.peak_bytes);
  CHECK(found.state.total_lifetime == expected.state.total_lifetime);
}

void check_scans(const NaiveInputs& inputs, const PolicySetup& setup, const LayerScan& scan,
                 at::ScalarType rows = at::kFloat) {
  // A policy that sees the future takes a sample in one call.
  for (const int64_t calls : {1, setup.needs.future ? 1 : 5}) {
    check_equal(run_scan(scan, inputs, setup, {}, calls, on_device(rows)),
                run_scan(scan, inputs, setup, {}, calls, rows));
  }
}

}  // namespace

TEST_CASE("the host cannot reach the memory of the separate device") {
  const auto x = at::rand({3}, on_device());
  CHECK(is_fatal([&] { static_cast<volatile float*>(x.data_ptr<float>())[0] = 1.0F; }));
  CHECK(is_fatal([&] { CHECK(static_cast<volatile float*>(x.data_ptr<float>())[0] < 2.0F); }));
  CHECK_THROWS_AS(x.add(at::rand({3})), c10::Error);
  CHECK(std::isnan(at::empty({1}, on_device()).to(at::kCPU).item<float>()));
}

TEST_CASE("a block's logits have to come to the host, and its weights back") {
  OneBlock block;
  block.step(to_host(block.logits()));
  CHECK(is_fatal([&] { OneBlock().step(OneBlock().logits()); }));
  const auto weights = to_host(block.logits());
  CHECK_THROWS_AS(block.finish(weights), c10::Error);
  from_host(weights, block.logits());
}

TEST_CASE("numbers on the CPU in float32 are where the host works, others are copied") {
  const auto x = at::rand({4, 3});
  CHECK(to_host(x).is_same(x));
  for (const at::Tensor& other : {x.to(separate_device()), x.to(at::kDouble)}) {
    const auto host = to_host(other.t());
    CHECK(host.is_cpu());
    CHECK(at::equal(host, x.t()));
    host.fill_(2.0F);
    CHECK(other.to(at::kCPU).max().item<double>() < 1.0);
    from_host(host, other.t());
    CHECK(other.to(at::kCPU).min().item<double>() == 2.0);
  }
}

TEST_CASE("every scan on a device == the same on the CPU") {
  const c10::InferenceMode inference;
  for (const int64_t tokens : {24, 70}) {
    auto inputs = NaiveInputs::random(6, 2, tokens, 7);
    inputs.logit_cap = 5.0;
    for (const auto& [name, setup] : handful()) {
      INFO(name << ", " << tokens << " tokens");
      check_scans(inputs, setup, scan_for(setup));
      if (tokens == 24 && setup.bounded()) {
        check_scans(inputs, setup, token_scan());
      }
    }
  }
}

TEST_CASE("rows that are rotated anew, selected or in half precision: a device == the CPU") {
  const c10::InferenceMode inference;
  const auto inputs = NaiveInputs::random(6, 2, 40, 8);
  for (const char* name : {"tova", "h2o", "keydiff", "weightedkv"}) {
    for (const char* positions : {"in_cache", "log_gap"}) {
      CAPTURE(name, positions);
      const auto setup = set_up_policy(name, 7, fmt::format("{{positions: {}}}", positions));
      check_scans(inputs, setup, scan_for(setup));
    }
  }
  for (const auto& [name, setup] : handful()) {
    CAPTURE(name);
    check_scans(inputs, setup, scan_for(setup), at::kBFloat16);
  }
}

TEST_CASE("samples on a device: losses, prompts, windows and shared prefixes are the CPU's") {
  const auto here = tiny_transformer();
  const auto there = tiny_transformer({}, on_device());
  for (const auto& [name, setup] : handful()) {
    INFO(name);
    const auto expected = Evaluator(*here, setup).evaluate(text(), {}, 40);
    const Evaluator evaluator(*there, setup);
    check_samples(evaluator.evaluate(text(), {}, 40), expected);
    SharedPrefix prefix(30);
    check_samples(evaluator.evaluate(text(), {}, 40, &prefix), expected);
    check_samples(evaluator.evaluate(text(), {}, 40, &prefix), expected);
  }
  for (const auto& [name, options] : {std::pair("h2o", "{prompt: one_shot}"),
                                      {"snapkv", "{prompt: one_shot, recent: 2}"},
                                      {"finch", "{recent: 2}"},
                                      {"quest", "{prompt: one_shot, page_size: 4}"},
                                      {"tova", "{prompt: keep}"}}) {
    CAPTURE(name);
    const auto setup = set_up_policy(name, 9, options);
    check_samples(Evaluator(*there, setup).evaluate(text(), {}, 40),
                  Evaluator(*here, setup).evaluate(text(), {}, 40));
  }
}

TEST_CASE("batches that are decoded on a device become what they become on the CPU") {
  const auto here = tiny_transformer();
  const auto there = tiny_transformer({}, on_device());
  std::vector<GenerationRequest> requests;
  for (int64_t sample = 0; sample < 3; ++sample) {
    GenerationRequest request;
    request.prompt = text();
    request.prompt.resize(static_cast<size_t>(20 + 9 * sample));
    request.max_tokens = 9;
    request.seed = {.seed = 7, .sample = static_cast<uint64_t>(sample)};
    requests.push_back(request);
  }
  const auto texts = [&](const Transformer& model, const PolicySetup& setup) {
    std::vector<std::vector<int64_t>> made_texts;
    const Generator generator(model, setup, {.sampling = {}, .batch = 2, .stop_ids = {}});
    for (const Generation& made :
         generator.run(requests, [](size_t /*request*/, int64_t /*id*/) { return true; })) {
      made_texts.push_back(made.ids);
    }
    return made_texts;
  };
  for (const auto& [name, setup] : handful()) {
    if (!setup.needs.future) {
      INFO(name);
      CHECK(texts(*there, setup) == texts(*here, setup));
    }
  }
}

TEST_CASE("a thread's work on a device goes to a stream of its own, as long as that lives") {
  const int64_t before = streams_made();
  {
    const DeviceStream none(at::kCPU);
    CHECK(!has_stream_of_its_own());
    const DeviceStream stream(separate_device());
    CHECK(has_stream_of_its_own());
    wait_for(separate_device());
  }
  CHECK(!has_stream_of_its_own());
  CHECK(streams_made() == before + 1);
}

}  // namespace multistate::test::device_test
