#pragma once
// Building blocks of HDF5 files: attributes, texts and columns with units, without times, and the record.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "experiments/results/record.hpp"
#include "sim/model/scenario.hpp"

namespace H5 {
class DataSet;
class DSetCreatPropList;
class Group;
class H5Object;
}  // namespace H5

namespace faasconf::experiments::results {

void write_attribute(const H5::H5Object& object, const char* name, const std::string& value);
void write_attribute(const H5::H5Object& object, const char* name, double value);
void write_attribute(const H5::H5Object& object, const char* name, std::uint64_t value);
void write_attribute(const H5::H5Object& object, const char* name, std::int64_t value);

void write_text(const H5::Group& group, const char* name, const std::string& text);
H5::DataSet write_array(const H5::Group& group, const char* name, const std::vector<double>& values);
H5::DataSet write_array(const H5::Group& group, const char* name, const std::vector<std::int64_t>& values);
H5::DataSet write_array(const H5::Group& group, const char* name, const std::vector<std::string>& values);

// Arrays with attributes `unit` and, for indices, `names`: the path of what they point into.
void write_column(const H5::Group& group, const char* name, const std::string& unit, const std::vector<double>& values);
void write_column(const H5::Group& group, const char* name, const std::string& unit,
                  const std::vector<std::int64_t>& values, const char* names = nullptr);
void write_column(const H5::Group& group, const char* name, const std::string& unit,
                  const std::vector<std::string>& values);

H5::DSetCreatPropList without_times();
H5::Group create_group(const H5::Group& parent, const char* name);  // without times; links keep their order

// Attributes of the root and the group run that the file of an experiment has: its record, attribution, window,
// workflow and promise; the job and the experiment, every value spelled out, its graph, its input files.
void write_origin(const H5::Group& root, const Record& record, const sim::ScenarioSpec& scenario);

// Errors of HDF5 become std::runtime_error. Those of the disk never reach HDF5.
void translate_hdf5_errors(const std::string& path, const std::function<void()>& work);

}  // namespace faasconf::experiments::results
