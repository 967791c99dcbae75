// The system's header, by name: a module map finds headers only beside itself.
#include <zlib.h>
