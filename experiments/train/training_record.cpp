#include "experiments/train/training_record.hpp"

#include <cstddef>

#include <nlohmann/json.hpp>

#include "learner/bundle/json_place.hpp"
#include "learner/bundle/parse_json.hpp"

namespace faasconf::experiments::train {

results::Record record_of(const Training& training, const results::FileFormat& format) {
  return {.format = format,
          .job = {.verb = "train", .experiment = training.resolved},
          .seed = training.trainer.seed,
          .inputs = training.inputs};
}

std::vector<config::InputFile> inputs_of(const std::string& record) {
  std::vector<config::InputFile> inputs;
  const nlohmann::json written = learner::bundle::parse_json(record, "record");
  const learner::bundle::JsonPlace all(written, "record");
  const learner::bundle::JsonPlace read = all["inputs"];
  for (std::size_t i = 0; i < read.size(); ++i) inputs.push_back({read[i]["path"].text(), read[i]["sha256"].text()});
  return inputs;
}

}  // namespace faasconf::experiments::train
