#include "experiments/prediction/prediction_table.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <optional>
#include <utility>

#include "experiments/config/distribution_text.hpp"

namespace faasconf::experiments::prediction {
namespace {

// How many quantities are end to end: price and promise follow these, functions follow them.
std::ptrdiff_t end_to_end(const std::vector<Quantity>& quantities) {
  const auto first = std::ranges::find_if(quantities, [](const Quantity& one) { return !one.function.empty(); });
  return first - quantities.begin();
}

std::vector<std::string> names_of(const std::vector<Quantity>& quantities) {
  std::vector<std::string> names;
  for (const Quantity& quantity : quantities) {
    names.push_back((quantity.function.empty() ? "" : quantity.function + ".") + std::string(quantity.what.name()));
  }
  names.insert(names.begin() + end_to_end(quantities), {"price", "qos_probability"});
  return names;
}

std::vector<std::optional<Estimate>> estimates_of(const Outlook& outlook, std::ptrdiff_t end_to_end) {
  std::vector<std::optional<Estimate>> estimates = outlook.quantities;
  const Estimate price{.mean = outlook.price, .spread = 0, .low = outlook.price, .high = outlook.price};
  estimates.insert(estimates.begin() + end_to_end, {price, outlook.qos_probability});
  return estimates;
}

// Quotes where a cell needs them (RFC 4180).
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char character : text) quoted += character == '"' ? std::string("\"\"") : std::string(1, character);
  return quoted + "\"";
}

class TableText {
 public:
  void add(const std::string& cell) {
    text_ += (begun_ ? "," : "") + csv_cell(cell);
    begun_ = true;
  }
  void add(const std::vector<std::string>& cells) {
    for (const std::string& cell : cells) add(cell);
  }
  void add(const std::optional<Estimate>& estimate) {
    if (!estimate) return add(std::vector<std::string>(3));
    for (const double value : {estimate->mean, estimate->low, estimate->high}) add(config::format_number(value));
  }
  void end_row() {
    text_ += "\n";
    begun_ = false;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  bool begun_ = false;
};

}  // namespace

std::string prediction_csv(const config::CsvTable& asked, const std::vector<Quantity>& quantities,
                           const std::vector<PredictedRow>& rows) {
  assert(rows.size() == asked.rows.size());
  TableText text;
  text.add(asked.header);
  for (const std::string& name : names_of(quantities)) text.add(std::vector{name, name + "_lo", name + "_hi"});
  text.add("extrapolates");
  text.end_row();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text.add(asked.rows[i]);
    for (const auto& estimate : estimates_of(rows[i].outlook, end_to_end(quantities))) text.add(estimate);
    text.add(rows[i].extrapolates);
    text.end_row();
  }
  return text.take();
}

}  // namespace faasconf::experiments::prediction
