#include <algorithm>
#include <cmath>

#include <ATen/ops/allclose.h>
#include <fmt/format.h>

#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/model_file.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/expected_bytes.h"
#include "multistate/engine/shared_prefix.h"

#include "engine/architecture_models.h"
#include "support/gguf_writer.h"
#include "support/input_error.h"
#include "support/safetensors_writer.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test::architectures_test {
namespace {

std::vector<int64_t> some_ids(int64_t count) {
  std::vector<int64_t> ids;
  for (int64_t t = 0; t < count; ++t) {
    ids.push_back((7 * t * t + 3 * t + 1) % kModelTokens);
  }
  return ids;
}

std::string_view bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

void write_folder(const ArchitectureModel& model, const TemporaryFolder& folder) {
  SafetensorsWriter writer;
  for (const auto& [name, tensor] : model.tensors) {
    writer.add(name, "F32", tensor.shape, bytes_of(tensor.values));
  }
  write_file(folder / "model.safetensors", writer.bytes());
  write_file(folder / "config.json", model.config.dump());
}

std::string gguf_name(const ArchitectureModel& model, std::string name) {
  for (const auto& [from, to] : model.gguf_names) {
    const size_t at = name.find(from);
    if (at != std::string::npos) {
      name.replace(at, from.size(), to);
    }
  }
  return name;
}

/// Rows 2i + j of a head are those i + j * D/2 of Hugging Face.
std::vector<float> interleaved(const NaiveTensor& tensor, int64_t size) {
  std::vector<float> values;
  const int64_t columns = tensor.shape.size() == 1 ? 1 : tensor.shape.back();
  for (int64_t row = 0; row < tensor.shape.front(); ++row) {
    const int64_t in_head = row % size;
    const auto first =
        tensor.values.begin() + (row - in_head + in_head / 2 + in_head % 2 * (size / 2)) * columns;
    values.insert(values.end(), first, first + columns);
  }
  return values;
}

std::string gguf_value(const nlohmann::json& value) {
  if (value.is_string()) {
    return gguf_text(value.get<std::string>());
  }
  return value.is_number_float() ? gguf_f32(value.get<float>()) : gguf_u32(value.get<uint32_t>());
}

GgufWriter make_gguf(const ArchitectureModel& model) {
  const NaiveRules& rules = model.rules;
  GgufWriter writer;
  writer.set("general.architecture", gguf_text(model.gguf));
  const auto set = [&](const std::string& key, const nlohmann::json& value) {
    writer.set(model.gguf + "." + key, gguf_value(value));
  };
  set("block_count", rules.layers);
  set("context_length", kModelContext);
  set("embedding_length", kModelHidden);
  set("feed_forward_length", kModelInner);
  set("attention.head_count", rules.heads);
  set("attention.head_count_kv", rules.kv_heads);
  set("attention.key_length", rules.head_size);
  set("attention.layer_norm_rms_epsilon", rules.epsilon);
  for (const auto& [key, value] : model.gguf_keys) {
    set(key, value);
  }
  for (const auto& [name, tensor] : model.tensors) {
    const bool turned = model.interleaved && (name.find("q_proj") != std::string::npos ||
                                              name.find("k_proj") != std::string::npos);
    auto values = turned ? interleaved(tensor, rules.head_size) : tensor.values;
    if (tensor.shape.size() == 1 && name.find("norm") != std::string::npos) {
      for (float& value : values) {
        value += static_cast<float>(rules.norm_plus);
      }
    }
    writer.add(gguf_name(model, name), {tensor.shape.rbegin(), tensor.shape.rend()}, 0,
               bytes_of(values));
  }
  return writer;
}

std::vector<double> losses_of(const std::filesystem::path& path, const std::vector<int64_t>& ids) {
  const auto model = Transformer::load(*ModelFile::open(path), at::kFloat);
  return Evaluator(*model, keep_all_setup()).evaluate(ids, {}).losses;
}

/// The largest difference of two losses.
double difference(const std::vector<double>& left, const std::vector<double>& right) {
  REQUIRE(left.size() == right.size());
  double most = 0.0;
  for (size_t i = 0; i < left.size(); ++i) {
    most = std::max(most, std::abs(left[i] - right[i]));
  }
  return most;
}

}  // namespace

TEST_CASE("every architecture gives the losses of loops in double precision") {
  const auto ids = some_ids(30);
  for (const ArchitectureModel& model : architecture_models()) {
    INFO(model.name);
    const TemporaryFolder folder;
    write_folder(model, folder);
    const auto expected = naive_losses(model.rules, model.tensors, ids);
    CHECK(difference(losses_of(folder.path(), ids), expected) < 2e-5);
    if (!model.gguf.empty()) {
      const TemporaryFolder other;
      write_file(other / "m.gguf", make_gguf(model).bytes());
      CHECK(difference(losses_of(other / "m.gguf", ids), expected) < 2e-5);
    }
  }
}

TEST_CASE("every registered architecture is among those that are compared") {
  std::vector<std::string> compared;
  for (const ArchitectureModel& model : architecture_models()) {
    compared.push_back(model.config["architectures"][0].get<std::string>());
  }
  for (const std::string& name : architecture_registry().names()) {
    for (const std::string& one : architecture_registry().find(name)->hugging_face) {
      INFO(one);
      CHECK(std::find(compared.begin(), compared.end(), one) != compared.end());
    }
  }
}

TEST_CASE("factors of rotations that a GGUF file has as a tensor are used") {
  ArchitectureModel model = architecture_models().front();
  for (auto& frequencies : model.rules.frequencies) {
    frequencies[1] /= 2.0;
    frequencies[3] /= 8.0;
  }
  GgufWriter writer = make_gguf(model);
  writer.add("rope_freqs.weight", {4}, 0, bytes_of({1.0F, 2.0F, 1.0F, 8.0F}));
  const TemporaryFolder folder;
  write_file(folder / "m.gguf", writer.bytes());
  const auto ids = some_ids(30);
  CHECK(difference(losses_of(folder / "m.gguf", ids),
                   naive_losses(model.rules, model.tensors, ids)) < 2e-5);
}

/// One of architecture_models().
ArchitectureModel model_named(const std::string& name) {
  for (ArchitectureModel& one : architecture_models()) {
    if (one.name == name) {
      return std::move(one);
    }
  }
  throw std::logic_error(name);
}

TEST_CASE("texts beyond the original length turn by the long factors, all of their tokens") {
  ArchitectureModel model = model_named("phi3 with longrope");
  const TemporaryFolder hugging_face;
  write_folder(model, hugging_face);
  model.gguf = "phi3";
  model.gguf_keys = {{"rope.scaling.original_context_length", 32}};
  GgufWriter writer = make_gguf(model);
  writer.add("rope_factors_short.weight", {4}, 0, bytes_of({1.0F, 1.5F, 2.0F, 3.0F}));
  writer.add("rope_factors_long.weight", {4}, 0, bytes_of({2.0F, 4.0F, 8.0F, 16.0F}));
  const TemporaryFolder gguf;
  write_file(gguf / "m.gguf", writer.bytes());
  NaiveRules rules = model.rules;
  for (const int64_t tokens : {32, 33, 50}) {
    if (tokens > 32) {
      rules.frequencies.assign(2, naive_frequencies(8, 10000.0));
      for (auto& frequencies : rules.frequencies) {
        frequencies[0] /= 2.0;
        frequencies[1] /= 4.0;
        frequencies[2] /= 8.0;
        frequencies[3] /= 16.0;
      }
    }
    const auto ids = some_ids(tokens);
    const auto expected = naive_losses(rules, model.tensors, ids);
    CHECK(difference(losses_of(gguf / "m.gguf", ids), expected) < 2e-5);
    CHECK(difference(losses_of(hugging_face.path(), ids), expected) < 2e-5);
  }
}

TEST_CASE("with dynamic scaling theta grows with a text that is longer than the context") {
  ArchitectureModel model = model_named("llama with dynamic scaling, within its context");
  const TemporaryFolder folder;
  write_folder(model, folder);
  constexpr int64_t kTokens = 100;  // Of a context of 64, factor 2: 2 * 100 / 64 - 1 = 2.125.
  model.rules.frequencies.assign(2, naive_frequencies(8, 10000.0 * std::pow(2.125, 8.0 / 6.0)));
  const auto ids = some_ids(kTokens);
  CHECK(difference(losses_of(folder.path(), ids), naive_losses(model.rules, model.tensors, ids)) <
        2e-5);
}

TEST_CASE("a sample that outgrows its rotations while it is made is refused, and rows that move") {
  const TemporaryFolder folder;
  write_folder(model_named("phi3 with longrope"), folder);
  const auto model = Transformer::load(*ModelFile::open(folder.path()), at::kFloat);
  const auto setup = set_up_policy("tova", 9);
  const Evaluator evaluator(*model, setup);
  const std::string beyond =
      "the model has RoPE scaling 'longrope', whose frequencies depend on the length of the text "
      "beyond 32 tokens; a sample has 40, ";
  CHECK(input_error([&] { evaluator.start({}, {.tokens = 40, .prompt = 32, .open = true}); }) ==
        beyond + "of which 8 are generated one by one: the frequencies would change on the way");
  CHECK_NOTHROW(evaluator.start({}, {.tokens = 40, .prompt = 33, .open = true}));
  CHECK_NOTHROW(evaluator.start({}, {.tokens = 32, .prompt = 3, .open = true}));
  const auto moving = set_up_policy("tova", 9, "{positions: in_cache}");
  CHECK(input_error([&] { Evaluator(*model, moving).start({}, {.tokens = 40}); }) ==
        beyond + "which is no length for rows that move: use policy.positions: original");
  auto state = evaluator.start({}, {.tokens = 30});
  PhaseSeconds seconds;
  evaluator.advance(some_ids(4), state, seconds);
  CHECK(input_error([&] { state.expect({.tokens = 40}); }) ==
        "RoPE scaling 'longrope' depends on the length of the text beyond 32 tokens; a sample that "
        "began as one of 30 has 40");
}

TEST_CASE(
    "samples of a batch turn each by its own length, and take over no prefix beyond a limit") {
  const TemporaryFolder folder;
  write_folder(model_named("phi3 with longrope"), folder);
  const auto model = Transformer::load(*ModelFile::open(folder.path()), at::kFloat);
  const auto setup = set_up_policy("tova", 9);
  const Evaluator evaluator(*model, setup);
  PhaseSeconds seconds;
  const auto ids = some_ids(45);
  std::vector<SampleState> states;
  for (const int64_t tokens : {20, 45}) {
    states.push_back(evaluator.start({}, {.tokens = tokens}));
    evaluator.advance(std::span(ids).first(10), states.back(), seconds);
  }
  const std::vector<SampleState*> both = {&states[0], &states[1]};
  const auto together =
      evaluator.advance_each(std::vector<int64_t>{ids[10], ids[10]}, both, seconds);
  for (int64_t i = 0; i < 2; ++i) {
    auto alone = evaluator.start({}, {.tokens = i == 0 ? 20 : 45});
    evaluator.advance(std::span(ids).first(10), alone, seconds);
    const auto hidden = evaluator.advance(std::span(ids).subspan(10, 1), alone, seconds);
    CHECK(at::allclose(together.narrow(0, i, 1), hidden, 1e-5, 1e-5));
  }
  SharedPrefix prefix(8);
  const auto alone = evaluator.evaluate(ids, {});
  const auto with_prefix = evaluator.evaluate(ids, {}, 0, &prefix);
  CHECK(with_prefix.computed_tokens == 45);
  CHECK(difference(with_prefix.losses, alone.losses) == 0.0);
}

TEST_CASE("a policy acts on the layers without a window, the others keep their newest rows") {
  const ArchitectureModel model = model_named("gemma3");
  const TemporaryFolder folder;
  write_folder(model, folder);
  const auto transformer = Transformer::load(*ModelFile::open(folder.path()), at::kFloat);
  const auto ids = some_ids(30);
  for (const char* options : {"{}", "{scope: kv_head}", "{positions: in_cache}"}) {
    INFO(options);
    const auto setup = set_up_policy("tova", 9, options);
    const Evaluator evaluator(*transformer, setup);
    const Reading reading = evaluator.read(ids, {}, {.tokens = 30});
    for (size_t layer = 0; layer < reading.state.layers.size(); ++layer) {
      INFO("layer " << layer);
      const LayerState& state = reading.state.layers[layer];
      const bool windowed = model.rules.windows[layer] > 0;
      CHECK(state.sets().size() == (!windowed && setup.common.scope == Scope::kKvHead ? 2 : 1));
      CHECK(state.sets().front().rows.rows() == (windowed ? 4 : 9));
    }
    const auto alone = evaluator.evaluate(ids, {});
    CHECK(expected_peak_bytes(transformer->spec(), setup, {.tokens = 30}, at::kFloat) ==
          alone.state.peak_bytes);
    SharedPrefix prefix(20);
    const auto with_prefix = evaluator.evaluate(ids, {}, 0, &prefix);
    const auto again = evaluator.evaluate(ids, {}, 0, &prefix);
    // Windows keep four rows, so that more cannot be taken over; rows that move take over nothing.
    CHECK(again.computed_tokens == (setup.rotates_anew() ? 30 : 26));
    CHECK(difference(with_prefix.losses, alone.losses) < 1e-5);
    CHECK(difference(again.losses, alone.losses) < 1e-5);
    // A token at a time, each layer by its own scan.
    const Evaluator slow(*transformer, setup, &token_scan());
    CHECK(difference(slow.evaluate(ids, {}).losses, alone.losses) < 1e-5);
  }
}

TEST_CASE("a policy acts within the windows of all layers where it is told to") {
  const ArchitectureModel model = model_named("gemma3");
  const TemporaryFolder folder;
  write_folder(model, folder);
  const auto transformer = Transformer::load(*ModelFile::open(folder.path()), at::kFloat);
  const auto ids = some_ids(30);
  // Windows of five tokens leave four rows: of two the policy has to choose in them, of nine not.
  for (const int64_t k : {2, 9}) {
    for (const char* options : {"", ", scope: kv_head", ", positions: in_cache"}) {
      INFO(k << options);
      const auto setup =
          set_up_policy("h2o", k, fmt::format("{{windowed_layers: policy, recent: 1{}}}", options));
      const Evaluator evaluator(*transformer, setup);
      const Reading reading = evaluator.read(ids, {}, {.tokens = 30});
      for (const LayerState& state : reading.state.layers) {
        const bool windowed = state.attention().window.has_value();
        CHECK(state.sets().front().rows.rows() == (windowed ? std::min<int64_t>(k, 4) : k));
      }
      const auto alone = evaluator.evaluate(ids, {});
      CHECK(expected_peak_bytes(transformer->spec(), setup, {.tokens = 30}, at::kFloat) ==
            alone.state.peak_bytes);
      SharedPrefix prefix(20);
      CHECK(difference(evaluator.evaluate(ids, {}, 0, &prefix).losses, alone.losses) < 1e-5);
      const Evaluator slow(*transformer, setup, &token_scan());
      CHECK(difference(slow.evaluate(ids, {}).losses, alone.losses) < 1e-5);
      if (k == 9) {
        const auto native = set_up_policy("h2o", k, fmt::format("{{recent: 1{}}}", options));
        CHECK(difference(Evaluator(*transformer, native).evaluate(ids, {}).losses, alone.losses) <
              1e-5);
      }
    }
  }
}

TEST_CASE("a policy without a layer to act on is refused, unless it acts on windows") {
  const TemporaryFolder folder;
  write_folder(model_named("mistral with a window"), folder);
  const auto transformer = Transformer::load(*ModelFile::open(folder.path()), at::kFloat);
  const auto setup = set_up_policy("tova", 3);
  CHECK(input_error([&] { Evaluator(*transformer, setup).evaluate(some_ids(8), {}); }) ==
        "policy tova: every layer of the model has a sliding window and keeps its newest rows by "
        "itself, which leaves the policy no layer to act on; policy.windowed_layers: policy lets "
        "it act within the windows");
  const auto within = set_up_policy("tova", 3, "{windowed_layers: policy}");
  CHECK(Evaluator(*transformer, within).evaluate(some_ids(8), {}).state.peak_rows == 3);
}

TEST_CASE("a window that a GGUF file does not state can be set, and gives the window's losses") {
  ArchitectureModel model = model_named("mistral with a window");
  model.gguf_keys.clear();
  const TemporaryFolder folder;
  write_file(folder / "m.gguf", make_gguf(model).bytes());
  const auto file = ModelFile::open(folder / "m.gguf");
  CHECK(file->warning() == "");  // Its sizes are those of no model that is known.
  file->set_sliding_window(5);
  const auto transformer = Transformer::load(*file, at::kFloat);
  const auto ids = some_ids(30);
  CHECK(difference(Evaluator(*transformer, keep_all_setup()).evaluate(ids, {}).losses,
                   naive_losses(model.rules, model.tensors, ids)) < 2e-5);
  write_folder(model, folder);
  CHECK(input_error([&] {
          ModelFile::open(folder / "model.safetensors")->set_sliding_window(8);
        }) == (folder / "model.safetensors").string() +
                  ": model.sliding_window is 8, but the file states its windows itself: 5 tokens");
}

TEST_CASE("tensors of a part that sees pictures are left out, under either prefix") {
  const ArchitectureModel model = model_named("gemma3, the text part of a larger model");
  const TemporaryFolder folder;
  write_folder(model, folder);
  SafetensorsWriter writer;
  for (const auto& [name, tensor] : model.tensors) {
    writer.add(name.starts_with("model.") ? "model.language_model." + name.substr(6) : name, "F32",
               tensor.shape, bytes_of(tensor.values));
  }
  writer.add("model.vision_tower.patch.weight", "F32", {2}, bytes_of({1.0F, 2.0F}));
  writer.add("model.vision_tower.patch.bias", "F32", {1}, bytes_of({1.0F}));
  writer.add("model.multi_modal_projector.norm.weight", "F32", {1}, bytes_of({1.0F}));
  write_file(folder / "model.safetensors", writer.bytes());
  const auto ids = some_ids(30);
  CHECK(difference(losses_of(folder.path(), ids), naive_losses(model.rules, model.tensors, ids)) <
        2e-5);
  CHECK(ModelFile::open(folder.path())->left_out() ==
        "1 tensors of model.multi_modal_projector, 2 tensors of model.vision_tower");
}

}  // namespace multistate::test::architectures_test
