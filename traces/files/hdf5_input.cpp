#include "traces/files/hdf5_input.hpp"

#include <algorithm>
#include <array>

#include <H5Cpp.h>

namespace faasconf::files {
namespace {

constexpr std::uint64_t kSmallBytes = 1 << 20;  // may come of nothing
constexpr std::array kFilters = {H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32};

std::string without_root(const std::string& path) {
  return path.substr(std::min(path.find_first_not_of('/'), path.size()));
}

// Each part of the path, in turn, as far as they are links within the file.
void check_links(const H5::Group& group, const std::string& path) {
  for (std::size_t end = path.find('/'); true; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    H5L_info_t info;
    if (part.empty() || H5Lexists(group.getId(), part.c_str(), H5P_DEFAULT) <= 0 ||
        H5Lget_info(group.getId(), part.c_str(), &info, H5P_DEFAULT) < 0) {
      throw Hdf5Damage("expected " + path + ", got none");
    }
    if (info.type != H5L_TYPE_HARD) {
      throw Hdf5Damage(part + ": expected an object of the file, got a link to another place, which is not followed");
    }
    if (end == std::string::npos) return;
  }
}

void check_filters(const H5::DSetCreatPropList& properties, const std::string& path) {
  for (unsigned i = 0; i < static_cast<unsigned>(properties.getNfilters()); ++i) {
    unsigned flags = 0;
    unsigned config = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter = H5Pget_filter2(properties.getId(), i, &flags, &values, nullptr, 0, nullptr, &config);
    if (std::ranges::find(kFilters, filter) != kFilters.end()) continue;
    throw Hdf5Damage(path + ": expected no filters but deflate, shuffle and Fletcher's checksum, got number " +
                     std::to_string(filter));
  }
}

std::uint64_t chunk_bytes(const H5::DSetCreatPropList& properties, std::uint64_t value_bytes) {
  std::array<hsize_t, H5S_MAX_RANK> sides{};
  const int rank = properties.getChunk(H5S_MAX_RANK, sides.data());
  std::uint64_t bytes = value_bytes;
  for (int i = 0; i < rank; ++i) {
    const std::uint64_t side = sides[static_cast<std::size_t>(i)];
    if (side == 0 || bytes > kMostChunkBytes / side) return kAnySize;
    bytes *= side;
  }
  return bytes;
}

void check_place(const H5::DSetCreatPropList& properties, const std::string& path, std::uint64_t value_bytes) {
  const H5D_layout_t layout = properties.getLayout();
  if (layout == H5D_VIRTUAL || H5Pget_external_count(properties.getId()) != 0) {
    throw Hdf5Damage(path + ": expected values in the file, got ones in another file, which is not read");
  }
  if (layout != H5D_CHUNKED) return;
  check_filters(properties, path);
  if (chunk_bytes(properties, value_bytes) > kMostChunkBytes) {
    throw Hdf5Damage(path + ": expected chunks of at most " + std::to_string(kMostChunkBytes >> 20) + " MiB");
  }
}

void check_size(const H5::DataSet& dataset, const std::string& path, std::uint64_t value_bytes,
                std::uint64_t most_bytes) {
  const auto count = static_cast<std::uint64_t>(std::max<hssize_t>(dataset.getSpace().getSimpleExtentNpoints(), 0));
  const std::uint64_t stored = dataset.getStorageSize();
  const std::uint64_t most =
      stored > (kAnySize - kSmallBytes) / kMostExpansion ? kAnySize : kSmallBytes + kMostExpansion * stored;
  if (count > most / value_bytes) {
    throw Hdf5Damage(path + ": expected at most " + std::to_string(kMostExpansion) + " times the " +
                     std::to_string(stored) + " bytes that the file stores of it, got " + std::to_string(count) +
                     " values of " + std::to_string(value_bytes) + " bytes");
  }
  if (count > most_bytes / value_bytes) {
    throw Hdf5Damage(path + ": expected at most " + std::to_string(most_bytes >> 20) + " MiB, got " +
                     std::to_string(count) + " values of " + std::to_string(value_bytes) + " bytes");
  }
}

}  // namespace

H5::DataSet open_dataset(const H5::Group& group, const std::string& path, std::uint64_t most_bytes) {
  const std::string place = without_root(path);
  check_links(group, place);
  H5::DataSet dataset = group.openDataSet(place);
  const std::uint64_t value_bytes = std::max<std::uint64_t>(dataset.getDataType().getSize(), 1);
  check_place(dataset.getCreatePlist(), place, value_bytes);
  check_size(dataset, place, value_bytes, most_bytes);
  return dataset;
}

H5::Group open_group(const H5::Group& group, const std::string& path) {
  check_links(group, without_root(path));
  return group.openGroup(without_root(path));
}

bool has(const H5::Group& group, const std::string& path) {
  return H5Lexists(group.getId(), path.c_str(), H5P_DEFAULT) > 0;
}

}  // namespace faasconf::files
