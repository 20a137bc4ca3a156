#include "learner/bundle/bundle.hpp"

#include <cerrno>
#include <exception>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>

#include <zip.h>

#include "sim/core/error.hpp"

namespace faasconf::learner::bundle {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // of a member: a network of 250 million weights

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
  for (zip_uint64_t i = 0; i < count; ++i) {
    const char* const name = zip_get_name(&archive, i, 0);
    if (name != nullptr && std::string_view(name).ends_with(end)) return i;
  }
  throw sim::Error("no policy bundle: it has no member " + std::string(end));
}

std::string read_member(zip_t& archive, std::string_view end) {
  const auto refuse = [&](const std::string& why) { throw sim::Error(std::string(end) + ": " + why); };
  const Member member(zip_fopen_index(&archive, find_member(archive, end), 0));
  if (!member) refuse(zip_strerror(&archive));
  std::string bytes;
  std::string part(std::size_t{1} << 16, '\0');
  while (const zip_int64_t count = zip_fread(member.get(), part.data(), part.size())) {
    if (count < 0) refuse(zip_file_strerror(member.get()));  // also where the checksum is wrong
    bytes.append(part, 0, static_cast<std::size_t>(count));
    if (bytes.size() > kMostBytes) refuse("expected at most " + std::to_string(kMostBytes) + " bytes");
  }
  return bytes;
}

std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.peek();  // a directory opens, too
  if (!file.is_open() || file.bad()) {
    throw sim::Error(path + ": expected a policy bundle, got \"" + std::generic_category().message(errno) + "\"");
  }
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

}  // namespace

PolicyBundle decode_bundle(std::string_view bytes, const std::string& name) {
  try {
    const Archive archive = open_archive(bytes);
    return {.metadata = metadata_from_json(read_member(*archive, kMetadataMember)),
            .weights = decode_tensors(read_member(*archive, kWeightsMember))};
  } catch (const sim::Error&) {
    std::throw_with_nested(sim::Error("reading policy " + name));
  }
}

PolicyBundle read_bundle(const std::string& path) { return decode_bundle(read_bytes(path), path); }

}  // namespace faasconf::learner::bundle
