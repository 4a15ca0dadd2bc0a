#pragma once

#include <string>

namespace gateway {

/// The HTTP library's name and version, and those of the libraries that it uses.
std::string HttpLibraryVersion();

}  // namespace gateway
