#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include "multistate/base/counter_random.h"
#include "multistate/config/options.h"

namespace multistate {

/// How rows are quantised: asymmetrically, between the least and the largest of the numbers that
/// share a range; keys by channel, over `group` rows that came one after the other; values by row,
/// over `group` channels of a head. The newest rows stay in floating point until `residual` of them
/// are there, after a step; then all of these are quantised. Queries attend to, and policies see,
/// what is left of them.
struct Quantization {
  int64_t bits = 4;  ///< 2, 4 or 8.
  int64_t group = 32;
  RowCount residual = {};  ///< Of a share of k at least one row.
};

/// How rows are scored by the attention that the later queries of the sample give them under full
/// causal attention, averaged over the heads of the set (StepView::future_scores).
struct Future {
  double gamma = 1.0;  ///< The query s steps later counts gamma^s; 0 < gamma <= 1.

  /// Not by these sums, but by a plan: the score is the step after which the row is evicted in the
  /// plan that loses the least attention over the whole sample (engine/eviction_plan.h). `gamma`
  /// has no meaning then.
  bool exact = false;
};

/// What a token is for a policy that keeps separators or marks.
enum class TokenKind : uint8_t {
  kText,
  kSeparator,  ///< Nothing but punctuation and blanks, or with a line break.
  kSpecial,    ///< A mark of the model that is no text: the begin of a sequence, of a message, ...
};

/// A prompt that is read once more at its end, before it is cut, to see what the model looks up in
/// its rows: one part of it after the other, each behind an instruction, as if the text went on
/// like that after the prompt. Nothing of it is left behind. Takes about as long as the prompt.
struct Replay {
  int64_t chunk = 2048;    ///< Tokens of a part; the last one may have fewer.
  std::string first = {};  ///< The instruction of the first part,
  std::string later = {};  ///< and of any other, which ends
  int64_t overlap = 0;     ///< with so many tokens of the part before it.
  std::string end = {};    ///< What comes between an instruction and its part.
};

/// What a policy reads besides positions, and what it remembers. The engine computes and hands over
/// only what is declared; reading anything else throws PolicyError.
struct Needs {
  bool attention = false;             ///< Attention weights of the newest query.
  bool query = false;                 ///< The newest query, after RoPE.
  bool query_statistics = false;      ///< Mean and covariance of all queries so far, before RoPE.
  bool keys = false;                  ///< Keys of all rows, after RoPE.
  bool logits = false;                ///< Logits of the newest query, before rows are selected.
  bool values = false;                ///< Values of all rows.
  bool value_norms = false;           ///< How long values are once projected; a float a row.
  bool tokens = false;                ///< Ids of the rows' tokens; they take a float a row.
  bool token_kinds = false;           ///< What kinds of tokens these are; the same float.
  bool random = false;                ///< Seeded random numbers; makes results depend on the seed.
  bool attention_change = false;      ///< How far attention turns the hidden states of a prompt.
  bool calibration = false;           ///< Statistics of the model's queries and keys, in a file.
  std::optional<Future> future = {};  ///< Later attention: the whole sample must be known.
  std::optional<Quantization> quantization = {};  ///< Rows are quantised, in this way.
  std::optional<Replay> replay = {};  ///< What a prompt is looked up for, read again: PromptView.
  int64_t page_rows = 0;       ///< Ranges of keys of pages of so many rows (QueryView); 0: none.
  int64_t prompt_queries = 0;  ///< Newest queries of a prompt that PromptView shows.
  bool token_queries = false;  ///< The queries of all tokens of a prompt, for PromptView.
  int64_t memory = 0;          ///< Floats that the policy remembers for every row.
  int64_t set_memory = 0;      ///< Floats that it remembers for every set of rows.
  int64_t head_memory = 0;     ///< Vectors of D floats that it remembers for every query head.
  int64_t scratch = 0;         ///< Buffers of one float a row, for use during a call.
  int64_t vectors = 0;         ///< Buffers of one float an element of a head, for the same.

  /// What both read: a policy that asks another one needs its own and the other's. The other's
  /// memory and buffers come behind its own. Throws std::invalid_argument when both quantise rows,
  /// or read the prompt again.
  Needs operator|(const Needs& other) const;

  /// Floats that lie with a row: the policy's memory of it, and behind that its token and the norm
  /// of its value.
  int64_t floats_a_row() const { return norm_field() + (value_norms ? 1 : 0); }
  int64_t norm_field() const { return memory + (knows_tokens() ? 1 : 0); }
  bool knows_tokens() const { return tokens || token_kinds; }

  /// Floats that lie with a set of `heads` query heads of `head_size` elements.
  int64_t floats_a_set(int64_t heads, int64_t head_size) const {
    return set_memory + head_memory * heads * head_size;
  }

  /// Whether something is remembered from one step to the next.
  bool remembers() const { return memory > 0 || set_memory > 0 || head_memory > 0; }
};

/// A capacity that is never reached: that of a prompt which is cut once it has ended.
inline constexpr int64_t kUnlimitedRows = std::numeric_limits<int64_t>::max();

/// A strided matrix per head in the engine's memory: element (head, row, i) at
/// data[head * head_stride + row * row_stride + i].
struct HeadMatrices {
  const float* data = nullptr;
  int64_t head_stride = 0;
  int64_t row_stride = 0;
};

/// Where the engine keeps what a PromptView shows beside a step.
struct PromptData {
  int64_t queries = 0;              ///< w
  int64_t question = 0;             ///< Tokens.
  HeadMatrices query;               ///< heads x [w][D]
  HeadMatrices attention;           ///< heads x [w][N]
  HeadMatrices token_queries = {};  ///< heads x [N][D]
  HeadMatrices replay = {};         ///< heads x [N]; no data where the prompt is not read again.
};

/// Where the statistics of a calibration lie that a set's heads see; see LayerCalibration.
struct CalibrationData {
  HeadMatrices query_directions;  ///< heads x [D]
  HeadMatrices query_means;       ///< heads x [D]
  HeadMatrices query_lengths;     ///< heads x [R/2]
  HeadMatrices key_means;         ///< kv_heads x [D]
};

/// Where the engine keeps what a StepView shows. Filled in by an engine, never by a policy.
struct StepData {
  int64_t step = 0;
  int64_t layer = 0;
  int64_t layers = 1;
  int64_t state_size = 0;
  int64_t capacity = 0;
  int64_t live_rows = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_size = 0;
  double logit_scale = 0.0;
  std::span<const int64_t> positions;          ///< [N]
  std::span<const uint8_t> live;               ///< [N]
  std::span<const uint8_t> is_protected = {};  ///< [N], or empty where no candidate is.
  int64_t sinks = 0;
  int64_t first_candidate = 0;
  int64_t end_candidates = 0;
  HeadMatrices attention;                      ///< heads x [N]; row_stride is 1.
  HeadMatrices query;                          ///< heads x [D]
  HeadMatrices query_mean;                     ///< heads x [D]
  HeadMatrices query_covariance;               ///< heads x [D][D]
  std::span<const double> rotary_frequencies;  ///< [R/2]
  std::span<const float> future;               ///< [N]
  HeadMatrices keys;                           ///< kv_heads x [N][D]
  HeadMatrices values;                         ///< kv_heads x [N][D]
  float* memory = nullptr;  ///< Needs::floats_a_row() fields x [N], memory_stride floats apart.
  int64_t memory_stride = 0;
  std::span<const TokenKind> token_kinds = {};  ///< By id.
  std::optional<CalibrationData> calibration = {};
  float attention_change = 0.0F;
  float* set_memory = nullptr;  ///< [Needs::set_memory], and behind it vectors x heads x [D].
  float* scratch = nullptr;     ///< buffers x [N], scratch_stride floats from buffer to buffer.
  int64_t scratch_stride = 0;
  float* vectors = nullptr;  ///< buffers x [D]
  const CounterRandom* random = nullptr;
  const PromptData* prompt = nullptr;  ///< At the last step of a prompt that is cut there.
  bool observed = true;                ///< See StepView::observed().
};

/// One set of rows at the moment after the newest token has attended to it: all that a policy sees.
///
/// The set has N = rows() slots in order of position, oldest first; the last is the newest token's.
/// A slot whose row was evicted a moment ago may still be there, with live(row) false and attention
/// 0: decisions about it are ignored. Letters: N slots, D head size; heads are those that share
/// this set (all query heads of the layer, or those of one key/value head, by the option `scope`).
/// Spans are valid during the call only.
class StepView {
 public:
  StepView(const StepData& data, const Needs& needs) : data_(data), needs_(needs) {}

  int64_t step() const { return data_.step; }  ///< Index of the newest token in its sample, from 0.
  int64_t layer() const { return data_.layer; }    ///< From 0 to layers() - 1.
  int64_t layers() const { return data_.layers; }  ///< Of the model.
  int64_t rows() const { return static_cast<int64_t>(data_.positions.size()); }
  int64_t live_rows() const { return data_.live_rows; }
  int64_t state_size() const { return data_.state_size; }  ///< k, the rows to keep.

  /// Rows allowed after a step: k, or k + n - 1 with the option `every: n`; within a prompt that is
  /// cut at its end, kUnlimitedRows.
  int64_t capacity() const { return data_.capacity; }

  /// Rows that have to go now: 0 while there are at most capacity(), else live_rows() - k.
  int64_t excess() const {
    return data_.live_rows > data_.capacity ? data_.live_rows - data_.state_size : 0;
  }

  int64_t heads() const { return data_.heads; }        ///< Query heads that share the set.
  int64_t kv_heads() const { return data_.kv_heads; }  ///< Key/value heads of the set.
  int64_t head_size() const { return data_.head_size; }

  /// Whether this is the last step of a prompt that is cut there and whose cut is for a
  /// PromptPolicy to decide.
  bool ends_prompt() const { return data_.prompt != nullptr; }

  /// Whether ScoringPolicy::observe() is called. It is not where nothing but a PromptPolicy ever
  /// decides: then nothing is remembered from step to step.
  bool observed() const { return data_.observed; }

  /// What products of queries and keys are multiplied by before the softmax: 1 / sqrt(D) in most
  /// models.
  double logit_scale() const { return data_.logit_scale; }

  std::span<const int64_t> positions() const { return data_.positions; }  ///< [N], ascending.
  bool live(int64_t row) const { return data_.live[static_cast<size_t>(row)] != 0; }

  /// Tokens at the start of the sample that the option `sinks` protects, as far as they have come.
  /// In a layer with a sliding window their rows may be gone.
  int64_t sinks() const { return data_.sinks; }

  /// Rows from first_candidate() up to, but not including, end_candidates() may be evicted: the
  /// options `sinks` and `recent` protect those before and after. Dead slots may be among them, and
  /// rows that are protected one by one (options `protect_special`, `protect_positions`).
  int64_t first_candidate() const { return data_.first_candidate; }
  int64_t end_candidates() const { return data_.end_candidates; }

  /// Whether a row from first_candidate() to end_candidates() may be evicted now.
  bool candidate(int64_t row) const {
    return live(row) &&
           (data_.is_protected.empty() || data_.is_protected[static_cast<size_t>(row)] == 0);
  }

  /// [N] softmax weights that the newest query of `head` (0 <= head < heads()) gave. They sum to 1;
  /// in a layer with a sliding window, to 1 less the weight of the row that the window has just
  /// passed.
  std::span<const float> attention(int64_t head) const;

  /// [D]
  std::span<const float> query(int64_t head) const;

  /// Of the head's queries up to and with the newest, those of the first `sinks` tokens left out,
  /// each before RoPE: their mean [D], and the mean of the products of their differences from it
  /// [D][D]; 0 while there are none. (Needs::query_statistics)
  std::span<const float> query_mean(int64_t head) const;
  std::span<const float> query_covariance(int64_t head) const;

  /// [R/2] angles by which RoPE turns the pairs (i, i + R/2) of the first R elements of a head from
  /// one position to the next; the others do not turn. R is D in most models, 0 in layers without
  /// RoPE.
  std::span<const double> rotary_frequencies() const { return data_.rotary_frequencies; }

  /// [N] scores of the rows by what the later queries of the sample give them, as Needs::future
  /// says; lower is less worth keeping.
  std::span<const float> future_scores() const;

  /// [D]; 0 <= kv_head < kv_heads(), 0 <= row < rows().
  std::span<const float> key(int64_t kv_head, int64_t row) const;
  std::span<const float> value(int64_t kv_head, int64_t row) const;

  /// [N]: the sum of the absolute elements of W_O v, where v is the value that a query head reads
  /// in the row and W_O the columns of the output projection that belong to the head; the mean over
  /// the heads of the set. (Needs::value_norms)
  std::span<const float> value_norms() const;

  /// The id of a row's token in the model's vocabulary, and its kind. (Needs::tokens, token_kinds)
  int64_t token(int64_t row) const;
  TokenKind token_kind(int64_t row) const;

  /// [N] floats that the policy keeps, one a row; 0 for a new row. 0 <= field < Needs::memory.
  std::span<float> memory(int64_t field = 0) const;

  /// What the model's queries and keys were like while it read the text of a calibration
  /// (Needs::calibration): the direction [D] along which a head's queries are longest after RoPE,
  /// and their mean [D] before it; the mean length of each pair that RoPE turns [R/2], which it
  /// does not change; the mean key [D] before RoPE. See LayerCalibration.
  std::span<const float> calibrated_direction(int64_t head) const;
  std::span<const float> calibrated_query(int64_t head) const;
  std::span<const float> calibrated_lengths(int64_t head) const;
  std::span<const float> calibrated_key(int64_t kv_head) const;

  /// The cosine of the angle between hidden states before the layer's attention and after it has
  /// been added to them, mean over the tokens of the prompt that have passed through the layer.
  /// (For MeasuredBudgets: Needs::attention_change)
  float attention_change() const;

  /// What the policy keeps for the set, whichever rows are in it: a float, and for each query head
  /// a vector [D]; 0 at the start of a sample. 0 <= field < Needs::set_memory or
  /// Needs::head_memory.
  float& set_memory(int64_t field = 0) const;
  std::span<float> head_memory(int64_t head, int64_t field = 0) const;

  /// [N] and [D] floats of unknown content, for use during this call. 0 <= buffer < Needs::scratch
  /// or Needs::vectors.
  std::span<float> scratch(int64_t buffer = 0) const;
  std::span<float> vector(int64_t buffer = 0) const;

  /// A random number for a row, uniform in [0, 1), and others for draw = 1, 2, ...: a function of
  /// seed, sample, layer, set, step, the row's position and `draw`, and of nothing else.
  /// (Needs::random)
  double uniform(int64_t row, int64_t draw = 0) const;

 protected:
  void require(bool declared, const char* what) const;

  const StepData& data_;
  const Needs& needs_;

 private:
  int64_t id_of(int64_t row) const;
  const CalibrationData& calibration() const;
};

/// The step at which a prompt ends that is cut there: every row of the prompt is alive, and its
/// newest queries are shown with what they attended to. (Needs::prompt_queries)
class PromptView : public StepView {
 public:
  /// `step` is one with ends_prompt().
  explicit PromptView(const StepView& step) : StepView(step) {}

  /// w: as many as Needs::prompt_queries says, or all of a shorter prompt.
  int64_t queries() const;

  /// Tokens at the end of the prompt that are its question; 0 where nobody said which.
  int64_t question() const { return data_.prompt->question; }

  /// [N] softmax weights that query `index` of `head` gave, 0 <= index < queries(), the oldest
  /// first; 0 for the rows of later tokens.
  std::span<const float> prompt_attention(int64_t head, int64_t index) const;

  /// [D], after RoPE.
  std::span<const float> prompt_query(int64_t head, int64_t index) const;

  /// The query of a row's own token [D], after RoPE. (Needs::token_queries)
  std::span<const float> token_query(int64_t head, int64_t row) const;

  /// [N]: the largest softmax weight that a row was given by the tokens with which its part of the
  /// prompt was read again, instruction included. Among the rows of that part they attend to, the
  /// first ones before it that the option `sinks` protects, and themselves. (Needs::replay)
  std::span<const float> replay_attention(int64_t head) const;

  /// key() as it was before RoPE, in `out` [D].
  void key_before_rope(int64_t kv_head, int64_t row, std::span<float> out) const;
};

/// out[row] = mean over the heads of the set of attention(head)[row].
void mean_attention(const StepView& step, std::span<float> out);

}  // namespace multistate
