#include "experiments/results/hdf5_parts.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include <H5Cpp.h>

#include "experiments/config/draw.hpp"
#include "experiments/config/words.hpp"
#include "experiments/version.hpp"
#include "sim/core/version.hpp"
#include "sim/model/promise_text.hpp"

namespace faasconf::experiments::results {
namespace {

constexpr std::size_t kCompactBytes = 32'768;  // up to this size in the object's header, which has a checksum

// Of fixed length: HDF5 1.10 crashes on a damaged heap, where it keeps texts of variable length.
H5::StrType text_type(std::size_t length) {
  H5::StrType type(H5::PredType::C_S1, std::max<std::size_t>(length, 1));
  type.setStrpad(H5T_STR_NULLPAD);
  type.setCset(H5T_CSET_UTF8);
  return type;
}

H5::DataSet write_whole(const H5::Group& group, const char* name, const H5::DataType& in_file,
                        const H5::DataType& in_memory, const H5::DataSpace& space, const void* values) {
  const auto count = static_cast<std::size_t>(space.getSimpleExtentNpoints());
  H5::DSetCreatPropList properties = without_times();
  if (count * in_file.getSize() <= kCompactBytes) properties.setLayout(H5D_COMPACT);
  H5::DataSet dataset = group.createDataSet(name, in_file, space, properties);
  if (count > 0) dataset.write(values, in_memory);
  return dataset;
}

H5::DataSet write_values(const H5::Group& group, const char* name, const H5::DataType& in_file,
                         const H5::DataType& in_memory, const void* values, std::size_t count) {
  const hsize_t size = count;
  return write_whole(group, name, in_file, in_memory, H5::DataSpace(1, &size), values);
}

template <class Values>
void write_described(const H5::Group& group, const char* name, const std::string& unit, const Values& values,
                     const char* names) {
  const H5::DataSet dataset = write_array(group, name, values);
  write_attribute(dataset, "unit", unit);
  if (names != nullptr) write_attribute(dataset, "names", std::string(names));
}

void write_record_attributes(const H5::Group& root, const Record& record) {
  write_attribute(root, "format", std::string(record.format.name));
  write_attribute(root, "format_version", record.format.version);
  write_attribute(root, "faasconf_version", std::string(version()));
  write_attribute(root, "faasconf_revision", std::string(code_revision()));
  write_attribute(root, "model_version", std::uint64_t{sim::kModelVersion});
  write_attribute(root, "identity", identity(record));
  if (record.seed) write_attribute(root, "seed", *record.seed);
}

void write_scenario_attributes(const H5::Group& root, const sim::ScenarioSpec& scenario) {
  write_attribute(root, "attribution", config::name_of(scenario.attribution));
  write_attribute(root, "window_s", sim::to_seconds(scenario.window));
  write_attribute(root, "workflow", scenario.workflow.name);
  const sim::QosTarget& qos = scenario.workflow.qos;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  write_attribute(root, "qos_latency_s", qos.latency == sim::kForever ? kNone : sim::to_seconds(qos.latency));
  write_attribute(root, "qos_successes_per_30s", qos.successes);
  write_attribute(root, "promise", sim::to_text(scenario.workflow.promise));
  write_attribute(root, "instances", scenario.redeploy ? "fresh" : "kept");
}

void write_inputs(const H5::Group& group, const std::vector<config::InputFile>& inputs) {
  std::vector<std::string> paths;
  std::vector<std::string> digests;
  for (const config::InputFile& input : inputs) {
    paths.push_back(input.path);
    digests.push_back(input.sha256);
  }
  write_array(group, "path", paths);
  write_array(group, "sha256", digests);
}

}  // namespace

void write_attribute(const H5::H5Object& object, const char* name, const std::string& value) {
  const H5::StrType type = text_type(value.size());
  object.createAttribute(name, type, H5::DataSpace(H5S_SCALAR)).write(type, value.c_str());
}

void write_attribute(const H5::H5Object& object, const char* name, double value) {
  object.createAttribute(name, H5::PredType::IEEE_F64LE, H5::DataSpace(H5S_SCALAR))
      .write(H5::PredType::NATIVE_DOUBLE, &value);
}

void write_attribute(const H5::H5Object& object, const char* name, std::uint64_t value) {
  object.createAttribute(name, H5::PredType::STD_U64LE, H5::DataSpace(H5S_SCALAR))
      .write(H5::PredType::NATIVE_UINT64, &value);
}

void write_attribute(const H5::H5Object& object, const char* name, std::int64_t value) {
  object.createAttribute(name, H5::PredType::STD_I64LE, H5::DataSpace(H5S_SCALAR))
      .write(H5::PredType::NATIVE_INT64, &value);
}

H5::DSetCreatPropList without_times() {
  H5::DSetCreatPropList properties;
  H5Pset_obj_track_times(properties.getId(), 0);
  return properties;
}

void write_text(const H5::Group& group, const char* name, const std::string& text) {
  const H5::StrType type = text_type(text.size());
  write_whole(group, name, type, type, H5::DataSpace(H5S_SCALAR), text.c_str());
}

H5::DataSet write_array(const H5::Group& group, const char* name, const std::vector<double>& values) {
  return write_values(group, name, H5::PredType::IEEE_F64LE, H5::PredType::NATIVE_DOUBLE, values.data(), values.size());
}

H5::DataSet write_array(const H5::Group& group, const char* name, const std::vector<std::int64_t>& values) {
  return write_values(group, name, H5::PredType::STD_I64LE, H5::PredType::NATIVE_INT64, values.data(), values.size());
}

H5::DataSet write_array(const H5::Group& group, const char* name, const std::vector<std::string>& values) {
  std::size_t longest = 1;
  for (const std::string& value : values) longest = std::max(longest, value.size());
  std::string padded;
  for (const std::string& value : values) padded.append(value).append(longest - value.size(), '\0');
  return write_values(group, name, text_type(longest), text_type(longest), padded.data(), values.size());
}

void write_column(const H5::Group& group, const char* name, const std::string& unit,
                  const std::vector<double>& values) {
  write_described(group, name, unit, values, nullptr);
}

void write_column(const H5::Group& group, const char* name, const std::string& unit,
                  const std::vector<std::int64_t>& values, const char* names) {
  write_described(group, name, unit, values, names);
}

void write_column(const H5::Group& group, const char* name, const std::string& unit,
                  const std::vector<std::string>& values) {
  write_described(group, name, unit, values, nullptr);
}

H5::Group create_group(const H5::Group& parent, const char* name) {
  const H5::PropList properties(H5P_GROUP_CREATE);
  H5Pset_obj_track_times(properties.getId(), 0);
  H5Pset_link_creation_order(properties.getId(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  const hid_t id = H5Gcreate2(parent.getId(), name, H5P_DEFAULT, properties.getId(), H5P_DEFAULT);
  if (id < 0) throw H5::GroupIException("create_group", name);
  H5::Group group(id);
  H5Idec_ref(id);  // the object holds on to it
  return group;
}

void write_origin(const H5::Group& root, const Record& record, const sim::ScenarioSpec& scenario) {
  write_record_attributes(root, record);
  write_scenario_attributes(root, scenario);
  const H5::Group run = create_group(root, "run");
  write_text(run, "resolved", record.job.experiment);
  write_text(run, "workflow_dot", config::draw_dot(scenario.workflow));
  write_inputs(create_group(run, "inputs"), record.inputs);
  write_text(run, "job", job_yaml(record.job));
}

void translate_hdf5_errors(const std::string& path, const std::function<void()>& work) {
  try {
    H5::Exception::dontPrint();
    work();
  } catch (const H5::Exception& error) {
    throw std::runtime_error("cannot write " + path + ": HDF5: " + error.getFuncName() + ": " + error.getDetailMsg());
  }
}

}  // namespace faasconf::experiments::results
