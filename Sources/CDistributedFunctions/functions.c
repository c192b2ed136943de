#include "CDistributedFunctions.h"

#include <stdint.h>

// A record of the section swift5_accessible_functions (TargetAccessibleFunctionRecord of Swift's ABI/Metadata.h): each field is the
// distance from itself to what it names. The linker joins the records of all modules, and names both ends of a section whose
// name is one of C.
struct record {
    int32_t name, generic_environment, function_type, function;
    uint32_t flags;
};

// Weak: a program without distributed functions has no such section.
extern const struct record __start_swift5_accessible_functions[] __attribute__((weak, visibility("hidden")));
extern const struct record __stop_swift5_accessible_functions[] __attribute__((weak, visibility("hidden")));

size_t distributed_function_count(void) {
    return (size_t)(__stop_swift5_accessible_functions - __start_swift5_accessible_functions);
}

const char *distributed_function_name(size_t index) {
    const int32_t *distance = &__start_swift5_accessible_functions[index].name;
    return (const char *)distance + *distance;
}
