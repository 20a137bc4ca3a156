#include "experiments/config/keys/key_text.hpp"

#include "experiments/config/distribution_text.hpp"

namespace faasconf::experiments::config {
namespace {

using Kind = Taken::Kind;

std::string number_text(double number) { return format_number(number); }

// "from 1 to 100", "above 0", "of at least 0"; empty where it may be any.
std::string bounds(double least, double most) {
  const bool above_zero = least > 0 && least < 1e-300;
  const bool ends = most != kNoEnd && most < 1e18;
  if (least == -kNoEnd) return "";
  if (above_zero) return " above 0" + (ends ? ", at most " + number_text(most) : "");
  return ends ? " from " + number_text(least) + " to " + number_text(most) : " of at least " + number_text(least);
}

std::string percent(double share) { return number_text(100 * share) + "%"; }

std::string share_text(const Taken& taken) {
  const std::string least = taken.least > 0 && taken.least < 1e-300 ? "above 0" : "from " + percent(taken.least);
  return taken.most == kNoEnd ? least : least + " to " + percent(taken.most);
}

std::string words_text(const Taken& taken) {
  std::string text;
  for (const std::string& word : taken.words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string text_of(const Taken& taken, NameOfSection name) {
  const std::string above_zero = taken.least > 0 ? " above 0" : "";
  switch (taken.kind) {
    case Kind::text:
      return "a text";
    case Kind::name:
      return "a name";
    case Kind::flag:
      return "true, false";
    case Kind::word:
      return words_text(taken);
    case Kind::count:
      return "a whole number" + bounds(taken.least, taken.most);
    case Kind::number:
      return "a number" + bounds(taken.least, taken.most);
    case Kind::share:
      return "a share " + share_text(taken) + " (0.8 or 80%)";
    case Kind::percentage:
      return "a percentage " + share_text(taken);
    case Kind::time:
      return "a duration" + above_zero;
    case Kind::rate:
      return "a rate such as 5/s, 300/m" + above_zero;
    case Kind::cpu:
      return "a CPU quantity such as 500m, 2";
    case Kind::memory:
      return "a memory quantity such as 256Mi, 1Gi";
    case Kind::section:
      return "a map, " + name(taken.section);
    case Kind::list:
      return "a list of: " + config::text_of(Takes{taken.of}, name);
    case Kind::anything:
      return "any value";
    case Kind::names:
      return "a map from names to: " + config::text_of(Takes{taken.of}, name);
  }
  return "";
}

}  // namespace

std::string text_of(const Takes& takes, NameOfSection name) {
  std::string text;
  for (const Taken& taken : takes.kinds) text += (text.empty() ? "" : "; or ") + text_of(taken, name);
  return text;
}

}  // namespace faasconf::experiments::config
