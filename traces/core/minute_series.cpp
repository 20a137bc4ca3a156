#include "traces/core/minute_series.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "sim/core/error.hpp"
#include "traces/files/line_reader.hpp"

namespace faasconf::traces {
namespace {

using sim::Error;

constexpr std::size_t kMostRowDigits = 9;
constexpr unsigned kFunctionsBetweenQuestions = 1024;

}  // namespace

FunctionKey parse_function_key(std::string_view text) {
  const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || (digits && text.find_first_not_of('0') == text.npos)) {
    throw Error("function: expected a row from 1 or the beginning of a HashFunction, got " + files::quoted(text));
  }
  if (!digits || text.size() > kMostRowDigits) return std::string(text);
  std::size_t row = 0;
  std::from_chars(text.data(), text.data() + text.size(), row);
  return row;
}

std::size_t MinuteSeries::days() const { return counts.size() / kMinutesPerDay; }

SeriesOfFunctions::SeriesOfFunctions(std::string name, std::uint32_t days, const SeriesRequest& request)
    : name_(std::move(name)), request_(request) {
  if (request.day && (*request.day < 1 || static_cast<std::uint32_t>(*request.day) > days)) {
    throw Error(name_ + ": day: expected one from 1 to " + std::to_string(days) + ", got " +
                std::to_string(*request.day));
  }
  series_.counts.resize(std::size_t{request.day ? 1 : days} * kMinutesPerDay);
  series_.functions = 0;
  if (request.day || days > 1) series_.first_day = request.day.value_or(1);
}

void SeriesOfFunctions::add(const TraceFunction& function) {
  ++seen_;
  if (!matches(function)) return;
  check_same(function);
  ++series_.functions;
  const std::size_t before = request_.day ? static_cast<std::size_t>(*request_.day - 1) * kMinutesPerDay : 0;
  for (const MinuteCount& minute : function.counts) {
    if (minute.minute < before || minute.minute - before >= series_.counts.size()) continue;
    series_.counts[minute.minute - before] += minute.count;
  }
}

MinuteSeries SeriesOfFunctions::finish() {
  if (series_.functions == 0) throw_not_found();
  return std::move(series_);
}

bool SeriesOfFunctions::matches(const TraceFunction& function) const {
  if (const auto* app = std::get_if<AppKey>(&request_.whose)) return function.app.starts_with(app->hash);
  const auto& key = std::get<FunctionKey>(request_.whose);
  if (const auto* hash = std::get_if<std::string>(&key)) return function.function.starts_with(*hash);
  return seen_ == std::get<std::size_t>(key);
}

// The first one that matches determines whose series it is.
void SeriesOfFunctions::check_same(const TraceFunction& function) {
  if (series_.functions == 0) {
    owner_ = function.owner;
    series_.app = function.app;
    if (!is_app()) series_.function = function.function;
    return;
  }
  if (is_app() && function.app == series_.app && function.owner == owner_) return;
  const std::string& first = is_app() ? series_.app : series_.function;
  const std::string& second = is_app() ? function.app : function.function;
  throw Error(name_ + ": expected one " + (is_app() ? "app" : "function") + " to begin with " +
              files::quoted(wanted()) + ", got " + files::quoted(second) + " after " + files::quoted(first));
}

std::string SeriesOfFunctions::wanted() const {
  if (const auto* app = std::get_if<AppKey>(&request_.whose)) return app->hash;
  const auto& key = std::get<FunctionKey>(request_.whose);
  const auto* hash = std::get_if<std::string>(&key);
  return hash != nullptr ? *hash : std::to_string(std::get<std::size_t>(key));
}

void SeriesOfFunctions::throw_not_found() const {
  throw Error(name_ + ": expected " + (is_app() ? "an app's hash" : "a function's hash or its row") + ", got " +
              files::quoted(wanted()) + ", which none of the " + std::to_string(seen_) + " functions has");
}

MinuteSeries read_series(const Trace& trace, const std::string& name, const SeriesRequest& request) {
  SeriesOfFunctions series(name, trace.days, request);
  sim::Questions<kFunctionsBetweenQuestions> questions(request.go_on);
  for (const TraceFunction& function : trace.functions) {
    questions.next();
    series.add(function);
  }
  return series.finish();
}

}  // namespace faasconf::traces
