#pragma once

#include <memory>
#include <string>

#include "multistate/policy/faces.h"
#include "multistate/policy/policy_info.h"

namespace multistate {

/// What a policy takes of the base that it is made over.
enum class BaseKind {
  kScores,     ///< Its scores at every step, so that the base needs them.
  kAnyScores,  ///< Its scores at the steps when rows go, which may be the end of a prompt alone.
  kRows,       ///< Whatever says which rows go.
};

/// The option `base` of a policy over another, and the base's own options. Two spellings mean the
/// same: beside it, `{name: caote, base: a2sf, decay: 0.9}`, or in a map, `{name: caote, base:
/// {name: a2sf, decay: 0.9}}`. A base that has a base itself has its options in a map only.
class BasePolicy {
 public:
  /// `name`: the base unless another is chosen.
  explicit BasePolicy(std::string name, BaseKind kind = BaseKind::kScores)
      : name_(std::move(name)), kind_(kind) {}

  /// Any policy of bounded states can be chosen that has what `kind` says.
  void visit(OptionVisitor& visitor);

  const std::string& name() const { return name_; }

  /// The base with its options. Throws std::invalid_argument when it cannot be one.
  std::shared_ptr<const Policy> make() const;

 private:
  void choose(OptionVisitor& visitor, const char* option);

  std::string name_;
  BaseKind kind_;
  std::shared_ptr<PolicyMaker> maker_;
  std::string made_for_;
};

/// A policy over a base: it has every face that the base has. For a face that a subclass derives
/// from the subclass is asked, for all others the base itself, without a way round (faces_of()).
class PolicyOverBase : public virtual Policy {
 public:
  Needs needs() const override { return base_->needs(); }
  std::string problem_with(int64_t k, int64_t sinks) const override {
    return base_->problem_with(k, sinks);
  }

  const Policy& base() const { return *base_; }
  const std::string& base_name() const { return base_name_; }
  const Faces& base_faces() const { return base_faces_; }

 protected:
  explicit PolicyOverBase(const BasePolicy& base)
      : base_(base.make()), base_name_(base.name()), base_faces_(faces_of(*base_)) {}

 private:
  std::shared_ptr<const Policy> base_;
  std::string base_name_;
  Faces base_faces_;
};

/// The names of the bases that a policy is made over, its own base first; none for other policies.
std::vector<std::string> base_names(const Policy& policy);

}  // namespace multistate
