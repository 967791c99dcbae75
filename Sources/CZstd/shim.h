// The system's header, by name: a module map finds headers only beside itself.
#include <zstd.h>
#include <zstd_errors.h>
