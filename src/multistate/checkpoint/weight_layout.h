#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multistate/checkpoint/weights.h"

namespace multistate {

/// Where a file keeps a tensor of the decoder, and what has to be undone to have it.
struct WeightPlace {
  std::string tensor;          ///< Name of the stored tensor.
  std::vector<int64_t> shape;  ///< Of the whole stored tensor.
  int64_t first_row = 0;       ///< The rows of ours: `blocks` times `block_rows` of them,
  int64_t blocks = 1;          ///< `block_stride` rows from block to block.
  int64_t block_rows = 0;
  int64_t block_stride = 0;
  int64_t interleaved_heads = 0;  ///< Heads whose rows are stored as row 2i + j for our i + j *
                                  ///< D/2; 0: rows are in order.
  double offset = 0.0;            ///< What has to be added to every element.

  int64_t rows() const { return blocks * block_rows; }
  int64_t columns() const;  ///< Elements of a row; 1 of a vector.

  /// The stored row that our row `row` is.
  int64_t stored_row(int64_t row) const;
};

/// How the files of one architecture and format name tensors, join and permute them.
class WeightLayout {
 public:
  /// The names that most models have: "model.layers.0.self_attn.q_proj.weight".
  static WeightLayout hugging_face();

  /// The names of GGUF files: "blk.0.attn_q.weight".
  static WeightLayout gguf();

  /// Calls `weight` by another name: without ".weight" or ".bias", and within its layer.
  WeightLayout& rename(Weight weight, std::string name);

  /// Where the layers' tensors are: `prefix`, the number, a dot.
  WeightLayout& prefix(std::string prefix);

  /// `parts` are one stored tensor, their rows one part after the other.
  WeightLayout& join(const std::vector<Weight>& parts, const std::string& name);

  /// The same head by head: all parts of the first head, then those of the second. As many heads
  /// in each part.
  WeightLayout& join_by_head(const std::vector<Weight>& parts, const std::string& name);

  /// Queries and keys are stored with the halves of each head interleaved, for a RoPE that turns
  /// neighbours.
  WeightLayout& interleave();

  /// Norms are stored less one.
  WeightLayout& norms_less_one();

  /// Tensors whose names end so follow from others and are not read.
  WeightLayout& ignore(std::string suffix);

  /// Names that begin with `prefix` may begin with `other` in a file.
  WeightLayout& also_under(std::string prefix, std::string other);

  /// Tensors whose names begin so are of a part of the model that is not run.
  WeightLayout& leave_out(std::string prefix);

  /// A tensor that is not a weight but is read, as the factors of rotations.
  WeightLayout& also(std::string tensor);

  WeightPlace place(const DecoderSpec& spec, const WeightId& id) const;

  /// The name of a stored tensor in the form that place() gives.
  std::string usual_name(const std::string& stored) const;

  /// The prefix by which a stored tensor is left out; "" where it is not.
  std::string_view left_out_by(std::string_view stored) const;

  /// Whether a tensor that no weight is in may be there.
  bool may_be_unused(std::string_view tensor) const;

 private:
  struct Joined {
    std::vector<Weight> parts;
    bool by_head = false;
  };

  std::string name_of(const WeightId& id) const;
  void join_as(const std::vector<Weight>& parts, const std::string& name, bool by_head);
  void find_rows(const DecoderSpec& spec, const WeightId& id, WeightPlace& place) const;

  std::string prefix_;
  std::map<Weight, std::string> names_;
  std::map<Weight, Joined> joined_;
  bool interleaved_ = false;
  bool norms_less_one_ = false;
  std::vector<std::string> ignored_;
  std::vector<std::string> left_out_;
  std::vector<std::pair<std::string, std::string>> other_prefixes_;  ///< In files, and usual ones.
  std::set<std::string, std::less<>> also_;
};

/// What a file says of one of its tensors.
struct TensorShape {
  std::string name;
  std::vector<int64_t> shape;
  std::string source;  ///< The file.
};

/// Throws InputError unless `stored` holds every tensor of the decoder in its shape, and none
/// beside. `source` is the whole model.
void check_tensors(const std::string& source, const DecoderSpec& spec, const WeightLayout& layout,
                   const std::vector<TensorShape>& stored);

}  // namespace multistate
