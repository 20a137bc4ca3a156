#include "experiments/train/training_record.hpp"

#include <nlohmann/json.hpp>

namespace faasconf::experiments::train {

results::Record record_of(const Training& training, const results::FileFormat& format) {
  return {.format = format,
          .job = {.verb = "train", .experiment = training.resolved},
          .seed = training.trainer.seed,
          .inputs = training.inputs};
}

std::vector<config::InputFile> inputs_of(const std::string& record) {
  std::vector<config::InputFile> inputs;
  const nlohmann::json written = nlohmann::json::parse(record);
  for (const nlohmann::json& input : written.at("inputs")) inputs.push_back({input.at("path"), input.at("sha256")});
  return inputs;
}

}  // namespace faasconf::experiments::train
