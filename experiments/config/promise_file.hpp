#pragma once
// The promise of a workflow file, or of a file of its own.

#include <string>
#include <string_view>

#include "experiments/config/input_files.hpp"
#include "experiments/config/yaml_reader.hpp"
#include "sim/model/promise.hpp"
#include "sim/model/scenario.hpp"
#include "sim/model/workflow.hpp"

namespace faasconf::experiments::config {

// `published`, `strict`, `none`, terms on one line as sim/model/promise_text.hpp reads them, or a map of them.
// target: what the named ones are made of. deadline: where the promise does not set one.
sim::Promise read_promise(const YamlValue& value, const sim::QosTarget& target, sim::Duration deadline);

// What a file without `promise` promises: the published one of its `qos`, none without.
sim::Promise promise_of(const sim::QosTarget& target);

// How long a request is waited for where its promise does not say: the client's timeout, or 10 minutes without one.
sim::Duration patience_of(const sim::WorkflowSpec& workflow);

// The two numbers of a workflow's `qos`, of which named promises are made.
sim::QosTarget read_qos(const YamlValue& value);

// Puts the promise of a file, which may be a workflow's, in the place of its path; leaves anything else as it is. A
// named one is that of the file's own workflow.
void load_promise_file(YamlNode& promise, InputFiles& files);

// Throws sim::Error for a promise that such runs cannot be judged by: with fresh instances in every window a request is
// gone before a deadline that is as long.
void check_judgeable(const sim::ScenarioSpec& scenario);

// As an entry of a workflow file.
std::string promise_to_yaml(const sim::Promise& promise);

}  // namespace faasconf::experiments::config
