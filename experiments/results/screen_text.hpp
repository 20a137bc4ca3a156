#pragma once
// Text for a terminal: lines that fit it, and emphasis where it can show some.

#include <cstddef>
#include <string>

#include "experiments/results/verdict.hpp"

namespace faasconf::experiments::results {

inline constexpr std::size_t kScreenWidth = 100;  // columns

// Broken at spaces into lines that fit; those after the first are indented by so many columns. A word that is longer
// stays whole.
std::string wrapped(const std::string& text, std::size_t indent = 2);

// Escape codes of terminals, or nothing.
class Paint {
 public:
  explicit Paint(bool on = false) : on_(on) {}

  std::string bold(const std::string& text) const;
  // Bold and green, red, or yellow where nothing is decided.
  std::string verdict(Verdict verdict, const std::string& text) const;

 private:
  std::string with(const char* code, const std::string& text) const;

  bool on_;
};

}  // namespace faasconf::experiments::results
