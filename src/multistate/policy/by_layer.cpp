#include "multistate/policy/by_layer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr const char* kKey = "policy.layers";

/// Stands for the ranges where a policy is asked for.
class ByLayer final : public Policy {};

/// From what could be deployed to what could not.
constexpr std::array kRoles = {Role::kBaseline, Role::kPolicy, Role::kControl, Role::kReference};

size_t place_of(Role role) {
  return static_cast<size_t>(std::find(kRoles.begin(), kRoles.end(), role) - kRoles.begin());
}

/// The entry of policies by layer with a role; not registered, for it has no options of its own.
const PolicyEntry& entry_of(Role role, bool bounded) {
  static const auto entries = [] {
    std::array<std::array<PolicyEntry, 2>, kRoles.size()> all;
    for (const Role each : kRoles) {
      for (const bool bounds : {false, true}) {
        PolicyEntry& entry = all[place_of(each)][bounds ? 1 : 0];
        entry.info.name = "by_layer";
        entry.info.summary = "a policy for each range of layers";
        entry.info.paper = "none";
        entry.info.role = each;
        entry.info.bounded = bounds;
        entry.maker = &make_policy_maker<ByLayer>;
      }
    }
    return all;
  }();
  return entries[place_of(role)][bounded ? 1 : 0];
}

std::optional<int64_t> layer_in(std::string_view text) {
  int64_t layer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), layer);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && layer >= 0 ? std::optional(layer) : std::nullopt;
}

/// "3", "0-1" or "2-".
LayerRange range_of(const std::string& text, const Node& node) {
  const size_t dash = text.find('-');
  const auto first = layer_in(std::string_view(text).substr(0, dash));
  const bool open = dash != std::string::npos && dash + 1 == text.size();
  const auto last = open                        ? std::optional(LayerRange::kToTheEnd)
                    : dash == std::string::npos ? first
                                                : layer_in(std::string_view(text).substr(dash + 1));
  if (!first || !last || *last < *first) {
    throw InputError(fmt::format(
        "{}: {}: {} is no range of layers; expected one like 3, 0-1 or 2-, the lower end first",
        node.key_mark().text, kKey, in_quotes(text)));
  }
  return {*first, *last, nullptr};
}

const PolicyEntry& policy_of(const Node& node, const std::string& key) {
  const Node* name = node.kind() == Node::Kind::kMap ? node.member("name") : &node;
  if (name == nullptr) {
    throw node.error(
        fmt::format("{}.name: is missing; one of: {}", key, join(policy_registry().names())));
  }
  const std::string text = name->as_string(key);
  const PolicyEntry* entry = policy_registry().find(text);
  if (entry == nullptr) {
    throw name->error(fmt::format("{}: {}", key, policy_registry().unknown(text)));
  }
  return *entry;
}

/// Calls visit(range, key, node, entry) for each range, in order.
template <class Visit>
void each_range(const Node& ranges, const Visit& visit) {
  if (ranges.kind() != Node::Kind::kMap || ranges.entries().empty()) {
    throw ranges.expected("a map of ranges of layers to policies", kKey);
  }
  int64_t next = 0;
  for (const auto& [text, node] : ranges.entries()) {
    const LayerRange range = range_of(text, node);
    if (next == LayerRange::kToTheEnd || range.first != next) {
      throw InputError(fmt::format(
          "{}: {}: {} begins at layer {}, where {} was to come: ranges are in order, without gaps, "
          "from layer 0 on",
          node.key_mark().text, kKey, in_quotes(text), range.first,
          next == LayerRange::kToTheEnd ? "no layer" : fmt::format("layer {}", next)));
    }
    next = range.last == LayerRange::kToTheEnd ? range.last : range.last + 1;
    const std::string key = fmt::format("{}.{}", kKey, text);
    visit(range, text, node, policy_of(node, key));
  }
}

PolicySetup set_up_range(const PolicyEntry& entry, const Node& node, int64_t state_size) {
  const bool has_options = node.kind() == Node::Kind::kMap;
  return set_up_policy(entry, has_options ? &node : nullptr, entry.has_size() ? state_size : 0);
}

/// What some layers need. Memory and buffers are each layer's own, so theirs are not added up.
Needs needs_of(const std::vector<LayerRange>& layers) {
  Needs needs;
  for (const LayerRange& range : layers) {
    Needs more = range.setup->needs;
    needs.random = needs.random || more.random;
    needs.token_kinds = needs.token_kinds || more.token_kinds;
    needs.calibration = needs.calibration || more.calibration;
    needs.future = needs.future ? needs.future : more.future;
    needs.quantization = needs.quantization ? needs.quantization : more.quantization;
  }
  return needs;
}

}  // namespace

bool by_layer_has_size(const Node& ranges) {
  bool has_size = false;
  each_range(ranges,
             [&](const LayerRange& /*range*/, const std::string& /*text*/, const Node& /*node*/,
                 const PolicyEntry& entry) { has_size = has_size || entry.has_size(); });
  return has_size;
}

PolicySetup set_up_by_layer(const Node& ranges, int64_t state_size) {
  PolicySetup all;
  Role role = Role::kBaseline;
  bool bounded = false;
  all.options["layers"] = nlohmann::json::object();
  each_range(ranges, [&](LayerRange range, const std::string& text, const Node& node,
                         const PolicyEntry& entry) {
    range.setup = std::make_shared<const PolicySetup>(set_up_range(entry, node, state_size));
    all.options["layers"][text] = to_json(*range.setup);
    role = place_of(entry.info.role) > place_of(role) ? entry.info.role : role;
    bounded = bounded || entry.info.bounded;
    all.layers.push_back(std::move(range));
  });
  all.entry = &entry_of(role, bounded);
  all.use(std::make_shared<ByLayer>());
  all.needs = needs_of(all.layers);
  all.state_size = all.has_size() ? state_size : 0;
  if (all.replays() && all.rotates_anew()) {
    throw ranges.error(fmt::format(
        "{}: a prompt that is read again is read at its own positions in all layers, which takes "
        "positions: original in all ranges",
        kKey));
  }
  return all;
}

void check_layers(const PolicySetup& setup, int64_t layers) {
  if (setup.layers.empty()) {
    return;
  }
  const LayerRange& end = setup.layers.back();
  if (end.first >= layers || (end.last != LayerRange::kToTheEnd && end.last != layers - 1)) {
    throw InputError(fmt::format(
        "{}: the last range begins at layer {} and {}, but the model has the layers 0 to {}", kKey,
        end.first,
        end.last == LayerRange::kToTheEnd ? "is open" : fmt::format("ends at {}", end.last),
        layers - 1));
  }
}

std::vector<const PolicyEntry*> entries_of(const PolicySetup& setup) {
  std::vector<const PolicyEntry*> entries = {setup.entry};
  entries.insert(entries.end(), setup.bases.begin(), setup.bases.end());
  for (const LayerRange& range : setup.layers) {
    const auto more = entries_of(*range.setup);
    entries.insert(entries.end(), more.begin(), more.end());
  }
  return entries;
}

nlohmann::json to_json(const PolicySetup& setup) {
  nlohmann::json json = setup.options;
  json["name"] = setup.entry->info.name;
  json["version"] = setup.entry->info.version;
  for (const PolicyEntry* base : setup.bases) {
    if (base->info.version != 1) {
      json["base_versions"][base->name()] = base->info.version;
    }
  }
  return json;
}

}  // namespace multistate
