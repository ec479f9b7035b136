#include "multistate/policy/key_leverage.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

namespace multistate {
namespace {

constexpr double kRidge = 0.01;

/// A matrix in row-major order.
struct Matrix {
  explicit Matrix(size_t rows, size_t columns) : width(columns), data(rows * columns) {}

  std::span<double> row(size_t index) { return std::span(data).subspan(index * width, width); }

  size_t width;
  std::vector<double> data;
};

double product(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// [D, sketch] normal numbers, by Box and Muller; others for each head.
Matrix random_matrix(const PromptView& prompt, int64_t kv_head, size_t sketch) {
  const auto size = static_cast<size_t>(prompt.head_size());
  Matrix matrix(size, sketch);
  auto draw = static_cast<int64_t>(2 * size * sketch) * kv_head;
  for (double& x : matrix.data) {
    const double radius = std::sqrt(-2.0 * std::log1p(-prompt.uniform(0, draw)));
    x = radius * std::cos(2.0 * std::numbers::pi * prompt.uniform(0, draw + 1)) /
        std::sqrt(static_cast<double>(sketch));
    draw += 2;
  }
  return matrix;
}

/// Keys before RoPE, less their mean: [rows, D].
Matrix centred_keys(const PromptView& prompt, int64_t kv_head, int64_t first, size_t rows) {
  const auto size = static_cast<size_t>(prompt.head_size());
  Matrix keys(rows, size);
  std::vector<float> key(size);
  std::vector<double> mean(size, 0.0);
  for (size_t row = 0; row < rows; ++row) {
    prompt.key_before_rope(kv_head, first + static_cast<int64_t>(row), key);
    for (size_t i = 0; i < size; ++i) {
      keys.row(row)[i] = static_cast<double>(key[i]);
      mean[i] += static_cast<double>(key[i]) / static_cast<double>(rows);
    }
  }
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < size; ++i) {
      keys.row(row)[i] -= mean[i];
    }
  }
  return keys;
}

Matrix times(Matrix& a, Matrix& b) {
  Matrix c(a.data.size() / a.width, b.width);
  for (size_t row = 0; row * a.width < a.data.size(); ++row) {
    for (size_t i = 0; i < a.width; ++i) {
      const double factor = a.row(row)[i];
      for (size_t j = 0; j < b.width; ++j) {
        c.row(row)[j] += factor * b.row(i)[j];
      }
    }
  }
  return c;
}

/// The lower triangle L of LL' = X'X + ridge.
Matrix factor_of(Matrix& x) {
  Matrix l(x.width, x.width);
  for (size_t row = 0; row * x.width < x.data.size(); ++row) {
    for (size_t i = 0; i < x.width; ++i) {
      for (size_t j = 0; j <= i; ++j) {
        l.row(i)[j] += x.row(row)[i] * x.row(row)[j];
      }
    }
  }
  for (size_t i = 0; i < x.width; ++i) {
    l.row(i)[i] += kRidge;
    for (size_t j = 0; j <= i; ++j) {
      const double rest = l.row(i)[j] - product(l.row(i).first(j), l.row(j).first(j));
      l.row(i)[j] = i == j ? std::sqrt(rest) : rest / l.row(j)[j];
    }
  }
  return l;
}

}  // namespace

void find_key_leverage(const PromptView& prompt, int64_t kv_head, double sketch, int64_t first,
                       std::span<float> leverage) {
  const double dimensions = std::ceil(sketch * static_cast<double>(prompt.head_size()));
  Matrix keys = centred_keys(prompt, kv_head, first, leverage.size());
  Matrix random = random_matrix(prompt, kv_head, static_cast<size_t>(dimensions));
  Matrix x = times(keys, random);
  Matrix l = factor_of(x);
  for (size_t row = 0; row < leverage.size(); ++row) {
    const auto y = x.row(row);  // Ly = x, solved in place; the leverage is y'y.
    for (size_t i = 0; i < y.size(); ++i) {
      y[i] = (y[i] - product(l.row(i).first(i), y.first(i))) / l.row(i)[i];
    }
    leverage[row] = static_cast<float>(product(y, y));
  }
}

}  // namespace multistate
