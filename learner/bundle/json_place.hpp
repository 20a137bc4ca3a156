#pragma once
// A place in a JSON document that knows its path, so that error messages name the entry.

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/core/error.hpp"

namespace faasconf::learner::bundle {

class JsonPlace {
 public:
  JsonPlace(const nlohmann::json& json, std::string name) : json_(json), name_(std::move(name)) {}

  const nlohmann::json& json() const { return json_; }
  [[noreturn]] void refuse(const std::string& expected) const {
    throw sim::Error(name_ + ": expected " + expected + ", got " + shortened(json_.dump()));
  }

  JsonPlace operator[](const std::string& key) const {
    if (!json_.is_object()) refuse("an object");
    const auto found = json_.find(key);
    if (found == json_.end()) throw sim::Error(name_ + "." + key + " is missing");
    return {*found, name_ + "." + key};
  }
  JsonPlace operator[](std::size_t i) const {
    if (i >= size()) refuse("a list of at least " + std::to_string(i + 1));
    return {json_[i], name_ + "[" + std::to_string(i) + "]"};
  }
  // Length of a list.
  std::size_t size() const {
    if (!json_.is_array()) refuse("a list");
    return json_.size();
  }

  double number() const {
    if (!json_.is_number()) refuse("a number");
    return json_.get<double>();
  }
  template <std::integral Integer>
  Integer integer() const {
    const bool fits = json_.is_number_unsigned()  ? std::in_range<Integer>(json_.get<std::uint64_t>())
                      : json_.is_number_integer() ? std::in_range<Integer>(json_.get<std::int64_t>())
                                                  : false;
    if (!fits) refuse("a whole number");
    return json_.get<Integer>();
  }
  bool boolean() const {
    if (!json_.is_boolean()) refuse("true or false");
    return json_.get<bool>();
  }
  std::string text() const {
    if (!json_.is_string()) refuse("a text");
    return json_.get<std::string>();
  }
  // read: makes a member of the list from its place.
  template <class Read>
  auto list(Read read) const {
    std::vector<decltype(read(*this))> members;
    for (std::size_t i = 0; i < size(); ++i) members.push_back(read((*this)[i]));
    return members;
  }
  template <std::floating_point Number>
  std::vector<Number> numbers() const {
    return list([](const JsonPlace& place) { return static_cast<Number>(place.number()); });
  }
  // words: pairs of a word and the value that it stands for.
  template <class Words>
  auto choice(const Words& words) const {
    std::string all;
    for (const auto& [word, meaning] : words) {
      if (json_ == word) return meaning;
      all += (all.empty() ? "" : ", ") + std::string(word);
    }
    refuse("one of " + all);
  }

 private:
  static std::string shortened(const std::string& text) {
    constexpr std::size_t kMost = 60;
    return text.size() > kMost ? text.substr(0, kMost) + " ..." : text;
  }

  const nlohmann::json& json_;
  std::string name_;
};

}  // namespace faasconf::learner::bundle
