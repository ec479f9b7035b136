#include <nlohmann/json.hpp>

#include "multistate/text/tokenizer_steps_json.h"

namespace multistate {
namespace {

constexpr std::string_view kTypes =
    "ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Sequence, Strip";

/// Reads decoders in their order; behind what joins the tokens to one text, only Strip is left.
class DecoderReader {
 public:
  void read(const JsonNode& node) {
    const std::string type = node.type();
    if (type == "Sequence") {
      node.allow_only({"type", "decoders"});
      for (const JsonNode& member : node.required("decoders").list()) {
        read(member);
      }
    } else if (type == "Strip") {
      read_strip(node);
    } else if (fused_ && type != "Fuse") {
      node.fail("Strip and Fuse behind Fuse and ByteLevel");
    } else {
      read_of_token(type, node);
    }
  }

  Decoder decoder() const { return decoder_; }

 private:
  void read_of_token(const std::string& type, const JsonNode& node) {
    if (type == "Fuse") {
      node.allow_only({"type"});
      fused_ = true;
    } else if (type == "ByteFallback") {
      node.allow_only({"type"});
      decoder_.steps.emplace_back(BytesFromHex{});
    } else if (type == "ByteLevel") {
      node.allow_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
      decoder_.steps.emplace_back(BytesFromAlphabet{});
      fused_ = true;
    } else if (type == "Replace") {
      node.allow_only({"type", "pattern", "content"});
      decoder_.steps.emplace_back(
          ReplaceText{read_pattern(node.required("pattern")), node.required("content").string()});
    } else if (type == "Metaspace") {
      const Metaspace metaspace = read_metaspace(node);
      decoder_.steps.emplace_back(
          ReplaceText{{TextPattern::Kind::kLiteral, metaspace.replacement}, " "});
      decoder_.drop_first_space = metaspace.prepend != Metaspace::Prepend::kNever;
    } else {
      node.fail(kTypes);
    }
  }

  /// The space before a text.
  void read_strip(const JsonNode& node) {
    node.allow_only({"type", "content", "start", "stop"});
    const bool first_space = fused_ && node.required("content").value() == " " &&
                             node.required("start").value() == 1 &&
                             node.required("stop").value() == 0;
    if (!first_space) {
      node.fail(R"(behind Fuse, "content": " " with "start": 1 and "stop": 0)");
    }
    decoder_.drop_first_space = true;
  }

  Decoder decoder_;
  bool fused_ = false;
};

}  // namespace

Decoder read_decoder(const JsonNode& node) {
  DecoderReader reader;
  reader.read(node);
  return reader.decoder();
}

}  // namespace multistate
