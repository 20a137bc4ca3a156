#include "traces/replay/tenants.hpp"

#include <map>
#include <string>

#include "traces/core/totals.hpp"

namespace faasconf::traces {
namespace {

constexpr unsigned kFunctionsBetweenQuestions = 1024;

}  // namespace

Tenants tenants_of(const ReplayInput& input, const ReplayRequest& request) {
  Tenants tenants;
  std::map<std::string, std::uint32_t> by_app;
  sim::Questions<kFunctionsBetweenQuestions> questions(request.go_on);
  for (std::size_t i = 0; i < input.trace.functions.size(); ++i) {
    questions.next();
    const TraceFunction& function = input.trace.functions[i];
    auto index = static_cast<std::uint32_t>(tenants.all.size());
    if (request.tenancy == Tenancy::app) index = by_app.emplace(app_key(function), index).first->second;
    if (index == tenants.all.size()) tenants.all.emplace_back();
    Tenant& tenant = tenants.all[index];
    tenant.functions.push_back({.function = &function,
                                .model = &input.models[i],
                                .recorded = input.recorded.empty() ? nullptr : &input.recorded[i]});
    tenant.indices.push_back(i);
    tenant.calls += input.recorded.empty() ? calls_of(function) : input.recorded[i].size();
    tenants.of_function.push_back(index);
  }
  return tenants;
}

}  // namespace faasconf::traces
