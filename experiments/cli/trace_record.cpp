#include "experiments/cli/trace_record.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace faasconf::experiments::cli {
namespace {

constexpr std::array<std::string_view, 5> kWithoutEffect = {"threads", "out", "plot", "json", "quiet"};

bool decides(const Parameter& parameter) {
  return parameter.kind != Parameter::Kind::positional &&
         std::ranges::find(kWithoutEffect, parameter.name) == kWithoutEffect.end();
}

config::YamlNode yaml_of(const Parameter& parameter, const Arguments& arguments) {
  switch (parameter.kind) {
    case Parameter::Kind::flag:
      return config::yaml_scalar(arguments.given(parameter.name) ? "true" : "false");
    case Parameter::Kind::values: {
      std::vector<config::YamlNode> items;
      for (const std::string& item : arguments.list(parameter.name)) items.push_back(config::yaml_scalar(item));
      return config::yaml_list(std::move(items));
    }
    case Parameter::Kind::value:
    case Parameter::Kind::positional:
      break;
  }
  return config::yaml_scalar(arguments.text(parameter.name));
}

}  // namespace

results::Record trace_record(const results::FileFormat& format, const std::string& verb, const Arguments& arguments) {
  results::Record record{.format = format, .job = {.verb = verb}};
  for (const Parameter& parameter : arguments.parameters()) {
    if (!decides(parameter)) continue;
    record.job.options.emplace_back(parameter.name, yaml_of(parameter, arguments));
    if (parameter.name == "seed") record.seed = std::stoull(arguments.text("seed"));
  }
  return record;
}

results::Record trace_record(const results::FileFormat& format, const std::string& verb, const Arguments& arguments,
                             const traces::TraceSource& source) {
  results::Record record = trace_record(format, verb, arguments);
  for (std::size_t i = 0; i < source.files().size(); ++i) {
    record.inputs.push_back({source.files()[i], source.digest(i)});
  }
  return record;
}

}  // namespace faasconf::experiments::cli
