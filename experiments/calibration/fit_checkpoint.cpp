#include "experiments/calibration/fit_checkpoint.hpp"

#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "experiments/config/input_files.hpp"
#include "learner/bundle/parse_json.hpp"
#include "sim/core/error.hpp"
#include "traces/files/part_file.hpp"
#include "traces/files/seal.hpp"

namespace faasconf::experiments::calibration {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "faasconf calibration checkpoint 2";
constexpr files::Seal kSeal{.before = R"(,"sha256":")", .after = "\"}\n"};  // of the last entry of the object

// JSON knows no infinity; an infinite loss is written as nothing.
json loss_json(double loss) { return loss < std::numeric_limits<double>::infinity() ? json(loss) : json(nullptr); }
double loss_of(const json& value) {
  return value.is_null() ? std::numeric_limits<double>::infinity() : value.get<double>();
}

json to_json(const learner::search::CmaEsState& state) {
  json losses = json::array();
  for (const double loss : state.recent_losses) losses.push_back(loss_json(loss));
  return {{"seed", state.seed},
          {"run", state.run},
          {"generation", state.generation},
          {"population", state.population},
          {"step", state.step},
          {"mean", state.mean},
          {"covariance", state.covariance},
          {"path_mean", state.path_mean},
          {"path_step", state.path_step},
          {"recent_losses", std::move(losses)}};
}

learner::search::CmaEsState cma_es_of(const json& value) {
  learner::search::CmaEsState state{.seed = value.at("seed").get<std::uint64_t>(),
                                    .run = value.at("run").get<std::uint64_t>(),
                                    .generation = value.at("generation").get<std::uint64_t>(),
                                    .population = value.at("population").get<std::uint64_t>(),
                                    .step = value.at("step").get<double>(),
                                    .mean = value.at("mean").get<learner::search::Point>(),
                                    .covariance = value.at("covariance").get<std::vector<double>>(),
                                    .path_mean = value.at("path_mean").get<std::vector<double>>(),
                                    .path_step = value.at("path_step").get<std::vector<double>>(),
                                    .recent_losses = {}};
  for (const json& loss : value.at("recent_losses")) state.recent_losses.push_back(loss_of(loss));
  return state;
}

json to_json(const learner::search::RestartingCmaEsState& state) {
  return {{"start", state.options.start},
          {"step", state.options.step},
          {"population", state.options.population},
          {"seed", state.options.seed},
          {"current", to_json(state.current)},
          {"current_is_small", state.current_is_small},
          {"runs", state.runs},
          {"doublings", state.doublings},
          {"evaluations", state.evaluations},
          {"large_evaluations", state.large_evaluations},
          {"small_evaluations", state.small_evaluations},
          {"best", state.best},
          {"best_loss", loss_json(state.best_loss)}};
}

learner::search::RestartingCmaEsState search_of(const json& value) {
  return {.options = {.start = value.at("start").get<learner::search::Point>(),
                      .step = value.at("step").get<double>(),
                      .population = value.at("population").get<std::uint64_t>(),
                      .seed = value.at("seed").get<std::uint64_t>()},
          .current = cma_es_of(value.at("current")),
          .current_is_small = value.at("current_is_small").get<bool>(),
          .runs = value.at("runs").get<std::uint64_t>(),
          .doublings = value.at("doublings").get<std::uint64_t>(),
          .evaluations = value.at("evaluations").get<std::uint64_t>(),
          .large_evaluations = value.at("large_evaluations").get<std::uint64_t>(),
          .small_evaluations = value.at("small_evaluations").get<std::uint64_t>(),
          .best = value.at("best").get<learner::search::Point>(),
          .best_loss = loss_of(value.at("best_loss"))};
}

}  // namespace

void write_checkpoint(const std::string& path, const CheckpointNotes& notes,
                      const learner::search::RestartingCmaEsState& state) {
  nlohmann::ordered_json checkpoint{{"format", kFormat}, {"identity", notes.identity}};
  if (!notes.record.empty()) checkpoint["record"] = nlohmann::ordered_json::parse(notes.record);  // our own
  checkpoint["search"] = to_json(state);
  std::string text = checkpoint.dump();
  text.pop_back();  // the brace, which follows the digest
  files::write_aside(path, files::sealed(std::move(text), kSeal));
}

std::optional<learner::search::RestartingCmaEsState> read_checkpoint(const std::string& path,
                                                                     const std::string& identity,
                                                                     std::size_t coordinates) {
  std::error_code problem;
  if (!std::filesystem::exists(path, problem)) return std::nullopt;
  const std::string text = config::read_text_file(path);
  const auto fail = [&path](const std::string& got) {
    throw sim::Error(path + ": expected a checkpoint of this fit, got " + got);
  };
  if (!files::looks_sealed(text, kSeal)) fail("another file, a damaged one, or one of an older faasconf");
  if (!files::is_sealed(text, kSeal)) fail("a damaged one: its digest is of other contents");
  const json file = learner::bundle::parse_json(text, path);
  if (!file.is_object() || file.value("format", json()) != kFormat) fail("another file");
  if (file.value("identity", json()) != identity) {
    fail("one of other measurements, mapping, workflow or options; remove it to begin anew");
  }
  try {
    learner::search::RestartingCmaEsState state = search_of(file.at("search"));
    if (const auto fault = learner::search::fault_of(state, coordinates)) fail("a damaged one: " + *fault);
    return state;
  } catch (const json::exception& error) {
    fail(std::string("a damaged one: ") + error.what());
  }
  return std::nullopt;
}

}  // namespace faasconf::experiments::calibration
