#include "gateway/upstream/library_version.h"

#include <curl/curl.h>

namespace gateway {

std::string HttpLibraryVersion() { return curl_version(); }

}  // namespace gateway
