#include "gateway/credentials/tls_files.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "gateway/telemetry/logging.h"

namespace gateway {
namespace {

struct Part {
  WatchedFiles::File file;
  std::string TlsMaterial::* pem;
  std::string (*fault)(const TlsMaterial&);
};

std::string Sentence(const WatchedFiles::File& file, const std::string& rest) {
  return fmt::format("{}: {} {}", file.flag, file.path, rest);
}

void Use(const std::vector<Part>& parts, const WatchedFiles::Contents& contents,
         AtomicValue<TlsMaterial>& target, Errors& faults) {
  TlsMaterial tls;
  for (std::size_t i = 0; i < parts.size(); ++i) tls.*parts[i].pem = contents[i].value_or("");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string fault = contents[i] ? parts[i].fault(tls) : "";
    if (!fault.empty()) faults.push_back(Sentence(parts[i].file, fault));
  }
  if (!faults.empty()) return;
  if (const std::string warning = ValidityFault(tls); !warning.empty()) {
    Log(LogLevel::kWarn, Sentence(parts[0].file, warning));
  }
  target.Set(std::move(tls));
}

}  // namespace

WatchedFiles WatchTls(const TlsFiles& files, AtomicValue<TlsMaterial>& target) {
  std::vector<Part> parts = {{files.certificate, &TlsMaterial::certificate_pem, &CertificateFault},
                             {files.key, &TlsMaterial::key_pem, &KeyFault},
                             {files.ca, &TlsMaterial::ca_pem, &CaFault}};
  std::erase_if(parts, [](const Part& part) { return part.file.path.empty(); });
  std::vector<WatchedFiles::File> watched;
  watched.reserve(parts.size());
  for (const Part& part : parts) watched.push_back(part.file);
  return {std::move(watched),
          [parts, &target](const WatchedFiles::Contents& contents, Errors& faults) {
            Use(parts, contents, target, faults);
          }};
}

}  // namespace gateway
