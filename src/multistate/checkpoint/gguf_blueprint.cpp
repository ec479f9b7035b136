#include "multistate/checkpoint/gguf_blueprint.h"

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/gguf_keys.h"

namespace multistate {
namespace {

void check_file_kind(const GgufMetadata& metadata) {
  const auto type = metadata.string("general.type").value_or("model");
  if (type != "model") {
    throw InputError(fmt::format("{}: 'general.type' is {}; supported: 'model'", metadata.source(),
                                 in_quotes(type)));
  }
}

}  // namespace

Blueprint read_gguf_blueprint(const GgufContent& content) {
  const GgufMetadata& metadata = content.metadata;
  check_file_kind(metadata);
  const std::string name(metadata.required(&GgufMetadata::string, "general.architecture"));
  const Architecture& architecture = architecture_by_gguf(name, metadata.source());
  GgufKeys keys(content, name);
  Blueprint blueprint = architecture.from_gguf(keys);
  keys.check_all_read();
  blueprint.spec.validate(metadata.source());
  return blueprint;
}

}  // namespace multistate
