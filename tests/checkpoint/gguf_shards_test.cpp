#include "multistate/checkpoint/gguf_shards.h"

#include "multistate/checkpoint/model_file.h"
#include "multistate/checkpoint/weights.h"

#include "checkpoint/sharded_gguf.h"
#include "checkpoint/weight_values.h"
#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::gguf_shards_test {

TEST_CASE("a split GGUF model is the model of the whole file") {
  const TemporaryFolder folder;
  write_tiny_gguf({}, folder / "whole.gguf");
  const auto whole = ModelFile::open(folder / "whole.gguf");
  const auto first = write_shards(tiny_gguf_shards(3), folder / "split");
  for (const auto& path : {first, folder / "split"}) {
    const auto split = ModelFile::open(path);
    CHECK(split->source() == first.string());
    CHECK(split->format() == "GGUF v3 (3 shards)");
    CHECK(split->files() == std::vector{first, shard_path(folder / "split", 2, 3),
                                        shard_path(folder / "split", 3, 3)});
    CHECK(split->tokenizer().tokens == whole->tokenizer().tokens);
    REQUIRE(split->tensors().size() == whole->tensors().size());
    for (const WeightId& id : weights_of(whole->spec())) {
      INFO(to_text(id));
      CHECK(weight_values(*split, id) == weight_values(*whole, id));
    }
  }
}

TEST_CASE("the first shard may hold metadata alone, and later ones repeat keys") {
  const TemporaryFolder folder;
  auto shards = tiny_gguf_shards(2);
  GgufWriter metadata;
  metadata.metadata = shards[0].metadata;
  shards[0].metadata = {{"general.architecture", gguf_text("llama")}};
  shards.insert(shards.begin(), metadata);
  for (size_t index = 0; index < shards.size(); ++index) {
    shards[index].set("split.no", gguf_u32(static_cast<uint32_t>(index)));
    shards[index].set("split.count", gguf_u32(3));
  }
  const auto file = ModelFile::open(write_shards(shards, folder.path()));
  CHECK(file->format() == "GGUF v3 (3 shards)");
  CHECK(file->spec().layer_count() == 2);
}

TEST_CASE("a file that says it is one of one is a whole model") {
  const TemporaryFolder folder;
  write_file(folder / "any name.gguf", tiny_gguf_shards(1).front().bytes());
  CHECK(ModelFile::open(folder / "any name.gguf")->format() == "GGUF v3");
}

TEST_CASE("names of shards are five digits of five") {
  const auto name = gguf_shard_name("a/b-c-00002-of-00013.gguf");
  REQUIRE(name.has_value());
  CHECK(name->prefix == "b-c");
  CHECK(name->number == 2);
  CHECK(name->count == 13);
  CHECK(name->in("a", 13) == "a/b-c-00013-of-00013.gguf");
  for (const auto* other :
       {"b.gguf", "b-0002-of-0013.gguf", "b-00002-of-00013.safetensors", "b-00014-of-00013.gguf",
        "b-00000-of-00013.gguf", "b-000x2-of-00013.gguf", "b-00002_of-00013.gguf",
        "b_00002-of-00013.gguf", "b--0002-of-00013.gguf"}) {
    INFO(other);
    CHECK_FALSE(gguf_shard_name(other).has_value());
  }
}

}  // namespace multistate::test::gguf_shards_test
