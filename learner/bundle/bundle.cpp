#include "learner/bundle/bundle.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>

#include <zip.h>

#include "sim/core/error.hpp"

namespace faasconf::learner::bundle {
namespace {

// What is read into memory (docs/reference/limits.md). TorchScript stores its members without compression.
constexpr std::size_t kMostFileBytes = std::size_t{1} << 30;
constexpr std::size_t kMostMetadataBytes = std::size_t{1} << 26;
constexpr std::size_t kMostWeightBytes = std::size_t{1} << 30;  // a network of 250 million weights
constexpr std::size_t kMostExpansion = 100;
constexpr std::size_t kSmall = std::size_t{1} << 20;  // bytes that may come of any compression

struct Close {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Archive = std::unique_ptr<zip_t, Close>;
using Member = std::unique_ptr<zip_file_t, Close>;

// The bytes are borrowed.
Archive open_archive(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* const archive = source != nullptr ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  const std::string what = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (archive != nullptr) return Archive(archive);
  if (source != nullptr) zip_source_free(source);
  throw sim::Error("expected a policy file that faasconf train wrote, got something else, or a damaged one: " + what);
}

zip_uint64_t find_member(zip_t& archive, std::string_view end) {
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(&archive, 0));
  std::optional<zip_uint64_t> found;
  for (zip_uint64_t i = 0; i < count; ++i) {
    const char* const name = zip_get_name(&archive, i, 0);
    if (name == nullptr || !std::string_view(name).ends_with(end)) continue;
    if (found) throw sim::Error("no policy bundle: it has two members " + std::string(end));
    found = i;
  }
  if (found) return *found;
  throw sim::Error("no policy bundle: it has no member " + std::string(end));
}

std::string megabytes(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

// How many bytes a member may have, compressed as it is.
std::size_t most_of(zip_t& archive, zip_uint64_t index, std::size_t most) {
  zip_stat_t stat;
  if (zip_stat_index(&archive, index, 0, &stat) != 0 || (stat.valid & ZIP_STAT_COMP_SIZE) == 0) return kSmall;
  if (stat.comp_size > most / kMostExpansion) return most;
  return std::min<std::size_t>(most, kSmall + kMostExpansion * stat.comp_size);
}

std::string read_member(zip_t& archive, std::string_view end, std::size_t most) {
  const auto refuse = [&](const std::string& why) { throw sim::Error(std::string(end) + ": " + why); };
  const zip_uint64_t index = find_member(archive, end);
  const Member member(zip_fopen_index(&archive, index, 0));
  if (!member) refuse(zip_strerror(&archive));
  const std::size_t most_here = most_of(archive, index, most);
  std::string bytes;
  std::string part(std::size_t{1} << 16, '\0');
  while (const zip_int64_t count = zip_fread(member.get(), part.data(), part.size())) {
    if (count < 0) refuse(zip_file_strerror(member.get()));  // also where the checksum is wrong
    bytes.append(part, 0, static_cast<std::size_t>(count));
    if (bytes.size() > most) refuse("expected at most " + megabytes(most) + ", got more");
    if (bytes.size() > most_here) {
      refuse("expected at most " + std::to_string(kMostExpansion) + " times its compressed size, got more");
    }
  }
  return bytes;
}

std::string read_bytes(const std::string& path) {
  const auto refuse = [&path](const std::string& got) {
    throw sim::Error(path + ": expected a policy bundle, got " + got);
  };
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto end = file.is_open() ? static_cast<std::streamoff>(file.tellg()) : -1;
  file.seekg(0);
  file.peek();  // a directory opens, too
  if (!file.is_open() || file.bad() || end < 0) refuse("\"" + std::generic_category().message(errno) + "\"");
  const auto size = static_cast<std::size_t>(end);
  if (size > kMostFileBytes) refuse("a file of " + megabytes(size) + " (at most " + megabytes(kMostFileBytes) + ")");
  std::string bytes(size, '\0');
  file.clear();  // an empty one has nothing to peek at
  if (!file.read(bytes.data(), end)) refuse("one that ends early");
  return bytes;
}

}  // namespace

PolicyBundle decode_bundle(std::string_view bytes, const std::string& name) {
  try {
    const Archive archive = open_archive(bytes);
    return {.metadata = metadata_from_json(read_member(*archive, kMetadataMember, kMostMetadataBytes)),
            .weights = decode_tensors(read_member(*archive, kWeightsMember, kMostWeightBytes))};
  } catch (const sim::Error&) {
    std::throw_with_nested(sim::Error("reading policy " + name));
  }
}

PolicyBundle read_bundle(const std::string& path) { return decode_bundle(read_bytes(path), path); }

}  // namespace faasconf::learner::bundle
